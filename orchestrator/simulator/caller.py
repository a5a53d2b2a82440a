"""Somebody who calls: what they do, and when, as `prozvon_incoming` is told.

A move is [when, ..., what, ...]:

    ["after", ms, WHAT...]            since the call began
    ["answered", ms, WHAT...]         since the answer
    ["talks", ms, WHAT...]            since a talk with somebody began, in each of them
    ["hears", SOUND, WHAT...]         once, when this begins: a message's name, a file (its last part) or a text

    "press", "12#" [, ms between the keys]      "speak", ms      "hang_up"      "flood", number of keys

Whoever has no move stays silent and on the line.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field, replace
from typing import Any, Final

from orchestrator.simulator.callee import Press, Utterance

KEY_GAP_MS: Final = 200
FLOOD_GAP_MS: Final = 60
_KEYS: Final = frozenset("0123456789*#ABCD")


class BadIncoming(Exception):  # noqa: N818 - named after what it is
    """What `prozvon_incoming` was told is no call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """`when` is after, answered, talks or hears; `ms` belongs to the former three, `sound` to the latter."""

    when: str
    does: tuple[Press, ...]
    ms: int = 0
    sound: str = ""


@dataclass(slots=True, kw_only=True)
class Caller:
    """The far end of a call that comes in. `moves` are used up as they come true."""

    moves: tuple[Move, ...] = ()
    sounds: tuple[Utterance, ...] = ()
    noise: float = 0.0
    _used: set[int] = field(default_factory=set)

    def since(self, when: str) -> tuple[tuple[int, tuple[Press, ...]], ...]:
        """(ms, what is done) of the moves that count from the beginning, the answer or a talk."""
        return tuple((move.ms, move.does) for move in self.moves if move.when == when)

    def talks(self) -> tuple[Press, ...]:
        return tuple(
            replace(press, after_s=press.after_s + ms / 1000)
            for ms, does in self.since("talks")
            for press in does
        )

    def hears(self, message: str | None, *, is_prompt: bool) -> tuple[Press, ...]:
        """A caller goes by what is heard, not by what is asked."""
        del message, is_prompt
        return ()

    def hears_sound(self, *names: str) -> tuple[Press, ...]:
        """What is done about a sound that begins now, by any of its names."""
        for place, move in enumerate(self.moves):
            if place not in self._used and move.when == "hears" and move.sound in names:
                self._used.add(place)
                return move.does
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A call that is to come in. `caller` and `called` as the carrier writes them; `uuid` "" for any."""

    caller: str
    called: str
    name: str = ""
    gateway: str = ""
    uuid: str = ""
    context: str = ""  # of the dialplan; "" for that of the SIP profile
    variables: tuple[tuple[str, str], ...] = ()  # that its INVITE leads to
    moves: tuple[Move, ...] = ()
    at_ms: int | None = None  # when it began, a moment ago; None: now


def parse_incoming(text: str) -> Incoming:
    """From base64url of JSON. BadIncoming says what is wrong."""
    try:
        asked = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError) as error:
        raise BadIncoming(f"not base64url of JSON: {error}") from error
    if not isinstance(asked, dict):
        raise BadIncoming("not a JSON object")
    unknown = asked.keys() - {
        "caller",
        "called",
        "name",
        "gateway",
        "id",
        "context",
        "variables",
        "moves",
        "at",
    }
    if unknown or not isinstance(asked.get("called"), str) or not asked["called"]:
        raise BadIncoming(f"unknown {', '.join(sorted(unknown))}" if unknown else "`called` is missing")
    texts = {key: asked.get(key) or "" for key in ("caller", "name", "gateway", "id", "context")}
    if any(not isinstance(value, str) for value in texts.values()):
        raise BadIncoming("caller, name, gateway, id and context are texts")
    at_ms = asked.get("at")
    if at_ms is not None and not isinstance(at_ms, int):
        raise BadIncoming("`at` is a number of milliseconds")
    variables = asked.get("variables", {})
    if not isinstance(variables, dict) or not all(isinstance(value, str) for value in variables.values()):
        raise BadIncoming("`variables` are names with texts")
    moves = asked.get("moves", [])
    if not isinstance(moves, list):
        raise BadIncoming("`moves` is a list")
    return Incoming(
        caller=texts["caller"],
        called=asked["called"],
        name=texts["name"],
        gateway=texts["gateway"],
        uuid=texts["id"],
        context=texts["context"],
        variables=tuple(variables.items()),
        at_ms=at_ms,
        moves=tuple(_move(move) for move in moves),
    )


def _move(move: Any) -> Move:
    match move:
        case [("after" | "answered" | "talks") as when, int() as ms, *what] if ms >= 0:
            return Move(when=when, ms=ms, does=_does(move, what))
        case ["hears", str() as sound, *what]:
            return Move(when="hears", sound=sound, does=_does(move, what))
    raise BadIncoming(f"no move: {json.dumps(move, ensure_ascii=False)}")


def _does(move: Any, what: list[Any]) -> tuple[Press, ...]:
    match what:
        case ["hang_up"]:
            return (Press(after_s=0, hangs_up=True),)
        case ["press", str() as keys] if keys and set(keys) <= _KEYS:
            return _keys(keys, KEY_GAP_MS)
        case ["press", str() as keys, int() as gap_ms] if keys and set(keys) <= _KEYS and gap_ms >= 0:
            return _keys(keys, gap_ms)
        case ["flood", int() as count] if count > 0:
            return _keys(("0123456789" * (count // 10 + 1))[:count], FLOOD_GAP_MS)
        case ["speak", int() as ms] if ms > 0:
            return (Press(after_s=0, speaks_s=ms / 1000),)
    raise BadIncoming(f"no move: {json.dumps(move, ensure_ascii=False)}")


def _keys(keys: str, gap_ms: int) -> tuple[Press, ...]:
    return tuple(Press(after_s=place * gap_ms / 1000, key=key) for place, key in enumerate(keys))
