"""A switch for tests of switching over: it reads the root folder as one does, and can refuse anything."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

from orchestrator.deploy.changes import gateways_of
from orchestrator.doctor.hello import Hello, NoHello, read_hello
from orchestrator.domain.problem import KnownError


class ReadingSwitch:
    """What it was told is in `told`; it knows the dialplan and the gateways of its latest reloadxml or rescan.

    broken: parts of commands that it refuses; broken_once: the same, the first time. `says` stands in for what its
    scripts say.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.told: list[str] = []
        self.broken: set[str] = set()
        self.broken_once: set[str] = set()
        self.says: str | None = None
        self.uptime: int | None = 0
        self.dialplan, self._gateways = "", frozenset[str]()
        self.start()

    def start(self) -> None:
        """Read everything, as when it is started."""
        self._read()
        self._gateways = frozenset(gateways_of(self._files()))

    def _files(self) -> dict[str, bytes]:
        current = self._root / "current"
        return {
            str(path.relative_to(current)): path.read_bytes() for path in current.rglob("*") if path.is_file()
        }

    def _read(self) -> None:
        self.dialplan = self._files().get("dialplan/prozvon.xml", b"").decode()

    def ask(self, command: str) -> str:
        if not self.dialplan:
            return "-ERR can't find anything\n"
        context = ET.fromstring(self.dialplan).find("context")  # noqa: S314 - ours
        assert context is not None
        return ET.tostring(context, "unicode")

    def hello(self) -> Hello | NoHello:
        if self.says is not None:
            return read_hello(self.says)
        manifest = json.loads((self._root / "current" / "release.json").read_bytes())
        return Hello(release=manifest["release"], root=str(self._root), callflow=manifest["callflow"])

    def has_gateway(self, name: str) -> bool:
        return name in self._gateways

    def tell(self, command: str, *expected: str) -> None:
        assert expected
        assert command != "reloadxml" or expected == ("+OK [Success]",)  # it says +OK of broken XML, too
        self.told.append(command)
        refused = {part for part in self.broken | self.broken_once if part in command}
        self.broken_once -= refused
        if refused:
            raise KnownError(f"`{command}` says '-ERR'")
        if command in ("reloadxml", "reloadacl"):
            self._read()
        if command.endswith(("rescan", "start")):
            self._gateways |= frozenset(gateways_of(self._files()))
        if "killgw" in command:
            self._gateways -= {command.rpartition(" ")[2]}

    def uptime_ms(self) -> int | None:
        return self.uptime
