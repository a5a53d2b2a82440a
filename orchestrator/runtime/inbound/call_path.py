"""What a caller did and heard, on one line."""

from __future__ import annotations

from collections.abc import Iterable


def readable(path: Iterable[str]) -> str:
    """`("0.0 start", "0.1 hears hello", "64.2 key 1")` -> `0:00 start → hears hello → 1:04 key 1`.

    The time stands where it is another one, in minutes and seconds since the call began.
    """
    said: list[str] = []
    last = ""
    for entry in path:
        seconds, _, what = entry.partition(" ")
        time = _minutes(seconds)
        said.append(f"{time} {what}" if time and time != last else (what if time else entry))
        last = time or last
    return " → ".join(said)


def _minutes(seconds: str) -> str:
    """`64.2` -> `1:04`; "" for what is no number of seconds."""
    whole = seconds.partition(".")[0]
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 6):
        return ""
    return f"{int(whole) // 60}:{int(whole) % 60:02}"
