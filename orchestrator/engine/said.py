"""Makes what a switch says fit to be kept: every text bounded and clean, everything else "not known". Nothing raises.

Anybody who can place or take a call has a hand in these values, and a switch may lose or garble them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

from orchestrator.domain.call_event import FlowEnd

Get = Callable[[str], str]  # channel variable -> its text, "" when there is none

# Longest texts we keep; measured flows stay under a tenth of each
ID_CHARS = 64
NAME_CHARS = 64
ENTRY_CHARS = 200
VALUE_CHARS = 500
ENTRIES = 300

_FLOW_ENDS = {end.value: end for end in FlowEnd}
_UNDEFINED = "_undef_"  # how FreeSWITCH writes an empty value
_CAUSE = re.compile(r"[A-Z0-9_]{1,64}\Z")
_RESULT = re.compile(r"[a-z0-9_]{1,64}\Z")
# A name, or a number
_WHO = re.compile(r"(\+[1-9][0-9]{4,14}|[A-Za-z0-9][A-Za-z0-9_.@-]{0,63})\Z")
_MET = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,63}) ([0-9]{1,6}(?:\.[0-9]{1,6})?)\Z")
_NOT_ASCII = re.compile(r"[^ -~]+")
_MICROSECONDS = re.compile(r"[0-9]{15,16}\Z")  # 1973 to 2286
# Control characters, line and direction marks, and lone surrogates, which no UTF-8 writer takes
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


def text_of(value: object) -> str:
    """Arrays, numbers and missing values are no text here."""
    return value if isinstance(value, str) and value != _UNDEFINED else ""


def clean(text: str, chars: int) -> str:
    """One printable line of at most `chars` characters."""
    return _UNPRINTABLE.sub(" ", text[:chars])


def clean_cause(text: str) -> str:
    """A hangup cause as it stands in the table; other text cut short, so that a person can still read it."""
    cause = text[:ID_CHARS].upper()
    return cause if _CAUSE.match(cause) else _NOT_ASCII.sub(" ", text[:ID_CHARS]).strip()


def flow_end_of(text: str) -> FlowEnd:
    return _FLOW_ENDS.get(text, FlowEnd.UNKNOWN)


def result_of(text: str) -> str | None:
    return text if _RESULT.match(text) else None


def who_of(text: str) -> str:
    """Agent id, or number with +, of who took a call; "" for what is neither."""
    return text if _WHO.match(text) else ""


def met_of(value: object) -> tuple[tuple[str, float], ...]:
    """Legs and seconds of a list of texts "LEG SECONDS"."""
    found = (_MET.match(text) for text in texts_of(value, ENTRY_CHARS))
    return tuple((match[1], float(match[2])) for match in found if match)


def ms_of(text: str) -> int | None:
    """FreeSWITCH writes microseconds, and 0 for what never happened."""
    return int(text) // 1_000 if _MICROSECONDS.match(text) else None


def texts_of(value: object, chars: int) -> tuple[str, ...]:
    items = value[:ENTRIES] if isinstance(value, list) else []
    return tuple(clean(item, chars) for item in items if isinstance(item, str))


def pairs_of(value: object) -> tuple[tuple[str, str], ...]:
    items = islice(value.items(), ENTRIES) if isinstance(value, dict) else ()
    return tuple((clean(n, NAME_CHARS), clean(t, VALUE_CHARS)) for n, t in items if isinstance(t, str))
