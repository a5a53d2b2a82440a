"""What goes wrong between us and a switch. `written` (see EslError): may it have read the command?"""

from __future__ import annotations

from orchestrator.esl.protocol import EslError


class NotConnected(EslError):  # noqa: N818  # reads as what is the matter, as all of these do
    """There is no connection, or it went while the caller waited."""

    def __init__(self, reason: str, *, written: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.written = written


class AuthFailed(NotConnected):
    """The switch does not take the password."""


class AccessDenied(NotConnected):
    """The switch does not take connections from our address: see apply-inbound-acl in event_socket.conf."""


class ReplyTimeout(EslError):  # noqa: N818
    """No reply in time. The connection stands, and the reply is thrown away should it still come.

    `written` is always true: the command is on its way, and even what waits in our own queue will be written.
    """

    written = True


class CommandRefused(EslError):  # noqa: N818
    """The switch read the command and said no: it did not carry it out. `reply` is its Reply-Text."""

    written = True

    def __init__(self, reply: str) -> None:
        super().__init__(f"the switch refused: {reply}")
        self.reply = reply
