"""Rings numbers for a caller and lets them talk, on a FreeSWITCH session (`bridge`)."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator

from .course import GATEWAY, SILENT_MS, Course
from .moves import Dial, Dialed, File, Gone, Input, Part, Recording, Text
from .music import RINGING, tracks
from .names import RECORDING, prompt_name
from .stock import Stock
from .switch import Session, log, now_s, variable
from .taping import FOLDER, TAPE_MAX_S, place_of

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
SAFE_PATH = re.compile(r"[A-Za-z0-9_.:/-]{1,300}")  # in a dial string; `!` parts the files of a file_string
NUMBERS_MAX = 20
RING_MAX_S = 120
WHISPER_MAX_S = 30  # to hear it and press the key
KEY_WAIT_MS = 4000  # then the whisper is said again
ATTENTION = r"tone_stream://%(150\,100\,880);%(150\,100\,1175)"

BUSY = {"USER_BUSY", "CALL_REJECTED"}
NO_ANSWER = {
    *("ALLOTTED_TIMEOUT", "NO_ANSWER", "NO_USER_RESPONSE", "ORIGINATOR_CANCEL", "NORMAL_CLEARING"),
    *("SUBSCRIBER_ABSENT", "LOSE_RACE", "PROGRESS_TIMEOUT", "MEDIA_TIMEOUT"),
}
# The gateway's own: the number was not reached through it, and may be through another one
GATEWAYS_OWN = {
    *("GATEWAY_DOWN", "INVALID_GATEWAY", "NETWORK_OUT_OF_ORDER", "NORMAL_TEMPORARY_FAILURE"),
    *("CHAN_NOT_IMPLEMENTED", "SWITCH_CONGESTION", "NORMAL_CIRCUIT_CONGESTION", "RECOVERY_ON_TIMER_EXPIRE"),
    *("REQUESTED_CHAN_UNAVAIL", "DESTINATION_OUT_OF_ORDER", "PROTOCOL_ERROR", "INVALID_PROFILE"),
}
# What a bridge leaves, and what it reads: an earlier one's must not be taken for this one's.
LEFT = ("originate_disposition", "last_bridge_proto_specific_hangup_cause", "prozvon_leg", "answered_time")
READ = ("origination_cancel_key", "transfer_ringback", "ringback", "import")


def dial(session: Session, action: Dial, stock: Stock, course: Course) -> Input:
    """Ring the numbers through each gateway in turn until one of them carries the call. Gone: hung up while it rang."""
    if action.flush:
        session.flushDigits()
    if not session.ready():
        return Gone()
    numbers = [number for number in action.numbers if NUMBER.fullmatch(number)][:NUMBERS_MAX]
    if not numbers:
        return Dialed("failed", cause="INVALID_NUMBER_FORMAT")
    session.setVariable("hangup_after_bridge", "false")
    session.setVariable("continue_on_fail", "true")
    dialed = Dialed("failed", cause="INVALID_GATEWAY")
    with tape_talk(session, action.tape, course, stereo=action.stereo):
        until_s = now_s(session) + action.ring_s
        for gateway in _gateways(action, course):
            ring_s = max(1, min(RING_MAX_S, round(until_s - now_s(session))))
            dialed = _bridge(session, action, numbers, gateway, ring_s, stock, course)
            is_late = until_s - now_s(session) < 1
            if (
                dialed.cause not in GATEWAYS_OWN
                or dialed.outcome == "talked"
                or not session.ready()
                or is_late
            ):
                break
    return Gone() if dialed.outcome != "talked" and not session.ready() else dialed


@contextlib.contextmanager
def tape_talk(session: Session, name: str, course: Course, *, stereo: bool) -> Iterator[None]:
    """Record the talk that there may be meanwhile under `name` ("" for not). Without a talk no file is made."""
    path = place_of(course.root, name) if name else ""
    if path:
        sides = "true" if stereo else "false"
        options = f"{{RECORD_BRIDGE_REQ=true,RECORD_STEREO={sides}}}"
        session.execute("record_session", f"{path} +{TAPE_MAX_S} {options}")
        course.tapes.append(path)
    elif name:
        course.unwritten.append(name)
    yield
    if path:
        course.tapes.remove(path)
        if session.ready():
            session.execute("stop_record_session", path)


def _gateways(action: Dial, course: Course) -> list[str]:
    """The dial strings to try."""
    if not action.gateways:
        return list(course.gateways.values())
    unknown = [name for name in action.gateways if name not in course.gateways]
    if unknown:
        log("err", "no such gateway on this switch: " + ", ".join(filter(GATEWAY.fullmatch, unknown)))
    return [course.gateways[name] for name in action.gateways if name in course.gateways]


def _bridge(
    session: Session,
    action: Dial,
    numbers: list[str],
    gateway: str,
    ring_s: int,
    stock: Stock,
    course: Course,
) -> Dialed:
    for name in LEFT:
        session.setVariable(name, "")
    session.setVariable("import", "answered_time,prozvon_leg")
    session.setVariable("origination_cancel_key", action.key)
    if course.has_media:
        session.setVariable("transfer_ringback", tracks(action.music, stock)[0] if action.music else RINGING)
    if not course.is_answered and (action.music or course.has_media):
        session.setVariable("ringback", tracks(action.music, stock)[0] if action.music else RINGING)
    began_s, began_at_s = now_s(session), course.at_s(session)
    try:
        session.execute("bridge", dial_string(action, numbers, gateway, ring_s, stock))
    finally:
        for name in READ:
            session.setVariable(name, "")
    disposition = variable(session, "originate_disposition")
    if disposition != "SUCCESS":
        is_refused = variable(session, "last_bridge_proto_specific_hangup_cause")
        has_pressed = bool(action.key) and disposition == "NO_ANSWER" and not is_refused and session.ready()
        return Dialed("key" if has_pressed else outcome_of(disposition), cause=disposition)
    course.is_answered = course.has_media = True
    took_s = now_s(session) - began_s
    picked_up, leg = variable(session, "answered_time"), variable(session, "prozvon_leg")
    for name in ("answered_time", "prozvon_leg"):  # the channel has an answered_time of its own
        session.setVariable(name, "")
    waited_s = int(picked_up[:20]) / 1e6 - began_at_s if picked_up.isascii() and picked_up.isdigit() else 0.0
    is_known = leg.isascii() and leg[:3].isdigit() and int(leg[:3]) < len(numbers)
    number = numbers[int(leg[:3])] if is_known else ""
    number = number or (numbers[0] if len(numbers) == 1 else "")
    return Dialed("talked", number, round(took_s - min(max(waited_s, 0.0), took_s), 1), disposition)


def outcome_of(disposition: str) -> str:
    """busy, no_answer or failed: what the switch says of numbers that nobody talked on."""
    if disposition in BUSY:
        return "busy"
    return "no_answer" if disposition in NO_ANSWER else "failed"


def dial_string(action: Dial, numbers: list[str], gateway: str, ring_s: int, stock: Stock) -> str:
    """What `bridge` is given: nothing in it comes from the caller but digits."""
    whisper = _whisper(action, stock)
    patience_s = ring_s + (WHISPER_MAX_S if whisper else 0) + 5
    # Early sound of the other side is no answer, and the caller hears what the flow says meanwhile.
    shared = ["ignore_early_media=true", "instant_ringback=true", f"originate_timeout={patience_s}", *whisper]
    legs = []
    for index, number in enumerate(numbers):
        own = [f"prozvon_leg={index}", f"leg_timeout={ring_s}", f"media_timeout={SILENT_MS}"]
        if NUMBER.fullmatch(action.caller_id):  # the caller's display name goes to nobody
            own += [f"origination_caller_id_{what}={action.caller_id}" for what in ("number", "name")]
        target = gateway.replace("{number}", number).replace("{digits}", number[1:])
        legs.append(f"[{','.join(own)}]{target}")
    return "{" + ",".join(shared) + "}" + ",".join(legs)


def _whisper(action: Dial, stock: Stock) -> list[str]:
    """Variables that let who answers hear something first, and press a key."""
    if not action.whisper and not action.accept:
        return []
    paths = [path for path in _sounds(action.whisper, stock) if SAFE_PATH.fullmatch(path)]
    if len(paths) > 1:
        paths = ["file_string://" + "!".join(paths)]
    if action.accept:
        return [
            f"group_confirm_key={action.accept}",
            f"group_confirm_file={paths[0] if paths else ATTENTION}",
            f"group_confirm_read_timeout={KEY_WAIT_MS}",
            f"group_confirm_timeout={WHISPER_MAX_S}",
        ]
    return ["group_confirm_key=exec", f"group_confirm_file=playback {paths[0]}"] if paths else []


def _sounds(parts: tuple[Part, ...], stock: Stock) -> Iterator[str]:
    """The files of a message; what is not there is left out, for no voice can speak it here."""
    for part in parts:
        if isinstance(part, File):
            found = stock.file(part.name) or (stock.url + part.name if stock.url else "")
            yield from [found] if found else []
        elif isinstance(part, Recording) and RECORDING.fullmatch(part.name):
            path = os.path.join(stock.root, FOLDER, part.name)
            yield from [path] if os.path.isfile(path) else []
        elif isinstance(part, Text) and any(map(str.isalnum, part.text)):
            found_all = stock.prepared(part)
            if not found_all and stock.url and stock.voice:
                found_all = [stock.url + prompt_name(stock.language, part.text, stock.voice)]
            yield from found_all
