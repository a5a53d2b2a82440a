"""What forward, transfer and queue share: the Dial that a step describes, and what came of it."""

from __future__ import annotations

from .. import program as reading
from ..messages import parts_of
from ..moves import Dial, Dialed
from ..state import State

SHOWN_MAX = 3  # numbers of one Dial that the path names
RING_MAX_S = 120.0
STEREO = "stereo"  # of `record`, instead of yes
OUTCOMES = ("talked", "busy", "no_answer", "failed", "key")


def dial(
    call: State, step: dict[str, object], numbers: tuple[str, ...], ring_s: float, key: str = ""
) -> Dial:
    """Ring `numbers` as the step says: with its whisper, music and recording."""
    defaults = reading.mapping(call.program.get("dial") or {}, "dial")
    whisper = reading.name_or_none(step, "whisper")
    gateways = reading.sequence(defaults.get("gateways") or [], "gateways")
    return Dial(
        numbers,
        ring_s,
        _caller_id(call, step, defaults),
        gateways=tuple(reading.name({"gateway": each}, "gateway") for each in gateways),
        whisper=parts_of(call, whisper) if whisper is not None else (),
        accept=reading.key_or_none(step, "accept"),
        music="" if call.has_no_music else reading.music(step, "music"),
        tape=call.name_recording("talk") if is_taped(call, step) else "",
        stereo=step.get("record") == STEREO,
        key=key,
    )


def is_taped(call: State, step: dict[str, object]) -> bool:
    """Whether the talk gets a recording of its own: not where all of the call is recorded."""
    return is_recorded(step) and not call.tape


def is_recorded(step: dict[str, object]) -> bool:
    """Whether the step wants its talk recorded."""
    return step.get("record") == STEREO or reading.flag(step, "record", otherwise=False)


def has_talked(call: State, dialed: Dialed) -> bool:
    """Note what came of it; whether there was a talk."""
    asked = call.pending
    assert isinstance(asked, Dial)  # noqa: S101  # nothing else is answered by a Dialed
    if dialed.outcome != "talked":
        shown = ", ".join(asked.numbers[:SHOWN_MAX]) + (" ..." if len(asked.numbers) > SHOWN_MAX else "")
        call.note(f"{dialed.outcome if dialed.outcome in OUTCOMES else 'failed'} {shown}")
        return False
    call.is_answered = True
    # a driver that does not know which of them it was has reached one of them all the same
    call.reached = dialed.number if dialed.number in asked.numbers else asked.numbers[0]
    call.note(f"talked {dialed.seconds:.0f} s {call.reached}")
    if asked.tape:
        call.keep_recording(asked.tape)
    return True


def _caller_id(call: State, step: dict[str, object], defaults: dict[str, object]) -> str:
    """The number that those rung see: the caller's, one that is named, or the one that was called."""
    wanted, caller = step.get("caller_id") or "", call.lookup("caller")
    if wanted == "keep" and caller:
        return caller
    if wanted and wanted != "keep":
        return reading.e164(wanted)
    return reading.text(defaults.get("caller_id") or "", "caller id") or call.lookup("called")
