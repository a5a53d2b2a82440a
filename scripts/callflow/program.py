"""Reading a compiled program without trusting it: each door gives the right type or raises `ProgramError`."""

from __future__ import annotations

import re

FORMAT = 1
KINDS = ("robocall", "predictive", "ivr", "callback")
MACHINE_POLICIES = ("leave_message", "hang_up", "treat_as_human", "off")

TEXT_MAX = 4000  # characters of one text; a program from our compiler is far below
DIGITS_MAX = 64  # keys of one `ask`; the switch's own buffer has 512
TIMEOUT_MAX_S = 120.0
WAIT_MAX_S = 600.0
TRIES_MAX = 20
RECORD_MAX_S = 3600.0
QUEUE_MAX_S = 86400.0
NUMBERS_MAX = 100  # that one step may ring
MENU_KEY_MAX = 8  # keys of a direct extension

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_RESULT = re.compile(r"[a-z0-9_]{1,64}")
_FILE = re.compile(r"[0-9a-f]{32,64}\.wav")
_MUSIC = re.compile(r"moh(?:/[A-Za-z0-9_-]{1,64})?|[0-9a-f]{32,64}\.wav")
_E164 = re.compile(r"\+[0-9]{3,20}")
_PATH = re.compile(r"[A-Za-z0-9_./-]{0,200}")


class ProgramError(Exception):
    """The program or its payload is not understood. The text is short and safe to log."""


def check_head(program: object) -> None:
    """Refuse a program of another format or kind. Raises `ProgramError`."""
    head = mapping(program, "program")
    if head.get("format") != FORMAT:
        raise ProgramError("unknown program format")
    if head.get("kind") not in KINDS:
        raise ProgramError("unknown program kind")
    if head.get("machine") not in MACHINE_POLICIES:
        raise ProgramError("unknown machine policy")


def mapping(value: object, what: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ProgramError("no " + what)
    return value


def sequence(value: object, what: str) -> list[object]:
    if not isinstance(value, list):
        raise ProgramError("no " + what)
    return value


def name(step: dict[str, object], key: str) -> str:
    """The name of a block, message or variable under `key`."""
    value = step.get(key)
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ProgramError("no name in " + key)
    return value


def name_or_none(step: dict[str, object], key: str) -> str | None:
    return None if step.get(key) is None else name(step, key)


def result_name(step: dict[str, object], key: str) -> str:
    value = step.get(key)
    if not isinstance(value, str) or not _RESULT.fullmatch(value):
        raise ProgramError("no result name")
    return value


def file_name(value: object) -> str:
    if not isinstance(value, str) or not _FILE.fullmatch(value):
        raise ProgramError("no sound file name")
    return value


def text(value: object, what: str) -> str:
    if not isinstance(value, str) or len(value) > TEXT_MAX:
        raise ProgramError("no text in " + what)
    return value


def count(step: dict[str, object], key: str, low: int, high: int) -> int:
    value = step.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ProgramError("no count in " + key)
    return value


def seconds(step: dict[str, object], key: str, high: float) -> float:
    value = step.get(key)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= high:
        raise ProgramError("no seconds in " + key)
    return float(value)


def seconds_or(step: dict[str, object], key: str, high: float, otherwise: float | None = None) -> float:
    """`seconds`, or what holds where nothing is said: `high` itself where that is not said either."""
    if step.get(key) is None:
        return high if otherwise is None else otherwise
    return seconds(step, key, high)


def is_word(value: str) -> bool:
    """Whether a text that somebody else has sent is a word as our own: it will stand in a path."""
    return bool(_RESULT.fullmatch(value))


def key_or_none(step: dict[str, object], key: str) -> str:
    """A telephone key, or "" when there is none."""
    value = step.get(key)
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or len(value) != 1 or value not in "0123456789*#":
        raise ProgramError("no telephone key in " + key)
    return value


def flag(step: dict[str, object], key: str, otherwise: bool) -> bool:
    value = step.get(key)
    if value is None:
        return otherwise
    if not isinstance(value, bool):
        raise ProgramError("no yes or no in " + key)
    return value


def mapping_or_none(step: dict[str, object], key: str) -> dict[str, object] | None:
    return None if step.get(key) is None else mapping(step.get(key), key)


def numbers(step: dict[str, object], key: str) -> tuple[str, ...]:
    """Telephone numbers under `key`, E.164."""
    listed = sequence(step.get(key), "numbers in " + key)
    if len(listed) > NUMBERS_MAX:
        raise ProgramError("too many numbers in " + key)
    return tuple(e164(value) for value in listed)


def e164(value: object) -> str:
    if not isinstance(value, str) or not _E164.fullmatch(value):
        raise ProgramError("no telephone number")
    return value


def music(step: dict[str, object], key: str) -> str:
    """What is played while somebody waits, as in `moves.Music`; "" for nothing."""
    value = step.get(key)
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or not _MUSIC.fullmatch(value):
        raise ProgramError("no music in " + key)
    return value


def order(step: dict[str, object]) -> str:
    """in_turn or all_at_once."""
    value = step.get("order")
    if value not in ("in_turn", "all_at_once"):
        raise ProgramError("no order")
    return str(value)


def service_path(step: dict[str, object]) -> tuple[str, str]:
    """(name of a service, path below it)."""
    path = step.get("path")
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise ProgramError("no path of a service")
    return name(step, "service"), path
