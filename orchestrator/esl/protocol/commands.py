"""Commands as bytes. The one place where a control character is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable

from orchestrator.esl.protocol.errors import CommandError

# A line break in an argument is a second command, and shifts every reply after it by one. The switch cuts
# lines at LF and CR; nothing else below space, nor DEL and the C1 set, has any business in a command.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
# The reply repeats the id unescaped, and the switch cuts it at 36 characters (see Limits.job_id).
_JOB_ID = re.compile(r"[A-Za-z0-9_.:+=@/-]+")


def encode_command(line: str, headers: Iterable[tuple[str, str]] = (), *, limit: int) -> bytes:
    """`line`, its headers and the blank line that ends a command, in UTF-8.

    Raises `CommandError` for an empty line, a control character anywhere, text that has no UTF-8 (lone
    surrogates), a header name that is none, or more than `limit` bytes.
    """
    if not line or line.isspace():
        raise CommandError("a command may not be empty")
    lines = [line]
    for name, value in headers:
        if not _HEADER_NAME.fullmatch(name):
            raise CommandError("a command header's name may hold letters, digits, '-' and '_' only")
        lines.append(f"{name}: {value}")
    for text in lines:
        if found := _CONTROL.search(text):
            raise CommandError(
                f"a command may hold no control characters (U+{ord(found[0]):04X} at {found.start()})"
            )
    try:
        data = "\n".join([*lines, "", ""]).encode()
    except UnicodeEncodeError as error:
        raise CommandError(f"a command must be text (lone surrogate at {error.start})") from None
    if len(data) > limit:
        raise CommandError(f"a command may be {limit} bytes long, this one is {len(data)}")
    return data


def check_job_id(job_id: str, *, limit: int) -> None:
    """Raise `CommandError` for a Job-UUID that the switch would cut or that could break its reply."""
    if not _JOB_ID.fullmatch(job_id):
        raise CommandError("a job id must be one or more of A-Z a-z 0-9 _ . : + = @ / -")
    if len(job_id) > limit:
        raise CommandError(f"the switch cuts a job id after {limit} characters, this one has {len(job_id)}")


def subscription(events: Iterable[str]) -> str:
    """The `event json ...` line for these events; a name with `::` is the subclass of a custom event.

    The switch takes every word after CUSTOM for a subclass, so the subclasses come last. Raises
    `CommandError` when there are no names, or a name is not one word.
    """
    names = list(events)
    if not names or any(not name or " " in name for name in names):
        raise CommandError("events must be named by single words, at least one")
    plain = [name for name in names if "::" not in name and name != "CUSTOM"]
    custom = [name for name in names if "::" in name]
    if custom or "CUSTOM" in names:
        custom = ["CUSTOM", *custom]
    return " ".join(["event json", *plain, *custom])


def filter_line(header: str, value: str, *, delete: bool = False) -> str:
    """`filter HEADER VALUE`, or the line that takes it away again.

    Raises `CommandError` on an empty part, or a header that the switch would take for `add` or `delete`.
    """
    if not header or " " in header or not value.strip() or header.lower() in ("add", "delete"):
        raise CommandError("a filter needs a header name of one word and a value")
    return f"filter {'delete ' if delete else ''}{header} {value}"
