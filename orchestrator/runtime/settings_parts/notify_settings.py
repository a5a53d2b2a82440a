"""The parts of `prozvon.yaml` about what is told to the world outside: mail, SMS, rows, recordings, the outbox."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from orchestrator.outside.letter import address_of, is_address
from orchestrator.outside.mail import PORTS, MailServer, Security
from orchestrator.runtime.settings_parts.switch_settings import (
    Host,
    Port,
    Strict,
    Variable,
    read_password,
)

_ONE_ADDRESS = "a mail address, such as calls@shop.example"


def _sender(value: str) -> str:
    if not value.isprintable() or not is_address(address_of(value)):
        raise ValueError(f"{_ONE_ADDRESS} or Shop <calls@shop.example>")
    return value


def _addresses(value: str) -> str:
    found = [item.strip() for item in value.split(",")]
    if not all(is_address(item) for item in found):
        raise ValueError("mail addresses with commas between them, such as a@shop.example,b@shop.example")
    return ",".join(dict.fromkeys(found))


def _zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("a time zone, such as Europe/Moscow") from None
    return value


class MailPart(Strict):
    """`mail:`. Without `server` no mail is sent: it waits in the outbox, parked."""

    server: Host | None = None
    port: Port | None = None
    user: str | None = None
    password_env: Variable | None = None
    password_file: Path | None = None
    sender: Annotated[str, AfterValidator(_sender)] | None = Field(default=None, alias="from")
    security: Security = Security.STARTTLS
    ca: Path | None = None  # certificates to trust instead of the system's
    timeout_s: Annotated[float, Field(gt=0, le=600)] = 30.0  # for each answer of the server
    attach_mb: Annotated[float, Field(gt=0, le=100)] = 10.0  # recordings larger than this are not attached
    language: Literal["en", "ru"] = "en"
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.password_env and self.password_file:
            raise ValueError("password_env and password_file: only one of them can be meant")
        has_password = bool(self.password_env or self.password_file)
        if (self.user is not None) != has_password:
            raise ValueError("user: goes together with password_env or password_file")
        if (self.server is None) != (self.sender is None):
            raise ValueError("server: and from: go together")
        if self.user is not None and self.security is Security.NONE:
            raise ValueError("security: none would send the password for everybody to read")
        return self

    def mail_server(self) -> MailServer | None:
        """None when there is none in the settings. KnownError when its password is nowhere."""
        if self.server is None or self.sender is None:
            return None
        host, _, port = self.server.partition(":")
        return MailServer(
            host=host,
            port=self.port or int(port or PORTS[self.security]),
            sender=self.sender,
            security=self.security,
            user=self.user or "",
            password=read_password(self.password_env, self.password_file, "the mail server's password") or "",
            ca=self.ca,
            timeout_s=self.timeout_s,
        )


class Mailbox(Strict):
    """`mailboxes.NAME:`: who reads what callers leave there."""

    to: Annotated[str, AfterValidator(_addresses)] = ""
    folder: Path | None = None  # default: mailboxes/NAME in the data folder
    apprise_env: Variable | None = None  # an apprise URL that is told what its letters tell, without sound

    def addresses(self) -> tuple[str, ...]:
        return tuple(self.to.split(",")) if self.to else ()

    @property
    def is_read(self) -> bool:
        """Whether anybody is told what comes there."""
        return bool(self.to) or self.apprise_env is not None


class Recordings(Strict):
    """`recordings:`: how long switches keep them, and how large one may be that we fetch."""

    keep_days: Annotated[int, Field(ge=0, le=3650)] = 90  # 0: for ever
    fetch_mb: Annotated[float, Field(gt=0, le=2000)] = 200.0


class OutboxPart(Strict):
    """`outbox:`: how often, and for how long, a delivery that fails is tried."""

    tries: Annotated[int, Field(ge=1, le=10_000)] = 100
    first_s: Annotated[float, Field(gt=0, le=3600)] = 10.0  # after the first failure; doubled with each more
    most_s: Annotated[float, Field(gt=0, le=86_400)] = 900.0
    at_once: Annotated[int, Field(ge=1, le=100)] = 4  # deliveries to one place under way, for each worker
    keep_days: Annotated[float, Field(gt=0, le=3650)] = 30.0  # entries that have become deliveries

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.most_s < self.first_s:
            raise ValueError("most_s is less than first_s")
        return self


def absolute_notices(
    folder: Path, mail: MailPart, mailboxes: Mapping[str, Mailbox], collected: Path | None
) -> dict[str, object]:
    """Those parts of the settings that hold paths, with each path below the project's folder."""
    return {
        "mail": mail.model_copy(
            update={"password_file": _under(folder, mail.password_file), "ca": _under(folder, mail.ca)}
        ),
        "mailboxes": {
            name: box.model_copy(update={"folder": _under(folder, box.folder)})
            for name, box in mailboxes.items()
        },
        "collected": _under(folder, collected),
    }


def _under(folder: Path, path: Path | None) -> Path | None:
    return None if path is None else folder / path
