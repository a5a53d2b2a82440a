"""The event socket of a switch, as a deploy uses it: who is there, what it says, what it is told."""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

from orchestrator.doctor.hello import HELLO, Hello, NoHello, read_hello
from orchestrator.doctor.replies import UNKNOWN_GATEWAY, read_integer, read_version
from orchestrator.domain.problem import KnownError
from orchestrator.esl.connection import Connection
from orchestrator.esl.errors import AccessDenied, AuthFailed
from orchestrator.esl.protocol import EslError
from orchestrator.esl.timeouts import Timeouts

SUPPORTED: Final = (1, 10)
TIMEOUTS: Final = Timeouts(connect_s=5.0, greeting_s=5.0, auth_s=5.0)
ANSWER_S: Final = 30.0  # a rescan resolves names of gateways meanwhile


class Console:
    """One connection, from `with` to its end. Every method raises KnownError when the switch does not answer."""

    def __init__(self, host: str, port: int, password: str) -> None:
        self.address = f"{host}:{port}"
        self._connection = Connection(host, port, password, timeouts=TIMEOUTS)

    def __enter__(self) -> Self:
        """Connect to a FreeSWITCH that we know. KnownError, with what to do, when it is not that."""
        try:
            self._connection.connect()
        except AuthFailed:
            raise KnownError(
                f"{self.address} does not take the password: look at `password_env:` or `password_file:` "
                "in prozvon.yaml (a new password: `prozvon deploy --offline`, then restart the switch)"
            ) from None
        except AccessDenied:
            raise KnownError(
                f"{self.address} takes no connections from here: "
                "see apply-inbound-acl in its event_socket.conf (`allow:` in prozvon.yaml)"
            ) from None
        except EslError as error:
            raise KnownError(
                f"{error} (start the switch, or mend prozvon.yaml; "
                "`prozvon deploy --offline` is for a switch that does not run)"
            ) from None
        try:
            self._require_version()
        except BaseException:
            self._connection.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.stop()

    def _require_version(self) -> None:
        said = self.ask("version short").strip()
        version = read_version(said)
        if version is None:
            raise KnownError(f"{self.address} does not say which FreeSWITCH it is ({said[:60]!r})")
        if version[:2] != SUPPORTED:
            raise KnownError(
                f"{self.address} is FreeSWITCH {'.'.join(map(str, version))}, and prozvon knows 1.10 only"
            )

    def ask(self, command: str) -> str:
        """What an api command printed."""
        try:
            return self._connection.api(command, ANSWER_S)
        except EslError as error:
            raise KnownError(f"{self.address} does not answer `{command}`: {error}") from None

    def tell(self, command: str, *expected: str) -> None:
        """Run an api command. KnownError when what it printed holds none of `expected`."""
        said = self.ask(command)
        if not any(text in said for text in expected):
            raise KnownError(f"{self.address}: `{command}` says {' '.join(said.split())[:200]!r}")

    def hello(self) -> Hello | NoHello:
        return read_hello(self.ask(HELLO))

    def has_gateway(self, name: str) -> bool:
        return UNKNOWN_GATEWAY not in self.ask(f"sofia status gateway {name}")

    def uptime_ms(self) -> int | None:
        """How long the switch has been running; None when it does not say."""
        return read_integer(self.ask("uptime ms"))
