"""The server's side of the event socket as bytes: commands in, replies and events out. No I/O.

Sources: mod_event_socket.c (`read_packet`, `parse_command`, `api_exec`), switch_event.c
(`switch_event_serialize`), switch_utils.h (`SWITCH_URL_UNSAFE`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import orjson

MAX_COMMAND: Final = 10_485_760  # mod_event_socket.c `max_len`
GREETING: Final = b"Content-Type: auth/request\n\n"
GOODBYE: Final = (
    b"Content-Type: text/disconnect-notice\nContent-Length: 67\n\n"
    b"Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"
)
REJECTION: Final = b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command as it came: its first line and the header lines after it, the first of each name."""

    line: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    def header(self, name: str) -> str:
        """Of this name in any case; "" for none."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")


class CommandReader:
    """Bytes in, commands out. An empty line ends a command; CR is ignored; `Content-Length` adds a body."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Command]:
        self._buffer += data
        commands: list[Command] = []
        while (command := self._next()) is not None:
            commands.append(command)
        return commands

    def _next(self) -> Command | None:
        buffer = self._buffer
        begin = 0
        while begin < len(buffer) and buffer[begin] in b"\r\n":
            begin += 1
        del buffer[:begin]
        match = _END.search(buffer)
        if match is None:
            if len(buffer) < MAX_COMMAND:
                return None
            head, after = bytes(buffer), len(buffer)
        else:
            head, after = bytes(buffer[: match.start()]), match.end()
        line, headers = _parsed(head)
        length = _leading_int(Command(line=line, headers=headers).header("content-length"))
        if len(buffer) < after + length:
            return None
        body = bytes(buffer[after : after + length]).decode("utf-8", "surrogateescape")
        del buffer[: after + length]
        return Command(line=line, headers=headers, body=body)


_END: Final = re.compile(rb"\r*\n\r*\n")


def _parsed(head: bytes) -> tuple[str, dict[str, str]]:
    lines = [line for line in re.split(r"[\r\n]+", head.decode("utf-8", "surrogateescape")) if line]
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers.setdefault(name, value.lstrip(" "))
    return (lines[0] if lines else ""), headers


def _leading_int(text: str) -> int:
    match = re.match(r"\s*(\d+)", text)
    return int(match[1]) if match else 0


def command_reply(text: str) -> bytes:
    """`Reply-Text` reply. A text that begins with `~` is the header lines themselves."""
    if text.startswith("~"):
        return b"Content-Type: command/reply\n" + _bytes(text[1:])
    return b"Content-Type: command/reply\nReply-Text: " + _bytes(text) + b"\n\n"


def api_response(text: str) -> bytes:
    """The answer to `api`. No text at all becomes `-ERR no reply`."""
    body = _bytes(text) or b"-ERR no reply\n"
    return b"Content-Type: api/response\nContent-Length: %d\n\n%b" % (len(body), body)


@lru_cache(maxsize=8192)  # most values of a channel are the same in every call
def encode_value(text: str) -> str:
    """URL-encode as the switch does: an existing `%XX` (capital hex) is left alone."""
    if _SAFE.fullmatch(text):
        return text
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in _bytes(found[0])), text)


_SAFE: Final = re.compile(r"[!$'()*,\-./0-9A-Z_a-z~]*")
_UNSAFE: Final = re.compile(r"%(?![0-9A-F]{2})|[^!$%'()*,\-./0-9A-Z_a-z~]")


def plain_event(headers: Mapping[str, str | list[str]], body: str | None, first: Mapping[str, str]) -> bytes:
    """A `text/event-plain` frame. `first` are header lines written twice by the switch (see `json_event`)."""
    lines = [f"{name}: {encode_value(_flat(value)) or '_undef_'}\n" for name, value in headers.items()]
    if first:
        lines[_BASE:_BASE] = [
            f"{name}: {encode_value(value) or '_undef_'}\n" for name, value in first.items()
        ]
    text = _bytes("".join(lines))
    if body:
        raw = _bytes(body)
        text += b"Content-Length: %d\n\n%b" % (len(raw), raw)
    else:
        text += b"\n"
    return b"Content-Length: %d\nContent-Type: text/event-plain\n\n%b" % (len(text), text)


_BASE: Final = 13  # header lines of every event, `Event-Name` to `Event-Sequence`


def json_event(headers: Mapping[str, str | list[str]], body: str | None, first: Mapping[str, str]) -> bytes:
    """A `text/event-json` frame.

    `first`: headers that the switch adds before the channel's own, so that the name stands there twice
    (`Hangup-Cause` of CHANNEL_HANGUP_COMPLETE).
    """
    whole: dict[str, object] = dict(headers)
    if body:
        whole["Content-Length"] = str(len(_bytes(body)))
        whole["_body"] = body
    text = _json(whole)
    if first:
        begin = text.index(b'"Channel-State"')
        text = text[:begin] + _json(dict(first))[1:-1] + b"," + text[begin:]
    return b"Content-Length: %d\nContent-Type: text/event-json\n\n%b" % (len(text), text)


def _json(value: dict[str, object]) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:  # bytes that are not UTF-8 go out as they came, as cJSON does
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape")


def _flat(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "ARRAY::" + "|:".join(value)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
