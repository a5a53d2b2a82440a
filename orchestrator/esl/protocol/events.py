"""Events as the switch writes them, plain and JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypedDict
from urllib.parse import unquote_to_bytes

import msgspec
import orjson

from orchestrator.esl.protocol.errors import PeerError
from orchestrator.esl.protocol.headers import find_blank

_ARRAY = "ARRAY::"  # switch_event.c: an array in a plain event is ARRAY::one|:two
_SEPARATOR = "|:"
_EMPTY = "_undef_"  # what a plain event has in place of an empty value

Decode = Callable[[bytes], dict[str, object]]


def decode_json(body: bytes) -> dict[str, object]:
    """The values of an `event json` body; arrays are lists. Raises `PeerError` unless it is one JSON object.

    The switch copies bytes over 127 unchecked (cJSON: print_string_ptr), and whoever places a call chooses
    some of them: what is not UTF-8 becomes U+FFFD.
    """
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            event = orjson.loads(body.decode("utf-8", "replace"))
        except orjson.JSONDecodeError as error:
            raise PeerError(f"an event that is not JSON: {error}") from None
    if type(event) is not dict:
        raise PeerError("an event that is not a JSON object")
    return event


def decoder_of(names: Iterable[str]) -> Decode:
    """A `decode_json` that gives only the values with these names, and passes over the others unread.

    An event has 120 to 180 of them and a worker reads about 25: this is twice as fast as decoding all.
    """
    wanted = frozenset(names)
    # Names like "Event-Name" are no identifiers, so the type can only be made at run time.
    shape: Any = TypedDict("shape", dict.fromkeys(sorted(wanted), str), total=False)  # type: ignore[misc]
    decoder: msgspec.json.Decoder[dict[str, object]] = msgspec.json.Decoder(shape)

    def decode(body: bytes) -> dict[str, object]:
        try:
            return decoder.decode(body)
        except (
            msgspec.MsgspecError,
            UnicodeDecodeError,
        ):  # an array, bad UTF-8, nonsense: the careful way knows
            return {name: value for name, value in decode_json(body).items() if name in wanted}

    return decode


def decode_plain(body: bytes) -> dict[str, object]:
    """The values of an `event plain` body, the same as `decode_json` gives for the same event.

    Lines are split first and values decoded after: an encoded line break in a value is a line break in the
    value and never another header. Lines end at LF only. Raises `PeerError`.
    """
    end, after = find_blank(body, 0)
    head, rest = (body[:end], body[after:]) if end >= 0 else (body, b"")
    # What is not UTF-8 is kept as surrogates until the value is whole: its other half may be URL-encoded.
    text = head.decode("utf-8", "surrogateescape").replace("\r\n", "\n").rstrip("\r\n")
    is_ascii, has_array = head.isascii(), "ARRAY" in text
    event: dict[str, object] = {}
    for line in text.split("\n"):
        name, colon, value = line.partition(": ")
        if not colon or not name:
            raise PeerError(f"not a line of an event: {line[:40]!r}")
        if not is_ascii:
            name = _bytes(name).decode("utf-8", "replace")
        if value == _EMPTY:
            value = ""
        elif "%" in value or not is_ascii:
            value = unquote_to_bytes(_bytes(value)).decode("utf-8", "replace")
        if has_array and value.startswith(_ARRAY):
            event[name] = value.removeprefix(_ARRAY).split(_SEPARATOR)
        else:
            event[name] = value
    if rest:
        event["_body"] = _nested_body(event, rest)
    return event


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _nested_body(event: dict[str, object], rest: bytes) -> str:
    """What follows the headers of a plain event, as long as its own Content-Length says."""
    length = event.get("Content-Length")
    if not isinstance(length, str) or not length.isdecimal() or len(length) > 18:
        raise PeerError("an event whose body has no length")
    if int(length) != len(rest):
        raise PeerError(f"an event's body of {len(rest)} bytes that should have {length}")
    return rest.decode("utf-8", "replace")
