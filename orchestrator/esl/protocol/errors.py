"""Who broke the rules: the peer, or we ourselves."""

from __future__ import annotations


class EslError(Exception):
    """Base of everything that goes wrong on the event socket.

    `written` answers the one question a caller must ask before it does anything twice: may the switch have
    read the command? False: certainly not, the command's last byte never left. True: perhaps.
    """

    written = False


class PeerError(EslError):
    """What came from the switch is not the event socket protocol, or is over a limit. The stream is lost."""


class CommandError(EslError, ValueError):
    """Our own misuse: this command may not be sent, or not now. Nothing was written.

    The message never holds the text of the command: it may be a password or a customer's data.
    """
