"""Files of scenarios: which there are, what each includes, and the tree that comes of it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.scenario.findings import Findings, did_you_mean
from orchestrator.scenario.reader import SIZE_MAX, Document, read_document, shape
from orchestrator.scenario.source import Map, Mark, Seq, Text

SUFFIXES = (".yaml", ".yml")
# What an included file may hold, beside `include`: sections that are filled up key by key, and those taken as a whole
SHARED = ("messages", "flow", "contact", "dial", "rules", "queues")
WHOLE = ("languages", "hours")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A scenario file with everything that it includes. `lost`: top-level parts that could not be parsed."""

    path: Path
    file: str  # as the user named it
    root: Map
    lost: frozenset[str]


@dataclass(slots=True)
class Library:
    """Reads each file once. `folder`: nothing outside of it is ever read."""

    folder: Path
    included: set[Path] = field(default_factory=set)
    _documents: dict[Path, tuple[Document, Findings]] = field(default_factory=dict)

    def load(self, path: Path, findings: Findings) -> Loaded | None:
        """The scenario at `path`; None when nothing of it can be used."""
        document = self._read(path.resolve(), str(path), Mark(str(path), 0, 0), "S001", findings)
        if document is None or document.root is None:
            return None
        root, lost = self._with_included(document, path, (path.resolve(),), findings)
        return Loaded(path=path, file=str(path), root=root, lost=lost)

    def is_scenario(self, path: Path) -> bool:
        """Whether the file claims to be a scenario, rather than something that scenarios share."""
        kept = self._documents.get(path.resolve())
        return (
            kept is None
            or kept[0].root is None
            or bool({"scenario", "kind"} & (set(kept[0].root) | kept[0].lost))
        )

    def _read(self, path: Path, file: str, where: Mark, code: str, findings: Findings) -> Document | None:
        if path not in self._documents:
            own = Findings()
            try:
                data = _beginning_of(path)
            except OSError as error:
                findings.add(code, where, f"{file} cannot be read: {error.strerror}")
                return None
            self._documents[path] = (read_document(data, file, own), own)
        document, own = self._documents[path]
        findings.extend(own.sorted())
        return document

    def _with_included(
        self, document: Document, path: Path, chain: tuple[Path, ...], findings: Findings
    ) -> tuple[Map, frozenset[str]]:
        """The file's tree with the shared sections filled up; what the file itself says wins."""
        assert document.root is not None  # noqa: S101  # asked by the callers
        root, lost = Map.at(document.root, document.root.mark), set(document.lost)
        written = {
            name: frozenset(root.value(name) or ()) for name in SHARED if isinstance(root.value(name), Map)
        }
        for name in _names(document.root.value("include")):
            shared = self._include(name, path, chain, findings)
            if shared is not None:
                lost |= shared[1]
                for section in WHOLE:
                    _take(root, shared[0], section, document.root, findings)
                for section in SHARED:
                    _fill(root, shared[0], section, written.get(section, frozenset()), findings)
        return root, frozenset(lost)

    def _include(
        self, name: Text, path: Path, chain: tuple[Path, ...], findings: Findings
    ) -> tuple[Map, frozenset[str]] | None:
        target = (path.parent / name).resolve()
        if not target.is_relative_to(self.folder):
            findings.add("S018", name, f"`{name}` is outside of {self.folder.name}/")
            return None
        if target in chain:
            findings.add("S017", name, f"`{name}` includes this file")
            return None
        shown = os.path.normpath(path.parent / name)
        document = self._read(target, shown, name.mark, "S016", findings)
        if document is None or document.root is None:
            return None
        self.included.add(target)
        for key in document.root:
            if key not in (known := (*SHARED, *WHOLE, "include")):
                findings.add("S019", key, f"`{key}` cannot be included", did_you_mean(key, known))
        _check_include(document.root.value("include"), findings)
        return self._with_included(document, Path(shown), (*chain, target), findings)


def _beginning_of(path: Path) -> bytes:
    """As much as the reader takes, and one byte more. OSError; also for what would be waited for, such as a pipe."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "not a file")
    with path.open("rb") as file:
        return file.read(SIZE_MAX + 1)


def _check_include(value: Any, findings: Findings) -> None:
    """The model checks the scenario's own `include`; this is for that of an included file."""
    for item in [] if value is None else value if isinstance(value, Seq) else [value]:
        if not isinstance(item, Text) or not item:
            findings.add("S103", item, f"the path of a file is expected here, this is {shape(item)}")


def _names(value: Any) -> list[Text]:
    items = value if isinstance(value, Seq) else [value]
    return [item for item in items if isinstance(item, Text) and item]


def _take(root: Map, shared: Map, section: str, own: Map, findings: Findings) -> None:
    """Take a section as a whole, where the file that includes has none."""
    more, have = shared.value(section), root.value(section)
    if more is None or own.value(section) is not None:
        return
    if have is None:
        root[shared_key(shared, section)] = more
    elif have != more:
        key, first = shared_key(shared, section), shared_key(root, section).mark
        findings.add("S020", key, f"`{section}` is said differently in {first.file}:{first.line}")


def _fill(root: Map, shared: Map, section: str, written: frozenset[str], findings: Findings) -> None:
    """Add what `shared` has in `section` and the file that includes does not have."""
    more, have = shared.value(section), root.value(section)
    if more is None:
        return
    if not isinstance(more, Map):
        findings.add("S103", more, f"keys and values are expected here, this is {shape(more)}")
        return
    if have is None:
        root[shared_key(shared, section)] = Map.at(more, more.mark)
        return
    if not isinstance(have, Map):
        return  # the model tells that it is no mapping
    filled = Map.at(have, have.mark)
    for key, value in more.items():
        if key not in filled:
            filled[key] = value
        elif key not in written and filled[key] != value:
            first = filled.key_mark(key)
            findings.add("S020", key, f"`{key}` is said differently in {first.file}:{first.line}")
    root[shared_key(root, section)] = filled


def shared_key(root: Map, section: str) -> Text:
    return next(key for key in root if key == section)


def files_in(paths: Iterable[Path], findings: Findings) -> Iterator[tuple[Path, Path]]:
    """(file, folder that bounds its includes) of every YAML file named, or below a folder named; sorted."""
    for path in paths:
        if path.is_dir():
            found = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
            if not found:
                findings.add("S001", Mark(str(path), 0, 0), f"there is no scenario in {path}/")
            yield from ((file, path.resolve()) for file in found)
        else:
            yield path, path.resolve().parent
