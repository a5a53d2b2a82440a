"""`X-PRE-PROCESS` and `$${...}`: how FreeSWITCH puts the files of its configuration together (switch_xml.c).

It works on lines: one that holds `<include>`, `</include>` or `<?` is dropped whole, and so is what else stands on
the line of an X-PRE-PROCESS. Not simulated: `exec`, `exec-set` and `stun-set`, which are told to the log.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Final

MAX_DEPTH: Final = 100
_LINE: Final = re.compile(r"[^\r\n]*[\r\n]|[^\r\n]+")
_DROPPED: Final = ("<include>", "</include>", "<?")
_COMMAND: Final = re.compile(r'<X-pre-process.*?cmd\s*=[^"]*"([^"]*)".*?data.*?=[^"]*"([^"]*)"', re.I)
_OLD_COMMAND: Final = re.compile(r'<!--#(\S+) +"?([^"]*)"?')

Log = Callable[[str, str], None]


class Preprocessor:
    """`variables` are the switch's global ones: read and set."""

    def __init__(self, variables: MutableMapping[str, str], log: Log) -> None:
        self._variables, self._log = variables, log

    def file(self, path: Path, folder: Path, depth: int = 0) -> str | None:
        """A file with all that it includes; paths in it are relative to `folder`. None when it cannot be opened."""
        if depth > MAX_DEPTH:
            return None
        try:
            text = path.read_bytes().decode("utf-8", "surrogateescape")
        except OSError as error:
            self._log("ERR", f"Couldn't open {path} ({error.strerror})\n")
            return None
        return "".join(self._lines(text, folder, depth))

    def text(self, text: str, folder: Path) -> str:
        """As `file`, of a text that stands in no file."""
        return "".join(self._lines(text, folder, 0))

    def _lines(self, text: str, folder: Path, depth: int) -> Iterator[str]:
        is_in_comment = False
        for line in _LINE.findall(text):
            if any(mark in line for mark in _DROPPED):
                continue
            line = self._expanded(line)
            if is_in_comment:
                _, mark, line = line.partition("-->")
                is_in_comment = not mark
                if is_in_comment:
                    continue
            if "x-pre-process" in line.lower():
                if found := _COMMAND.search(line):
                    yield from self._obey(found[1], found[2], folder, depth)
            elif "<!--#" in line:
                before, _, rest = line.partition("<!--#")
                _, mark, after = rest.partition("-->")
                is_in_comment = not mark
                yield before + after
                if found := _OLD_COMMAND.search(line.partition("-->")[0]):
                    yield from self._obey(found[1], found[2], folder, depth)
            else:
                yield line

    def _expanded(self, line: str) -> str:
        return re.sub(r"\$\$\{([^{}]*)\}", lambda found: self._variables.get(found[1], ""), line)

    def _obey(self, command: str, data: str, folder: Path, depth: int) -> Iterator[str]:
        name, _, value = data.partition("=")
        match command.lower():
            case "set":
                self._set(name.rstrip(" "), value.lstrip(" "))
            case "env-set" if value.startswith("$") and value[1:] in os.environ:
                self._set(name, os.environ[value[1:]])
            case "include":
                for path in sorted(glob.glob(str(folder / data))):
                    yield self.file(Path(path), Path(path).parent, depth + 1) or ""
            case "exec" | "exec-set" | "stun-set":
                self._log("ERR", f"{command} is not simulated: {data}\n")

    def _set(self, name: str, value: str) -> None:
        if value:
            self._variables[name] = value
        else:
            self._variables.pop(name, None)
