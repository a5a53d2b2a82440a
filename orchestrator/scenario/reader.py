"""YAML to a tree of positioned text. No implicit types, nothing recursive, every limit has its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from orchestrator.scenario.findings import Findings
from orchestrator.scenario.source import Map, Mark, Seq, Text, Tree
from orchestrator.scenario.syntax import Repair, explain_syntax, repairs

SIZE_MAX = (
    256 * 1024
)  # bytes: a hundred times a long scenario; a contact list taken for one is refused at once
DEPTH_MAX = 40  # levels; flow: if in if in if ... is unreadable long before
VALUES_MAX = 20_000  # values with aliases written out, so that a few lines cannot grow into gigabytes
REPAIRS_MAX = 20  # syntax errors told in one run, one per top-level part

# What YAML 1.2 calls not printable
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_NO_KEY = Text.at("")  # stands for a key that was refused

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file as read. `lost` names the top-level parts of which some text could not be parsed.

    `root` is None when nothing of the file can be used.
    """

    root: Map | None
    lost: frozenset[str] = frozenset()


def read_document(data: bytes, file: str, findings: Findings) -> Document:
    """Parse the bytes of one YAML file; what is wrong goes to `findings` with its place."""
    text = _decode(data, file, findings)
    if text is None:
        return Document(root=None)
    lost: set[str] = set()
    for _ in range(REPAIRS_MAX):
        builder = _Builder(file)
        try:
            root = builder.build(text)
        except yaml.MarkedYAMLError as error:
            findings.add(*explain_syntax(error, text, file))
            repair = _repair(error, text)
            if repair is None:
                return Document(root=None)
            text = repair.text
            lost.add(repair.part)
        except _TooMuchError as error:
            findings.add(error.code, error.mark, error.message)
            return Document(root=None)
        else:
            findings.extend(builder.findings.sorted())
            return _document(root, frozenset(lost), file, findings)
    return Document(root=None)


def _repair(error: yaml.MarkedYAMLError, text: str) -> Repair | None:
    """The smallest repair after which the parser comes further; None when there is none."""
    for repair in repairs(error, text):
        try:
            for _ in yaml.parse(repair.text, Loader=_Loader):
                pass
        except yaml.MarkedYAMLError as following:
            if following.problem_mark is not None and following.problem_mark.line >= repair.until:
                return repair
        else:
            return repair
    return None


def _decode(data: bytes, file: str, findings: Findings) -> str | None:
    if len(data) > SIZE_MAX:
        findings.add("S002", Mark(file, 0, 0), f"the file has more than {SIZE_MAX} bytes")
        return None
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(errors="replace")
        findings.add("S003", _mark(file, before), f"the byte 0x{data[error.start]:02x} is not UTF-8")
        return None
    control = _CONTROL.search(text)
    if control:
        mark = _mark(file, text[: control.start()])
        findings.add("S004", mark, f"the control character U+{ord(control.group()):04X} is not text")
        return None
    return text


def _mark(file: str, before: str) -> Mark:
    return Mark(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _document(root: Tree | None, lost: frozenset[str], file: str, findings: Findings) -> Document:
    if root is None or (isinstance(root, Text) and not root):
        if lost:
            return Document(root=Map.at(mark=Mark(file, 1, 1)), lost=lost)
        findings.add("S008", Mark(file, 0, 0), "the file is empty")
    elif not isinstance(root, Map):
        findings.add("S012", root, "a scenario is a mapping of keys, this is " + shape(root))
    else:
        return Document(root=root, lost=lost)
    return Document(root=None)


def shape(value: object) -> str:
    """What an author would call the value."""
    match value:
        case Text():
            return "text" if value else "empty"
        case Seq():
            return "a list"
        case _:
            return "a mapping"


class _TooMuchError(Exception):
    """A limit was passed: the file is not read further."""

    def __init__(self, code: str, mark: Mark, message: str) -> None:
        super().__init__(message)
        self.code, self.mark, self.message = code, mark, message


@dataclass(slots=True)
class _Level:
    """A mapping or list under construction; `key` is the mapping's key that waits for its value."""

    into: Map | Seq
    anchor: str | None
    count_before: int
    key: Text | None = None


@dataclass(slots=True)
class _Builder:
    """Turns parser events into a tree, without recursion."""

    file: str
    findings: Findings = field(default_factory=Findings)
    levels: list[_Level] = field(default_factory=list)
    anchors: dict[str, tuple[Tree, int]] = field(default_factory=dict)  # value, how many values it holds
    open_anchors: set[str] = field(default_factory=set)
    count: int = 0
    root: Tree | None = None
    documents: int = 0

    def build(self, text: str) -> Tree | None:
        loader = _Loader(text)
        try:
            while (event := loader.get_event()) is not None and self.documents < 2:
                self._take(event)
        finally:
            loader.dispose()
        return self.root

    def _take(self, event: Any) -> None:
        match event:
            case yaml.ScalarEvent():
                mark = self._start(event)
                text = Text.at(event.value, mark)
                if event.anchor:
                    self.anchors[event.anchor] = (text, 1)
                self._add(text)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._open(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._close()
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents == 2:
                    self.findings.add("S009", self._mark(event), "a second document begins here")
            case _:
                pass  # the ends of documents and of the stream

    def _mark(self, event: Any) -> Mark:
        return Mark(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _start(self, event: Any) -> Mark:
        """Count a value and refuse its tag."""
        mark = self._mark(event)
        if event.tag and event.tag != "!":
            self.findings.add("S011", mark, f"the tag `{event.tag}` means nothing here")
        self._grow(1, mark)
        return mark

    def _grow(self, values: int, mark: Mark) -> None:
        self.count += values
        if self.count > VALUES_MAX:
            raise _TooMuchError(
                "S015", mark, f"the file holds more than {VALUES_MAX} values, aliases written out"
            )

    def _open(self, event: Any) -> None:
        before = self.count
        mark = self._start(event)
        if len(self.levels) >= DEPTH_MAX:
            raise _TooMuchError("S014", mark, f"more than {DEPTH_MAX} levels")
        into = Map.at(mark=mark) if isinstance(event, yaml.MappingStartEvent) else Seq.at(mark=mark)
        if event.anchor:
            self.open_anchors.add(event.anchor)
        self.levels.append(_Level(into, event.anchor, before))

    def _close(self) -> None:
        level = self.levels.pop()
        if level.anchor:
            self.open_anchors.discard(level.anchor)
            self.anchors[level.anchor] = (level.into, self.count - level.count_before)
        self._add(level.into)

    def _alias(self, event: Any) -> None:
        mark = self._mark(event)
        if event.anchor in self.open_anchors:
            self.findings.add("S010", mark, f"`*{event.anchor}` stands inside what it names")
        elif event.anchor not in self.anchors:
            self.findings.add("S010", mark, f"`*{event.anchor}`: nothing before is named `&{event.anchor}`")
        value, values = self.anchors.get(event.anchor, (None, 1))
        self._grow(values, mark)
        self._add(value)

    def _add(self, value: Tree | None) -> None:
        """Put a finished value where it belongs; None, for an alias that leads nowhere, is left out."""
        if not self.levels:
            self.root = value
            return
        level = self.levels[-1]
        if isinstance(level.into, Seq):
            if value is not None:
                level.into.append(value)
        elif level.key is None:
            level.key = self._key(value)
        else:
            self._put(level.into, level.key, value)
            level.key = None

    def _key(self, value: Tree | None) -> Text:
        if isinstance(value, Text) and value:
            return value
        if value is not None:
            self.findings.add("S013", value, f"a key is plain text, this is {shape(value)}")
        return _NO_KEY

    def _put(self, into: Map, key: Text, value: Tree | None) -> None:
        if key in into:
            first = into.key_mark(key)
            self.findings.add("S007", key, f"`{key}` stands twice: the first is in line {first.line}")
        elif key is not _NO_KEY and value is not None:
            into[key] = value
