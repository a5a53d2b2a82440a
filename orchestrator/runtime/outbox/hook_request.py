"""One webhook of the settings, ready to be filled in: its path, headers and body, and its signature."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import orjson

from orchestrator.outside.request import Content
from orchestrator.outside.signature import HEADER, signature
from orchestrator.outside.template import NotFilled, Place, Template
from orchestrator.runtime.outbox.payload_fields import COMMON, KINDS, OF_CONTACT, Json
from orchestrator.runtime.settings_parts.hook_settings import (
    BODY_BYTES,
    Webhook,
    place_of_field,
    template_of,
)
from orchestrator.scenario.findings import did_you_mean

REPLAY: Final = "Prozvon-Replay"
FORM: Final = "application/x-www-form-urlencoded"
# What templates may ask for, of whatever kind they are told
_NAMES: Final = frozenset({"payload", "key"}).union(
    field.name for fields in (COMMON, OF_CONTACT, *KINDS.values()) for field in fields
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What is sent: the path below the service, and the rest."""

    path: str
    content: Content


class HookRequest:
    """fault: why it cannot be used as the settings and the environment are now; "" when it can. now_s: epoch seconds,
    for the signature: real time, whatever the project's clock says, since others compare it with theirs.
    """

    def __init__(self, name: str, hook: Webhook, now_s: Callable[[], float] = time.time) -> None:
        self._name = name
        self._hook = hook
        self._now_s = now_s
        self.fault = ""
        self._path = Template(hook.path, Place.PATH)
        self._headers = {title: Template(text, Place.HEADER) for title, text in hook.headers.items()}
        self._form = {
            field: Template(text, place_of_field(text)) for field, text in (hook.form or {}).items()
        }
        self._body = self._template_of_body()
        self._secrets = self._read_secrets()

    def doubts(self) -> str:
        """A name in its templates that nothing has; "" when there is none. What it is told may still fit."""
        parts = {"path": self._path, **{f"headers.{title}": text for title, text in self._headers.items()}}
        parts |= {f"form.{field}": text for field, text in self._form.items()}
        if self._body is not None:
            parts["body"] = self._body
        unknown = ((part, name) for part, text in parts.items() for name in sorted(text.names - _NAMES))
        part, name = next(unknown, ("", ""))
        return f"{part}: nothing is called {name!r} ({did_you_mean(name, _NAMES)})" if name else ""

    def filled(self, payload: Json, key: str, *, is_replay: bool = False) -> Filled:
        """What is sent for a payload. Raises NotFilled."""
        known = {**payload, "contact": payload.get("contact") or {}, "payload": payload, "key": key}
        path = _part("path", self._path, known)
        headers = {title: _part(f"headers.{title}", text, known) for title, text in self._headers.items()}
        fields = {field: _part(f"form.{field}", text, known) for field, text in self._form.items()}
        kind, body = self._content(payload, known, fields)
        own = next((title for title in headers if title.lower() == "content-type"), "")
        if own:
            kind = headers.pop(own)
        if is_replay:
            headers[REPLAY] = "1"
        content = Content(
            body=body,
            kind=kind,
            query=fields if body is None else {},
            headers=headers,
            sign=self._signed if self._secrets else None,
        )
        return Filled(path=path, content=content)

    def _content(
        self, payload: Json, known: Mapping[str, object], fields: Mapping[str, str]
    ) -> tuple[str, bytes | None]:
        """(content type, body)"""
        if self._hook.method == "get":
            return "", None
        if self._hook.form is not None:
            return FORM, urlencode(fields, errors="replace").encode()
        if self._body is not None:
            return "application/json", _part("body", self._body, known).encode("utf-8", "replace")
        return "application/json", orjson.dumps(payload)

    def _signed(self, what: bytes) -> dict[str, str]:
        return {HEADER: signature(self._secrets, what, int(self._now_s()))}

    def _template_of_body(self) -> Template | None:
        text = self._hook.body
        if self._hook.body_file is not None:
            try:
                if self._hook.body_file.stat().st_size > BODY_BYTES:
                    raise ValueError(f"it has more than {BODY_BYTES} bytes")
                text = self._hook.body_file.read_text(encoding="utf-8")
                return template_of(text, Place.JSON)
            except OSError as error:
                self.fault = f"cannot read body_file {self._hook.body_file}: {error.strerror}"
            except ValueError as error:
                self.fault = f"body_file {self._hook.body_file}: {error}"
            return None
        return None if text is None else Template(text, Place.JSON)

    def _read_secrets(self) -> tuple[str, ...]:
        """The new one first. One that is not there is told when the webhook is used, not before."""
        names = [name for name in (self._hook.secret_env, self._hook.old_secret_env) if name]
        found = {name: os.environ.get(name, "").strip() for name in names}
        missing = next((name for name, secret in found.items() if not secret), "")
        if missing:
            self.fault = f"its secret is not set: export {missing}=..."
        return tuple(found.values())


def _part(name: str, template: Template, known: Mapping[str, object]) -> str:
    try:
        return template.filled(known)
    except NotFilled as error:
        raise NotFilled(f"{name}: {error.why}") from None
