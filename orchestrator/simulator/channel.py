"""One channel of the switch as data: its state, times, caller profiles and variables, and their headers."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.simulator.events import Headers
from orchestrator.simulator.variables import ANSWER_CODECS, PREFIX, Variables


@dataclass(slots=True, kw_only=True)
class Profile:
    """A caller profile: who calls whom, and where in the dialplan."""

    index: str
    created_ms: int
    caller_name: str
    caller_number: str
    callee_name: str
    callee_number: str
    destination: str
    dialplan: str = ""
    context: str = "default"
    rdnis: str = ""
    transfer_source: str = ""


@dataclass(slots=True, kw_only=True)
class AppRun:
    """One application as the CDR's log has it."""

    name: str
    data: str
    at_ms: int


@dataclass(slots=True, kw_only=True)
class Channel:
    uuid: str
    name: str  # sofia/out/+79990000001
    created_ms: int
    first: Profile
    ani: str
    variables: Variables
    current: Profile | None = None  # of the dialplan, once it is there
    state: str = "CS_INIT"
    state_number: str = "2"
    call_state: str = "DOWN"
    answer_state: str = "ringing"
    is_in_dialplan: bool = False
    network_addr: str = ""
    cause: str = ""
    progress_ms: int = 0
    progress_media_ms: int = 0
    answered_ms: int = 0
    hungup_ms: int = 0
    transferred_ms: int = 0
    applications: list[AppRun] = field(default_factory=list)
    extension: tuple[str, str, tuple[tuple[str, str], ...]] | None = None  # name, number, applications

    @property
    def profile(self) -> Profile:
        return self.current or self.first

    def get(self, name: str) -> str | None:
        """A channel variable as text; an array as the switch writes it."""
        value = self.variables.get(PREFIX + name)
        if value is None or isinstance(value, str):
            return value
        return "ARRAY::" + "|:".join(value)

    def set(self, name: str, value: str | None) -> None:
        """Set a variable; None or an empty value takes it away, as in the switch."""
        if value:
            self.variables[PREFIX + name] = value
        else:
            self.variables.pop(PREFIX + name, None)

    def headers(self) -> Headers:
        """The lines a channel event has after those of every event."""
        headers: Headers = {
            "Channel-State": self.state,
            "Channel-Call-State": self.call_state,
            "Channel-State-Number": self.state_number,
            "Channel-Name": self.name,
            "Unique-ID": self.uuid,
            "Call-Direction": "outbound",
            "Presence-Call-Direction": "outbound",
            "Channel-HIT-Dialplan": "true" if self.is_in_dialplan else "false",
            "Channel-Call-UUID": self.uuid,
            "Answer-State": self.answer_state,
        }
        if self.cause:
            headers["Hangup-Cause"] = self.cause
        if self.answered_ms:
            headers.update(ANSWER_CODECS)
        headers.update(self._caller_headers())
        headers.update(self.variables)
        return headers

    def _caller_headers(self) -> Headers:
        profile, first = self.profile, self.first
        headers: Headers = {"Caller-Direction": "outbound", "Caller-Logical-Direction": "outbound"}
        for name, value in (
            ("Dialplan", profile.dialplan),
            ("Caller-ID-Name", profile.caller_name),
            ("Caller-ID-Number", profile.caller_number),
            ("Orig-Caller-ID-Name", first.caller_name),
            ("Orig-Caller-ID-Number", first.caller_number),
            ("Callee-ID-Name", profile.callee_name),
            ("Callee-ID-Number", profile.callee_number),
            ("Network-Addr", self.network_addr),
            ("ANI", self.ani),
            ("Destination-Number", profile.destination),
            ("Unique-ID", self.uuid),
            ("Source", "src/switch_ivr_originate.c"),
            ("Transfer-Source", profile.transfer_source),
            ("Context", profile.context),
            ("RDNIS", profile.rdnis),
            ("Channel-Name", self.name),
            ("Profile-Index", profile.index),
        ):
            if value:
                headers["Caller-" + name] = value
        headers.update(self._times(profile))
        return headers

    def _times(self, profile: Profile) -> Headers:
        return {
            "Caller-Profile-Created-Time": us(profile.created_ms),
            "Caller-Channel-Created-Time": us(self.created_ms),
            "Caller-Channel-Answered-Time": us(self.answered_ms),
            "Caller-Channel-Progress-Time": us(self.progress_ms),
            "Caller-Channel-Progress-Media-Time": us(self.progress_media_ms),
            "Caller-Channel-Hangup-Time": us(self.hungup_ms),
            "Caller-Channel-Transfer-Time": "0",
            "Caller-Channel-Resurrect-Time": "0",
            "Caller-Channel-Bridged-Time": "0",
            "Caller-Channel-Last-Hold": "0",
            "Caller-Channel-Hold-Accum": "0",
            "Caller-Screen-Bit": "true",
            "Caller-Privacy-Hide-Name": "false",
            "Caller-Privacy-Hide-Number": "false",
        }


def us(at_ms: int) -> str:
    """An instant in microseconds as the switch writes it; 0 for never."""
    return f"{at_ms}000" if at_ms else "0"
