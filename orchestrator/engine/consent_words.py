"""What a person who answers by SMS asks for: a few words, in any case, and with letters that look alike."""

from __future__ import annotations

import re
from typing import Final

from orchestrator.domain.consent import SmsMeaning

MOST_WORDS: Final = (
    4  # of a message that begins with a command: "СТОП, больше не звоните"; a longer one is a letter
)
MOST_CHARS: Final = 200  # of a message that are looked at

# Who begins so means it, whatever they add
_COMMANDS_OUT: Final = (
    "stop", "stopall", "unsubscribe", "optout", "стоп", "отписка", "отписаться", "отпишите", "отпиши",
)  # fmt: skip
# Who says this and nothing else
_PHRASES_OUT: Final = (
    "stop all", "opt out", "opt-out", "quit", "end", "revoke", "cancel", "remove me",
    "do not call", "do not call me", "don't call", "don't call me",
    "не звонить", "не звоните", "не звоните мне", "больше не звоните", "не звоните больше",
    "не пишите", "не пишите мне", "не беспокоить", "не беспокойте", "удалите мой номер",
)  # fmt: skip
_PHRASES_IN: Final = ("start", "unstop", "subscribe", "старт", "подписка", "подписаться", "возобновить")

# Telephones change alphabets in the middle of a word
_ALIKE: Final = str.maketrans("авсенкмортхуё", "abcehkmoptxye")
_NO_WORD: Final = re.compile(r"[^\w'-]+")


def _spelled(text: str) -> str:
    return _NO_WORD.sub(" ", text[:MOST_CHARS].casefold().translate(_ALIKE)).strip(" -'_")


_OUT_FIRST: Final = frozenset(map(_spelled, _COMMANDS_OUT))
_OUT: Final = frozenset(map(_spelled, _PHRASES_OUT))
_IN: Final = frozenset(map(_spelled, _PHRASES_IN))


def meaning_of(text: str) -> SmsMeaning:
    """What the message asks for. Total; what is not surely one of the two is nothing."""
    said = _spelled(text)
    words = said.split()
    if said in _OUT or (words and words[0] in _OUT_FIRST and len(words) <= MOST_WORDS):
        return SmsMeaning.OPT_OUT
    return SmsMeaning.OPT_IN if said in _IN else SmsMeaning.NOTHING
