"""Who sends SMS: a service of the settings, asked by a template; or apprise, which knows a hundred of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from orchestrator.outside.answers import Unreadable, read_json
from orchestrator.outside.spec import Reply
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox.notices import Notices
from orchestrator.runtime.outbox.short_messages import SmsGateway
from orchestrator.runtime.outbox.telling import CallsServices, refused
from orchestrator.runtime.settings_parts.sms_settings import Sms

_PLACES = re.compile(r"\{(to|digits|text|key)\}")


def gateway_of(settings: Sms, services: CallsServices, notices: Notices) -> SmsGateway:
    """The one of the settings."""
    if settings.apprise_env is not None:
        return AppriseSms(notices, settings.apprise_env)
    return ServiceSms(services, settings) if settings.service is not None else NoSms()


class NoSms:
    """Where the settings name none."""

    def send(self, number: str, text: str, key: str) -> str:  # noqa: ARG002  # the protocol's
        raise Undelivered("no service for SMS in the settings: write `sms:` into prozvon.yaml", is_final=True)


class AppriseSms:
    """variable: of the environment: an apprise URL with {to} or {digits} in it."""

    def __init__(self, notices: Notices, variable: str) -> None:
        self._notices = notices
        self._variable = variable

    def send(self, number: str, text: str, key: str) -> str:
        known = {"to": number, "digits": number[1:], "key": key}
        self._notices.send(self._variable, "", text, known, needs=("to", "digits"))
        return ""


class ServiceSms:
    """Asks the service of `sms:`, as its template says."""

    def __init__(self, services: CallsServices, settings: Sms) -> None:
        self._services = services
        self._settings = settings

    def send(self, number: str, text: str, key: str) -> str:
        settings = self._settings
        assert settings.service is not None  # noqa: S101  # gateway_of
        known = {"to": number, "digits": number[1:], "text": text, "key": key}
        reply = self._services.call(
            settings.service,
            settings.method.upper(),
            settings.path,
            send={name: filled(field, known) for name, field in settings.send.items()},
            timeout_s=settings.timeout_s,
            tries=1,
            key=key,
        )
        if not reply.was_taken:
            raise refused(f"the SMS service {settings.service}", reply)
        if settings.accepted and settings.accepted not in reply.body.decode("utf-8", "replace"):
            said = " ".join(reply.body[:200].decode("utf-8", "replace").split())
            raise Undelivered(
                f"the SMS service {settings.service} answered {reply.status}", heard=f", and says: {said}"
            )
        return _reference(reply, settings.reference)


def filled(text: str, known: Mapping[str, str]) -> str:
    """Places filled in once: what a caller has said is no template."""
    return _PLACES.sub(lambda found: known[found[1]], text)


def _reference(reply: Reply, path: str) -> str:
    """The gateway's own id of the message: a field of its answer. What is not there is not known."""
    found = read_json(reply.body, reply.content_type) if path else None
    for name in path.split(".") if path and not isinstance(found, Unreadable) else ():
        match found:
            case dict():
                found = found.get(name)
            case list() if name.isdigit() and int(name) < len(found):
                found = found[int(name)]
            case _:
                return ""
    return found if isinstance(found, str) else ""
