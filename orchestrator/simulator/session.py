"""`freeswitch.Session` as mod_python3 gives it to a script, on a simulated leg.

Semantics after src/switch_cpp.cpp: numbers come back where the switch gives numbers, arguments must be str or
int, and nothing happens any more on a leg that is down.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from greenlet import getcurrent

from orchestrator.simulator.applications import Applications
from orchestrator.simulator.causes import known_cause
from orchestrator.simulator.keypad import PLAYED, Keypad
from orchestrator.simulator.leg import Leg
from orchestrator.simulator.own_event import OwnEvent

CALLS_AFTER_HANGUP: Final = 10_000  # a loop that never asks `ready()` would spin for ever


class Runaway(BaseException):
    """The script goes on and on after hangup. A real switch would lose a core to it."""


class Dtmf:
    """What an input callback gets for a key. `duration` in samples of 8 kHz."""

    def __init__(self, digit: str) -> None:
        self.digit = digit
        self.duration = 2000


class Session:
    """One call's session. The names are the switch's."""

    def __init__(self, leg: Leg | None, applications: Applications, log: Callable[[str, str], None]) -> None:
        """Without a leg it is never ready."""
        self._leg = leg
        self._applications, self._log = applications, log
        self._callback: tuple[Callable[..., object], tuple[object, ...]] | None = None
        self._hook: tuple[Callable[..., object], tuple[object, ...]] | None = None
        self._voice: tuple[str, str] | None = None
        self._hangs_up_at_end = False
        self._calls_down = 0

    # State

    def ready(self) -> bool:
        leg = self._live()
        self._run_hook()
        return leg is not None

    def answered(self) -> bool:
        leg = self._live()
        return leg is not None and bool(leg.channel.answered_ms)

    def mediaReady(self) -> bool:  # noqa: N802
        leg = self._live()
        return leg is not None and leg.has_media

    def bridged(self) -> bool:
        return self._leg is not None and self._leg.is_up and self._leg.bridged_to is not None

    def get_uuid(self) -> str:
        return self._leg.channel.uuid if self._leg else ""

    def getState(self) -> str:  # noqa: N802
        return self._leg.channel.state if self._leg else "ERROR"

    def hangupCause(self) -> str:  # noqa: N802
        return "NONE"  # always, in the real thing too: read the variable hangup_cause

    def monotonic(self) -> float:
        """Seconds of the leg's own time. Only a simulated session has it."""
        return self._leg.now_ms / 1000 if self._leg else 0.0

    # Variables

    def getVariable(self, name: str) -> str | None:  # noqa: N802
        _is_text(name)
        if self._leg is None:
            return ""
        if name == "hangup_cause" and not self._leg.is_up:
            return self._leg.channel.cause
        return self._leg.channel.get(name)

    def setVariable(self, name: str, value: str | None) -> None:  # noqa: N802
        _is_text(name)
        if value is not None:
            _is_text(value)
        if self._leg is not None:
            self._leg.channel.set(name, value)

    # Doing things

    def answer(self) -> int:
        leg = self._live()
        if leg is not None:
            leg.answer()
        return -1 if leg is None else 0

    def preAnswer(self) -> int:  # noqa: N802
        leg = self._live()
        if leg is not None:
            leg.pre_answer()
        return -1 if leg is None else 0

    def execute(self, application: str, data: str = "") -> None:
        _is_text(application)
        _is_text(data)
        if self._leg is not None:
            if not self._is_ours:
                raise RuntimeError("an application on another call's session is not simulated")
            self._live()
            self._applications.execute(self._leg, application, data)
            self._run_hook()

    def setEventData(self, event: OwnEvent) -> None:  # noqa: N802
        leg = self._live()
        if leg is not None:
            event.be_of(leg)

    def hangup(self, cause: str = "normal_clearing") -> None:
        _is_text(cause)
        if self._leg is not None:
            if self._is_ours:
                self._leg.hang_up(known_cause(cause) or "NORMAL_CLEARING", by="switch")
            else:
                self._leg.kill(known_cause(cause) or "NORMAL_CLEARING")
            self._run_hook()

    def sleep(self, ms: int, sync: int = 0) -> int:
        del sync
        leg = self._live()
        if leg is None:
            return 0
        stopped = _Stop(self._on_key())
        status = Keypad(leg).last(int(ms), on_key=stopped.on_key)
        return self._flag(status == PLAYED and not stopped.was_stopped)

    def streamFile(self, path: str, starting_sample: int = 0) -> int:  # noqa: N802
        _is_text(path)
        leg = self._live()
        if leg is None:
            return 0
        stopped = _Stop(self._on_key())
        status = Keypad(leg).play(path, on_key=stopped.on_key, from_ms=starting_sample // 8)
        return self._flag(status == PLAYED and not stopped.was_stopped)

    def speak(self, text: str) -> int:
        _is_text(text)
        leg = self._live()
        if leg is None:
            return 0
        if self._voice is None:
            self._log("ERR", "No TTS engine specified\n")
            return 0
        stopped = _Stop(self._on_key())
        return self._flag(
            Keypad(leg).speak(text, on_key=stopped.on_key) == PLAYED and not stopped.was_stopped
        )

    def set_tts_params(self, engine: str, voice: str) -> None:
        _is_text(engine)
        _is_text(voice)
        self._voice = (engine, voice)

    set_tts_parms = set_tts_params

    # Keys

    def setInputCallback(self, function: Callable[..., object], *argument: object) -> None:  # noqa: N802
        self._callback = (function, argument)

    def unsetInputCallback(self) -> None:  # noqa: N802
        self._callback = None

    def setHangupHook(self, function: Callable[..., object], *argument: object) -> None:  # noqa: N802
        if argument:
            raise Runaway("setHangupHook with a second argument crashes a real switch")
        self._hook = (function, argument)

    def flushDigits(self) -> int:  # noqa: N802
        if self._leg is not None:
            self._leg.flush()
        return 0

    def flushEvents(self) -> int:  # noqa: N802
        return 0

    def getDigits(self, most: int, ends: str, timeout: int, interdigit: int = 0, absolute: int = 0) -> str:  # noqa: N802
        _is_text(ends)
        del absolute
        leg = self._live()
        if leg is None or most < 1:
            return ""
        return self._done(
            Keypad(leg).collect(most, ends=ends, timeout_ms=timeout, digit_timeout_ms=interdigit)[0]
        )

    def collectDigits(self, first: int, absolute: int | None = None) -> int:  # noqa: N802
        """One number: ms in all; two: ms between keys, ms in all. Keys go to the input callback."""
        leg = self._live()
        if leg is not None:
            leg.is_asked()
            Keypad(leg).last(first if absolute is None else absolute, on_key=self._on_key())
            self._run_hook()
        return 0

    def read(
        self, least: int, most: int, prompt: str, timeout: int, ends: str, digit_timeout: int = 0
    ) -> str:
        leg = self._live()
        if leg is None:
            return ""
        typed, _ = Keypad(leg).read(
            max(1, least),
            max(1, most),
            prompt=prompt,
            timeout_ms=max(1, timeout),
            ends=ends,
            digit_timeout_ms=digit_timeout,
        )
        return self._done(typed)

    def playAndGetDigits(  # noqa: N802
        self,
        least: int,
        most: int,
        tries: int,
        timeout: int,
        ends: str,
        prompt: str,
        invalid: str,
        pattern: str,
        variable: str = "",
        digit_timeout: int = 0,
        transfer_on_failure: str = "",
    ) -> str:
        del transfer_on_failure
        leg = self._live()
        if leg is None:
            return ""
        return self._done(
            Keypad(leg).play_and_get_digits(
                least,
                most,
                tries=tries,
                timeout_ms=timeout,
                ends=ends,
                prompt=prompt,
                invalid=invalid,
                variable=variable,
                pattern=pattern,
                digit_timeout_ms=digit_timeout,
            )
        )

    # The end

    def setAutoHangup(self, value: bool) -> int:  # noqa: N802
        self._hangs_up_at_end = bool(value)
        return 0

    def destroy(self) -> None:
        """Let go of the channel. Nothing can be done with the session after it."""
        leg, self._leg = self._leg, None
        self._callback = self._hook = None
        if leg is not None and self._hangs_up_at_end:
            leg.hang_up("NORMAL_CLEARING", by="switch")

    @property
    def is_destroyed(self) -> bool:
        return self._leg is None

    @property
    def leg(self) -> Leg | None:
        """None once it is destroyed."""
        return self._leg

    # Inside

    @property
    def _is_ours(self) -> bool:
        """Whether the script that calls is the one of this leg: what runs outside of calls is nobody's."""
        living: Leg | None = getattr(getcurrent(), "leg", None)
        return living is None or living is self._leg

    def _live(self) -> Leg | None:
        if self._leg is not None and self._leg.is_ready:
            return self._leg
        self._calls_down += 1
        if self._calls_down > CALLS_AFTER_HANGUP:
            raise Runaway("the script does not end after hangup")
        return None

    def _on_key(self) -> Callable[[str], bool] | None:
        if self._callback is None:
            return None
        function, argument = self._callback

        def on_key(key: str) -> bool:
            result: Any = function(self, "dtmf", Dtmf(key), *argument)
            if not isinstance(result, str):
                self._log("ERR", "the input callback did not return a str\n")
                return True
            return result not in ("", "true", "undefined")

        return on_key

    def _run_hook(self) -> None:
        if self._hook is not None and self._leg is not None and not self._leg.is_up:
            (function, argument), self._hook = self._hook, None
            function(self, "hangup", *argument)

    def _flag(self, is_good: bool) -> int:
        self._run_hook()
        return int(is_good)

    def _done(self, typed: str) -> str:
        self._run_hook()
        return typed


class _Stop:
    """Remembers whether a key stopped what was played."""

    def __init__(self, on_key: Callable[[str], bool] | None) -> None:
        self.was_stopped = False
        self.on_key = self._ask if on_key is not None else None
        self._on_key = on_key

    def _ask(self, key: str) -> bool:
        self.was_stopped = self._on_key is not None and self._on_key(key)
        return self.was_stopped


def _is_text(value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(f"argument of type 'char const *' expected, not {type(value).__name__}")


Join = Callable[[Leg, Leg, Callable[[str], bool] | None], None]


def bridge(one: Session, other: Session, join: Join) -> bool:
    """Let them talk until that is over; False when one of them has no call. The first one's callback gets keys."""
    if one.leg is None or other.leg is None:
        return False
    join(one.leg, other.leg, one._on_key())
    one._run_hook()
    return True
