"""Header lines: where a block of them ends, and what stands in it."""

from __future__ import annotations

from orchestrator.esl.protocol.errors import PeerError


def find_blank(buffer: bytes, start: int) -> tuple[int, int]:
    """Where the first blank line from `start` on begins and where it ends; (-1, -1) if there is none.

    Lines end at LF. A CR before it is tolerated, so a blank line is LF LF or LF CR LF.
    """
    end = buffer.find(b"\n\n", start)
    crlf = buffer.find(b"\n\r\n", start, end + 2 if end >= 0 else len(buffer))  # one that begins before it
    if crlf >= 0:
        return crlf, crlf + 3
    return (end, end + 2) if end >= 0 else (-1, -1)


def parse_head(head: bytes, *, line_limit: int) -> dict[str, str]:
    """The lines of a message's header block. Names keep their case; values are not URL-decoded.

    Raises `PeerError`.
    """
    headers: dict[str, str] = {}
    for line in head.split(b"\n"):
        if len(line) > line_limit:
            raise PeerError(f"a header line longer than {line_limit} bytes")
        name, colon, value = line.decode("utf-8", "replace").partition(":")
        if not colon or not name:
            raise PeerError(f"not a header line: {line[:40]!r}")
        if name == "Content-Length" and name in headers:
            raise PeerError("a message with two lengths")
        headers[name] = value.strip(" \r")
    return headers
