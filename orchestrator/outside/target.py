"""Where a call goes: the service's own URL, with a path that cannot lead out of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit

PATH_CHARS = 512
SEGMENTS = 16
QUERY_CHARS = 4_000  # many servers take 8 KB of request line and headers, not more

_SEGMENT = re.compile(r"[A-Za-z0-9._~-]{1,128}\Z")
_ESCAPED = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-F]{2}){1,128}\Z")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\Z")
_IPV6 = re.compile(r"[0-9A-Fa-f:.]{2,45}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """scheme: http or https. target: path and query as they stand in the request line."""

    scheme: str
    host: str
    port: int
    target: str


def base_fault(url: str) -> str | None:
    """What is wrong with a service's URL; None when nothing is."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "not a URL: write https://HOST[:PORT]/PATH/"
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not (
        _HOST.match(host) or (":" in host and _IPV6.match(host))
    ):
        return "write https://HOST[:PORT]/PATH/"
    if parts.username is not None or parts.password is not None:
        return "no user and password here: name a `token_env`"
    if "?" in url or "#" in url:
        return "it ends with its path: what is asked is in the scenario"
    if port == 0:
        return "port 0 is none"
    return path_fault(parts.path.strip("/")) if parts.path.strip("/") else None


def path_fault(path: str, *, is_escaped: bool = False) -> str | None:
    """What is wrong with a path below a service; None when nothing is. is_escaped: it may have %XX in it, made by us of
    values that were looked at (outside.template).
    """
    segments = path.removeprefix("/").split("/")
    if segments[-1] == "" and len(segments) > 1:
        segments.pop()  # one slash at the end means something to many servers
    if len(path) > PATH_CHARS or len(segments) > SEGMENTS:
        return f"a path has at most {PATH_CHARS} characters and {SEGMENTS} parts"
    for segment in segments:
        if not (_ESCAPED if is_escaped else _SEGMENT).match(segment):
            return "a path is made of letters, digits and ._~- with / between them"
        if not unquote(segment).strip("."):
            return "a path has no part of dots alone"
    return None


def target_of(url: str, path: str, query: Mapping[str, str]) -> Target:
    """The place of `path` below `url`; without one, of `url` itself. Both were found right by the functions above."""
    parts = urlsplit(url)
    target = f"{parts.path.rstrip('/')}/{path.removeprefix('/')}" if path else parts.path or "/"
    if query:
        target += "?" + urlencode(query, quote_via=quote)
    is_tls = parts.scheme == "https"
    return Target(
        scheme=parts.scheme,
        host=parts.hostname or "",
        port=parts.port or (443 if is_tls else 80),
        target=target,
    )


def redirected(url: str, asked: Target, location: str) -> Target | None:
    """Where a redirect leads; None when that is not below the service's own URL."""
    if not location:
        return None
    base = urlsplit(url)
    authority = f"[{asked.host}]" if ":" in asked.host else asked.host
    try:
        parts = urlsplit(urljoin(f"{asked.scheme}://{authority}:{asked.port}{asked.target}", location))
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None
    if (parts.scheme, parts.hostname, port) != (asked.scheme, asked.host, asked.port):
        return None
    if parts.username is not None or path_fault(parts.path) is not None:
        return None
    if not f"{parts.path}/".startswith(f"{base.path.rstrip('/')}/"):
        return None
    if len(parts.query) > QUERY_CHARS or not re.fullmatch(r"[!-~]*", parts.query):
        return None
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    return Target(scheme=asked.scheme, host=asked.host, port=asked.port, target=target)
