"""One leg: who is at its far end and what they do, keys, sound, hangup."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from gevent.event import Event

from orchestrator.simulator import messages
from orchestrator.simulator.audio import heard_between
from orchestrator.simulator.callee import Press, Utterance
from orchestrator.simulator.channel import Channel
from orchestrator.simulator.timeline import NEVER_MS, Timeline
from orchestrator.simulator.timers import Timers
from orchestrator.simulator.variables import BYE_RECEIVED

__all__ = ["NEVER_MS", "Emitter", "FarEnd", "Heard", "Leg", "Mouth"]


class Emitter(Protocol):
    """Where a leg's events go."""

    def emit_channel(self, name: str, leg: Leg, extra: Mapping[str, str] | None = None) -> None: ...


class FarEnd(Protocol):
    """Whoever is at the other end of a leg: a callee, or a caller."""

    @property
    def sounds(self) -> tuple[Utterance, ...]: ...

    @property
    def noise(self) -> float: ...

    def hears(self, message: str | None, *, is_prompt: bool) -> tuple[Press, ...]: ...

    def hears_sound(self, *names: str) -> tuple[Press, ...]: ...

    def talks(self) -> tuple[Press, ...]:
        """What it does in a talk that begins now."""
        ...


class Mouth(Protocol):
    """The other end of a line, instead of a far end: what is heard from there, and who gets keys."""

    def our_sound(self, begin_ms: int, end_ms: int) -> bytes: ...
    def press_at(self, at_ms: int, key: str) -> None: ...


class Heard(Protocol):
    """Tells messages from sounds (`messages.Messages`)."""

    def heard(self, sound: str) -> messages.Heard | None: ...


class Leg(Timeline):
    """A channel in time. Everything happens in the greenlet that lives it, except `kill` and `soon`."""

    far_end = "callee"  # who hangs up when it is not us

    def __init__(
        self,
        channel: Channel,
        callee: FarEnd,
        *,
        number: str,
        messages: Heard,
        timers: Timers,
        emitter: Emitter,
    ) -> None:
        super().__init__(channel.created_ms, timers)
        self.channel, self.callee, self.number, self.messages = channel, callee, number, messages
        self._is_secret: deque[bool] = deque()  # for each of them
        self.dialed = ""  # taken, and no secret
        self.keys = ""  # all that were pressed
        self.heard: list[str] = []
        self.sounds = callee.sounds  # what the far end says, since `sound_from_ms`
        self.ours: list[tuple[int, int]] = []  # when we played something: from, until
        self.ended_by = ""
        self.is_zombie = False  # its script kept the session: never destroyed
        self.tapes_of_talks: dict[str, Callable[[], None]] = {}  # recordings that begin with the next bridge
        self.on_down: Callable[[], None] | None = None
        self.note_over: Callable[[], None] = lambda: None  # into the log of who is at the far end
        self.bridged_to: Leg | None = None
        self.fetch: Callable[[str], str] = str  # the file that is played for a name; "" for none
        self._emitter = emitter
        self.steps: deque[tuple[str, str]] = deque()  # applications of its extension that are still to come
        self.linked: Mouth | None = None  # the other end of its line, on another simulated switch
        self.talks_begun = 0
        self.stop_beside: Callable[[], None] = lambda: None  # what is broadcast to it
        self.behind: dict[str, int] = {}  # sounds over what it sends -> when they began
        self.settled = Event()  # what it was told to do has begun, or the leg is over
        self._message: str | None = None
        self._answered_prompt = True  # the callee has decided about the prompt it hears

    # Sound before and after the answer; an outbound leg has its from the callee

    @property
    def has_media(self) -> bool:
        return bool(self.channel.answered_ms or self.channel.progress_media_ms)

    def ring_ready(self) -> None:
        """Tell the caller that it rings."""

    def pre_answer(self) -> None:
        """Sound from now on, if there was none."""

    def answer(self) -> None:
        """Pick up, if that was not done."""

    @property
    def sound_from_ms(self) -> int:
        """When the far end's time begins."""
        return self.channel.answered_ms

    def far_sound(self, begin_ms: int, end_ms: int) -> bytes:
        """Samples that the far end sends between two moments."""
        if self.linked is not None:
            return self.linked.our_sound(begin_ms, end_ms)
        origin = self.sound_from_ms
        return heard_between(self.sounds, self.callee.noise, begin_ms - origin, end_ms - origin)

    def our_sound(self, begin_ms: int, end_ms: int) -> bytes:
        """Samples that the far end is sent: what we play, or whoever it is bridged to."""
        if self.bridged_to is not None:
            return self.bridged_to.far_sound(begin_ms, end_ms)
        played = tuple(
            Utterance(begin_s=max(0, begin - begin_ms) / 1000, end_s=(end - begin_ms) / 1000, kind="speech")
            for begin, end in self.ours
            if end > begin_ms and begin < end_ms
        )
        return heard_between(played, 0.0, 0, end_ms - begin_ms)

    def quiet_since(self) -> int | None:
        """When the far end said its last word; None while it speaks."""
        at_s = (self.now_ms - self.sound_from_ms) / 1000
        said = [sound.end_s for sound in self.sounds if sound.begin_s <= at_s]
        if said and max(said) > at_s:
            return None
        return self.sound_from_ms + round(max(said) * 1000) if said else self.sound_from_ms

    def hang_up(self, cause: str, *, by: str) -> None:
        """End the leg now. `by` is callee, caller, switch or network. Does nothing to a leg that is down."""
        if not self.is_up:
            return
        self.is_up = False
        self.ended_by = by
        channel = self.channel
        channel.cause, channel.hungup_ms = cause, self.now_ms
        channel.answer_state, channel.state_number = "hangup", "10"
        for recording in self.recordings.values():
            recording.stop(self.now_ms)
        if by == self.far_end and channel.answered_ms:
            channel.variables.update(BYE_RECEIVED)
        if self.bridged_to is not None:
            channel.set("bridge_to", self.bridged_to.channel.uuid)
            channel.set("last_bridge_role", "originatee" if channel.call_uuid else "originator")
        self._emit_before_hangup_time()
        channel.set("bridge_to", None)
        for path, recording in self.recordings.items():
            if recording.is_of_session:
                self.announce("RECORD_STOP", {"Record-File-Path": path})
        if self.on_down is not None:
            self.on_down()

    def _emit_before_hangup_time(self) -> None:
        hungup_ms, self.channel.hungup_ms = (
            self.channel.hungup_ms,
            0,
        )  # the event of it has none yet [recorded]
        self._emitter.emit_channel("CHANNEL_HANGUP", self)
        self.channel.hungup_ms = hungup_ms

    def take_digit(self) -> str:
        """The oldest key pressed and not yet taken. IndexError when there is none."""
        key = self.digits.popleft()
        if not (self._is_secret and self._is_secret.popleft()):
            self.dialed += key
            about = {"DTMF-Digit": key, "DTMF-Duration": "2000", "DTMF-Source": "RTP"}
            self._emitter.emit_channel("DTMF", self, about)
        return key

    def flush(self) -> None:
        """Forget the keys that nobody has taken."""
        self.digits.clear()
        self._is_secret.clear()

    def announce(self, name: str, extra: Mapping[str, str] | None = None) -> None:
        """Fire an event of this leg, with header lines of its own at the end."""
        self._emitter.emit_channel(name, self, extra)

    def press(self, key: str) -> None:
        """The far end presses a key. While `sensitive_dtmf` is set, no event and no record tells of it."""
        self.keys += key
        self.digits.append(key)
        self._is_secret.append(self.channel.get("sensitive_dtmf") == "true")

    def gets_key(self, key: str) -> None:
        """Whoever it talks with has pressed a key: the far end gets it."""
        if self.linked is not None:
            self.linked.press_at(self.now_ms, key)

    def hears(self, sound: str) -> None:
        """A file or text begins to play: the callee decides what to do about the message it belongs to."""
        heard = self.messages.heard(sound)
        names = {
            sound,
            sound.rsplit("/", 1)[-1],
            *((heard.message,) if heard and heard.is_first_part else ()),
        }
        self.does(self.callee.hears_sound(*names))
        if heard is None:
            if self._message is None:
                self.heard.append(sound.rsplit("/", 1)[-1])
            return
        if not heard.is_first_part and heard.message == self._message:
            return
        self._message = heard.message
        self.heard.append(heard.message)
        self._answered_prompt = heard.is_prompt
        self._react(heard.message, is_prompt=heard.is_prompt)

    def is_asked(self) -> None:
        """The script begins to collect keys: a callee that has not been asked by a prompt is asked now."""
        if not self._answered_prompt or self._message is None:
            self._answered_prompt = True
            self._react(None, is_prompt=True)

    def _react(self, message: str | None, *, is_prompt: bool) -> None:
        self.does(self.callee.hears(message, is_prompt=is_prompt))

    def does(self, presses: tuple[Press, ...]) -> None:
        """Let the far end do this, counted from now."""
        for press in presses:
            at_ms = self.now_ms + round(press.after_s * 1000)
            if press.hangs_up:
                self.at(at_ms, self.leaves)
            elif press.speaks_s:
                self.at(at_ms, lambda length_s=press.speaks_s: self.speaks(length_s))  # type: ignore[misc]
            else:
                self.at(at_ms, lambda key=press.key: self.press(key))  # type: ignore[misc]  # bound now

    def talk_begins(self) -> None:
        """Let the far end do what it does in a talk; what is left of it when the talk is over does not happen."""
        self.talks_begun += 1
        for press in self.callee.talks():
            at_ms = self.now_ms + round(press.after_s * 1000)
            self.at(at_ms, lambda press=press, talk=self.talks_begun: self._in_talk(talk, press))  # type: ignore[misc]

    def _in_talk(self, talk: int, press: Press) -> None:
        if self.bridged_to is not None and self.talks_begun == talk:
            self.does((replace(press, after_s=0),))

    def leaves(self) -> None:
        """The far end hangs up."""
        self.hang_up("NORMAL_CLEARING", by=self.far_end)

    def speaks(self, length_s: float) -> None:
        """The far end says something from now on."""
        begin_s = (self.now_ms - self.sound_from_ms) / 1000
        said = Utterance(begin_s=begin_s, end_s=begin_s + length_s, kind="speech")
        self.sounds = (*self.sounds, said)
