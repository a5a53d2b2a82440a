"""A request to a service, made once and the same with every try. Pure, but for the key that is made up."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import orjson

from orchestrator import __version__
from orchestrator.outside.spec import ServiceSpec, Why
from orchestrator.outside.target import QUERY_CHARS, path_fault, target_of

METHODS = ("GET", "POST", "PUT", "PATCH")
BODY_BYTES = 256 * 1024  # of what is sent

_KEY = re.compile(r"[!-~]{1,128}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is sent when it is not a JSON object of values: bytes of any kind, headers, a query.

    sign: makes headers of the bytes (of a request without a body: its path and query), with each try anew.
    """

    body: bytes | None = None
    kind: str = "application/json"
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    sign: Callable[[bytes], Mapping[str, str]] | None = None


class Request:
    """What is sent, the same with every try. fault: why it cannot be; "" when it can."""

    def __init__(
        self, spec: ServiceSpec, method: str, path: str, send: Mapping[str, object] | Content, key: str
    ) -> None:
        self.method = method
        self.body: bytes | None = None
        self._sign = None
        self.why, self.fault = Why.REFUSED, ""
        self.headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "close",
            "User-Agent": f"prozvon/{__version__}",
        }
        query: dict[str, str] = {}
        if isinstance(send, Content):
            query, self.body, self._sign = dict(send.query), send.body, send.sign
            if self.body is not None:
                self.headers["Content-Type"] = send.kind
            self.headers |= {**send.headers, "Idempotency-Key": key if _KEY.match(key) else str(uuid.uuid4())}
        elif method == "GET":
            query = {name: _text(value) for name, value in send.items()}
        else:
            self.body = orjson.dumps(_clean(dict(send)))
            self.headers["Content-Type"] = "application/json"
            self.headers["Idempotency-Key"] = key if _KEY.match(key) else str(uuid.uuid4())
        if spec.token:
            self.headers[spec.header] = _credentials(spec)
        self.target = target_of(spec.url, path, query)
        if (
            len(self.target.target) > QUERY_CHARS + len(spec.url) + len(path)
            or len(self.body or b"") > BODY_BYTES
        ):
            self.why, self.fault = Why.TOO_BIG, "more to send than a service can be expected to take"

    def signed(self) -> dict[str, str]:
        """The headers of one try."""
        if self._sign is None:
            return self.headers
        what = self.target.target.encode() if self.body is None else self.body
        return {**self.headers, **self._sign(what)}


def _credentials(spec: ServiceSpec) -> str:
    """A token alone is a bearer's; `Basic ...` and the like are sent as they are."""
    if spec.header.lower() == "authorization" and " " not in spec.token:
        return f"Bearer {spec.token}"
    return spec.token


def request_fault(method: str, path: str, send: Mapping[str, object] | Content) -> str:
    if method not in METHODS:
        return f"services are asked with {', '.join(METHODS)}"
    if isinstance(send, Content):
        return (path_fault(path, is_escaped=True) if path else None) or ""
    if any(not isinstance(name, str) for name in send):
        return "what is sent has names"
    return path_fault(path) or ""


def _text(value: object) -> str:
    """A value of a query. Lone surrogates have no UTF-8."""
    return str(value).encode("utf-8", "replace").decode()


def _clean(value: object) -> object:
    """As JSON knows it: texts, numbers, yes and no, nothing, lists and objects of them."""
    match value:
        case None | bool() | float():
            return value
        case int():
            return value if abs(value) < 2**53 else str(value)
        case dict():
            return {_text(name): _clean(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_clean(inner) for inner in value]
    return _text(value)
