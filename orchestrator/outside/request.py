"""A request to a service, made once and the same with every try. Pure, but for the key that is made up."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

import orjson

from orchestrator import __version__
from orchestrator.outside.spec import ServiceSpec, Why
from orchestrator.outside.target import QUERY_CHARS, path_fault, target_of

METHODS = ("GET", "POST", "PUT")
BODY_BYTES = 256 * 1024  # of what is sent

_KEY = re.compile(r"[!-~]{1,128}\Z")


class Request:
    """What is sent, the same with every try. fault: why it cannot be; "" when it can."""

    def __init__(
        self, spec: ServiceSpec, method: str, path: str, send: Mapping[str, object], key: str
    ) -> None:
        self.method = method
        self.body: bytes | None = None
        self.why, self.fault = Why.REFUSED, ""
        self.headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "close",
            "User-Agent": f"prozvon/{__version__}",
        }
        query: dict[str, str] = {}
        if method == "GET":
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


def _credentials(spec: ServiceSpec) -> str:
    """A token alone is a bearer's; `Basic ...` and the like are sent as they are."""
    if spec.header.lower() == "authorization" and " " not in spec.token:
        return f"Bearer {spec.token}"
    return spec.token


def request_fault(method: str, path: str, send: Mapping[str, object]) -> str:
    if method not in METHODS:
        return f"services are asked with {', '.join(METHODS)}"
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
