"""The part of `prozvon.yaml` about HTTP services: which there are, by name, and how they are asked."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from orchestrator.outside.service import Services
from orchestrator.outside.spec import ServiceSpec
from orchestrator.outside.target import base_fault
from orchestrator.runtime.settings_parts.switch_settings import Rest, Strict, Variable

_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}\Z")
_OURS = frozenset(
    {"host", "connection", "content-length", "content-type", "transfer-encoding", "idempotency-key"}
)


def _url(value: str) -> str:
    if fault := base_fault(value):
        raise ValueError(fault)
    return value


def _header(value: str) -> str:
    if not _HEADER.match(value) or value.lower() in _OURS:
        raise ValueError("the name of a header, such as Authorization or X-Api-Key")
    return value


class ServiceRest(Rest):
    """When a service that fails is left alone: sooner and more shortly than a gateway, since a caller waits."""

    after: Annotated[int, Field(ge=1, le=1000)] = 5
    for_s: Annotated[float, Field(ge=1, le=86_400)] = 10.0
    most_s: Annotated[float, Field(ge=1, le=86_400)] = 120.0


class Service(Strict):
    """An HTTP service that scenarios fetch from and tell to: docs/services.md."""

    url: Annotated[str, AfterValidator(_url)]
    token_env: Variable | None = (
        None  # environment variable, where the worker runs, that holds our token there
    )
    header: Annotated[str, AfterValidator(_header)] = "Authorization"
    timeout_s: Annotated[float, Field(gt=0, le=120)] = (
        5.0  # all tries together, where the scenario says nothing
    )
    tries: Annotated[int, Field(ge=1, le=10)] = 2
    max_bytes: Annotated[int, Field(ge=1, le=20_000_000)] = 1_000_000
    private: bool = False  # whether it may be in our own network
    ca: Path | None = None  # certificates to trust instead of the system's
    at_once: Annotated[int, Field(ge=1, le=1000)] = 20
    rest: ServiceRest = ServiceRest()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        is_plain = self.url.startswith("http:")
        if is_plain and self.token_env and not self.private:
            raise ValueError("a token over http:// can be read on its way: write https://, or `private: yes`")
        if is_plain and self.ca:
            raise ValueError("ca: is for https://")
        return self

    def spec(self, name: str) -> ServiceSpec:
        """As the client knows it. A token that is not there is told when the service is used, not before."""
        token, fault = _token(self.token_env)
        return ServiceSpec(
            name=name,
            url=self.url,
            token=token,
            header=self.header,
            fault=fault,
            timeout_s=self.timeout_s,
            tries=self.tries,
            max_bytes=self.max_bytes,
            is_private=self.private,
            ca=self.ca,
            at_once=self.at_once,
            rest=self.rest.rule(),
        )


def _token(variable: str | None) -> tuple[str, str]:
    """(token, what is wrong with it); neither is told in a message."""
    if variable is None:
        return "", ""
    value = os.environ.get(variable, "").strip()
    if not value:
        return "", f"its token is not set: export {variable}=..."
    if not value.isascii() or not value.isprintable():
        return "", f"the token in {variable} is more than one line of plain characters"
    return value, ""


def services_of(services: Mapping[str, Service]) -> Services:
    """The client of all services of the settings (`settings.services`). One for a process: it knows who fails."""
    return Services({name: service.spec(name) for name, service in services.items()})
