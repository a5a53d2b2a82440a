"""What a script's `fsapi(session, stream, env, args)` gets when it is run by an api command (mod_python3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orchestrator.simulator.wire import encode_value

NO_SESSION: Final = "na"  # what mod_python3 gives for the session of a command that has none


class Stream:
    """The answer, as it grows. The names are the switch's."""

    def __init__(self) -> None:
        self._written: list[str] = []

    def write(self, data: str) -> None:
        if not isinstance(data, str):
            raise TypeError("in method 'Stream_write', argument 2 of type 'char const *'")
        self._written.append(data.partition("\0")[0])

    def raw_write(self, data: str, length: int) -> None:
        self.write(data.encode()[:length].decode("utf-8", "surrogateescape"))

    def get_data(self) -> str:
        return "".join(self._written)


class Environment:
    """`env`: the event of the command, an API one."""

    def __init__(self, headers: Mapping[str, str | list[str]]) -> None:
        self._headers = {name: value for name, value in headers.items() if isinstance(value, str)}

    def getHeader(self, name: str) -> str | None:  # noqa: N802 - the switch's name
        return self._headers.get(name)

    def getType(self) -> str:  # noqa: N802
        return self._headers.get("Event-Name", "")

    def getBody(self) -> str | None:  # noqa: N802
        return None

    def serialize(self, _format: str = "plain") -> str:
        return "".join(f"{name}: {encode_value(value)}\n" for name, value in self._headers.items()) + "\n"
