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
    username: str = ""
    source: str = "src/switch_ivr_originate.c"


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
    direction: str = "outbound"
    current: Profile | None = None  # of the dialplan, once it is there
    call_uuid: str = ""  # of the leg that this one was made for; "" for its own
    other: tuple[str, Channel] | None = None  # its originator or originatee, as `Other-Type` has it
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
    bridged_ms: int = 0
    applications: list[AppRun] = field(default_factory=list)
    extension: tuple[str, str, tuple[tuple[str, str], ...]] | None = None  # name, number, applications

    @property
    def profile(self) -> Profile:
        return self.current or self.first

    def get(self, name: str) -> str | None:
        """A channel variable as text; an array as the switch writes it. Else the caller's field of that name."""
        value = self.variables.get(PREFIX + name)
        if value is None:
            return self._field(name)
        return value if isinstance(value, str) else "ARRAY::" + "|:".join(value)

    def _field(self, name: str) -> str | None:
        profile = self.profile
        match name:
            case "destination_number":
                return profile.destination
            case "caller_id_number":
                return profile.caller_number
            case "caller_id_name":
                return profile.caller_name
            case "ani":
                return self.ani
            case "context":
                return profile.context
            case "dialplan":
                return profile.dialplan
            case "source":
                return profile.source
            case "network_addr":
                return self.network_addr
            case "uuid":
                return self.uuid
            case "chan_name":
                return self.name
            case "created_time":
                return us(self.created_ms)
            case "answered_time":
                return us(self.answered_ms)
            case "hangup_time":
                return us(self.hungup_ms)
        return None

    def push(self, name: str, value: str) -> None:
        """One more value of a variable: the second makes an array of it."""
        known = self.variables.get(PREFIX + name)
        if known is None:
            self.variables[PREFIX + name] = value
        else:
            self.variables[PREFIX + name] = [*([known] if isinstance(known, str) else known), value]

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
            "Call-Direction": self.direction,
            "Presence-Call-Direction": self.direction,
            "Channel-HIT-Dialplan": "true" if self.is_in_dialplan else "false",
            "Channel-Call-UUID": self.call_uuid or self.uuid,
            "Answer-State": self.answer_state,
        }
        if self.cause:
            headers["Hangup-Cause"] = self.cause
        if self.answered_ms or self.direction == "inbound":
            headers.update(ANSWER_CODECS)
        headers.update(self._caller_headers("Caller-", self.direction))
        if self.other is not None:
            kind, other = self.other
            headers["Other-Type"] = kind
            theirs = other._caller_headers("Other-Leg-", "inbound")
            if kind == "originator":  # as it was when this leg was made
                theirs.pop("Other-Leg-Callee-ID-Name", None)
                theirs.pop("Other-Leg-Callee-ID-Number", None)
            headers.update(theirs)
        headers.update(self.variables)
        return headers

    def _caller_headers(self, prefix: str, logical: str) -> Headers:
        profile, first = self.profile, self.first
        headers: Headers = {prefix + "Direction": self.direction, prefix + "Logical-Direction": logical}
        for name, value in (
            ("Username", profile.username),
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
            ("Source", profile.source),
            ("Transfer-Source", profile.transfer_source),
            ("Context", profile.context),
            ("RDNIS", profile.rdnis),
            ("Channel-Name", self.name),
            ("Profile-Index", profile.index if prefix == "Caller-" else ""),
        ):
            if value:
                headers[prefix + name] = value
        headers.update(self._times(prefix, profile))
        return headers

    def _times(self, prefix: str, profile: Profile) -> Headers:
        times: Headers = {
            "Profile-Created-Time": us(profile.created_ms),
            "Channel-Created-Time": us(self.created_ms),
            "Channel-Answered-Time": us(self.answered_ms),
            "Channel-Progress-Time": us(self.progress_ms),
            "Channel-Progress-Media-Time": us(self.progress_media_ms),
            "Channel-Hangup-Time": us(self.hungup_ms),
            "Channel-Transfer-Time": "0",
            "Channel-Resurrect-Time": "0",
            "Channel-Bridged-Time": us(self.bridged_ms),
            "Channel-Last-Hold": "0",
            "Channel-Hold-Accum": "0",
            "Screen-Bit": "true",
            "Privacy-Hide-Name": "false",
            "Privacy-Hide-Number": "false",
        }
        return {prefix + name: value for name, value in times.items()}


def us(at_ms: int) -> str:
    """An instant in microseconds as the switch writes it; 0 for never."""
    return f"{at_ms}000" if at_ms else "0"
