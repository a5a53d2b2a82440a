"""The switch's configuration: one document, put together of many files, read again by `reloadxml`."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Final

from orchestrator.simulator.preprocess import Log, Preprocessor
from orchestrator.simulator.xml_tree import Node, XmlError, parse_xml

SUCCESS: Final = "Success"
NO_DOCUMENT: Final = "Cannot Open log directory or XML Root!"


class Configuration:
    """What ROOT/conf/freeswitch.xml leads to. A root without one, as a deploy alone makes it, has what is in
    ROOT/current: its conf/freeswitch.xml, or no more than its dialplan.
    """

    def __init__(self, root: Path, release: Path, variables: MutableMapping[str, str], log: Log) -> None:
        self._folder, self._release = root / "conf", release
        self._file = self._folder / "freeswitch.xml"
        self._is_own = self._file.exists()
        self._preprocessor = Preprocessor(variables, log)
        self._root = Node("document")

    def load(self) -> str:
        """Read everything again: `Success`, or what is wrong; then what was read before stays."""
        text = self._preprocessor.file(self._file, self._folder) if self._is_own else self._without_one()
        if not text:
            return NO_DOCUMENT
        try:
            self._root = parse_xml(text)
        except XmlError as error:
            return str(error)
        return SUCCESS

    def _without_one(self) -> str:
        conf = self._release / "conf" / "freeswitch.xml"
        if conf.exists():
            inner = f'<X-PRE-PROCESS cmd="include" data="{conf}"/>\n'
        else:
            inner = (
                '<section name="configuration">\n</section>\n<section name="dialplan">\n'
                f'<X-PRE-PROCESS cmd="include" data="{self._release}/dialplan/*.xml"/>\n</section>\n'
            )
        return self._preprocessor.text(
            f'<document type="freeswitch/xml">\n{inner}</document>\n', self._release
        )

    @property
    def root(self) -> Node:
        return self._root

    def section(self, name: str) -> Node | None:
        return self._root.find("section", "name", name)

    def locate(self, section: str, *, tag: str = "", attribute: str = "", value: str = "") -> Node | None:
        """The section, or the first element of its with this attribute."""
        found = self.section(section)
        return found.find(tag, attribute, value) if found is not None and tag else found
