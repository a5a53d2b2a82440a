"""What the switch says, one type per kind of message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthRequest:
    """The greeting: the switch wants a password within 25 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RudeRejection:
    """The greeting for an address that is not on the switch's list. The connection is over."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The reply (`command/reply`) to the command with this token. `text` is its Reply-Text."""

    token: int
    text: str
    headers: dict[str, str]

    @property
    def is_ok(self) -> bool:
        return self.text.startswith("+OK")

    @property
    def data(self) -> str:
        """The text, by the name that greenswitch gives it."""
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiResponse:
    """What the API command with this token printed, `-ERR ...` included."""

    token: int
    text: str
    headers: dict[str, str]

    @property
    def data(self) -> str:
        """The text, by the name that greenswitch gives it."""
        return self.text


@dataclass(slots=True)
class Event:
    """An event. Values are text, or lists of text for arrays; the body is under `_body`.

    Names are as the switch spells them. `size` is what it took on the wire, in bytes. Not frozen and not
    keyword-only because thousands are made per second.
    """

    headers: dict[str, object]
    size: int

    @property
    def name(self) -> str:
        """`CHANNEL_ANSWER`, ...; for a custom event its subclass. "" if it has none."""
        name = self.headers.get("Event-Name")
        if name == "CUSTOM":
            name = self.headers.get("Event-Subclass")
        return name if isinstance(name, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogData:
    """A line of the switch's log, after `log LEVEL`."""

    text: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectNotice:
    """The switch will close the connection: now, or, when it lingers, after the rest of its events."""

    text: str
    is_lingering: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """A well-formed message of a kind that we never ask for."""

    content_type: str
    headers: dict[str, str]
    body: bytes


Message: TypeAlias = (
    AuthRequest | RudeRejection | Reply | ApiResponse | Event | LogData | DisconnectNotice | Other
)
