"""Text from outside: kept as it is, but for characters that can only mislead or break what shows it."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

SHOWN_CHARS: Final = 200
"""How much of a refused value or row is kept to show: enough to find it, little enough for a million of them."""

# Control characters of ASCII and Latin-1; line and paragraph separator; the bidi embeddings, overrides and isolates
# (text that reads otherwise than it is stored, CVE-2021-42574); byte order mark, annotation marks, non-characters, and
# halves of surrogate pairs, which JSON can smuggle in and UTF-8 cannot carry out.
MISLEADING: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]+"
)


def clean(text: str) -> tuple[str, bool]:
    """The text with each run of misleading characters as one space, without space around it, composed (Unicode NFC);
    and whether anything was replaced. Everything else is data and stays, whatever it looks like.
    """
    if text.isprintable():
        replaced = False
    else:  # also says so of spaces and joiners that are meant: look closer
        text, count = MISLEADING.subn(" ", text)
        replaced = count > 0
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return text.strip(), replaced


def shown(text: str) -> str:
    """A bounded copy for people: misleading characters as escapes, cut after SHOWN_CHARS with an ellipsis."""
    cut = text[:SHOWN_CHARS]
    escaped = MISLEADING.sub(lambda run: run.group().encode("unicode_escape").decode("ascii"), cut)
    if len(escaped) > SHOWN_CHARS or len(text) > SHOWN_CHARS:
        return escaped[:SHOWN_CHARS] + "…"
    return escaped
