"""Adds a test to a scenario's file: behind the last one, every other byte as it was."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.rehearsal.scenario_tests import run_test
from orchestrator.runtime.rehearsal.walk_test import yaml_lines
from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import compile_scenario

TESTS = "tests"
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


def append_test(path: Path, bounds: Path | None, tree: dict[str, Any]) -> None:
    """Write the test into the file. KnownError, and nothing is written, when the file would not be good with it."""
    text = path.read_bytes().decode()
    added = with_test(text, tree)
    beside = _written_beside(path, added)
    try:
        _require_good(beside, bounds, str(tree["name"]))
        os.replace(beside, path.resolve())
    finally:
        beside.unlink(missing_ok=True)


def _written_beside(path: Path, text: str) -> Path:
    """A file in the same folder, since what it includes is named from there."""
    target = path.resolve()
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=".yaml", dir=target.parent)
    except OSError as error:
        raise KnownError(f"cannot write beside {path}: {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        with suppress(OSError):  # the folder of another user
            shutil.copymode(target, name)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise KnownError(f"cannot write beside {path}: {error.strerror}") from None
    return Path(name)


def _require_good(path: Path, bounds: Path | None, name: str) -> None:
    scenarios, problems = check_path([path], folder=bounds)
    if problems:
        first = problems[0]
        raise KnownError(
            f"the test is not written, the scenario would have problems: {first.code} {first.message}"
        )
    compiled = compile_scenario(scenarios[0])
    outcome = run_test(compiled, next(test for test in compiled.tests if test.name == name))
    if not outcome.passed:
        raise KnownError(f"the test is not written, it would fail:\n{outcome.timeline}")


def with_test(text: str, tree: dict[str, Any]) -> str:
    """The text of a scenario with one test more."""
    body = text.removeprefix(BOM)
    newline = "\r\n" if "\r\n" in body else "\n"
    place = _place_of(body)
    if place is None:
        kept, ending = _without_document_end(body)
        gap = "" if kept.endswith("\n") or not kept else newline
        new = f"{gap}{newline}{TESTS}:{newline}{_block(tree, 2, newline)}{ending}"
        return text[: len(text) - len(body)] + kept + new
    at, column, is_flow = place
    if is_flow:
        before = body[:at].rstrip()
        comma = "" if before.endswith((",", "[")) else ", "
        inserted = comma + "{" + ", ".join(line.strip() for line in yaml_lines(tree)) + "}"
    else:
        gap = "" if at == 0 or body[at - 1] == "\n" else newline
        inserted = gap + newline + _block(tree, column, newline)
    return text[: len(text) - len(body)] + body[:at] + inserted + body[at:]


def _block(tree: dict[str, Any], column: int, newline: str) -> str:
    lines = yaml_lines(tree)
    first, rest = " " * column + "- ", " " * (column + 2)
    return "".join((first if index == 0 else rest) + line + newline for index, line in enumerate(lines))


def _without_document_end(body: str) -> tuple[str, str]:
    """What stands before `...`, and from there on."""
    at = body.rfind("\n...")
    return (body[: at + 1], body[at + 1 :]) if at >= 0 and not body[at + 4 :].strip() else (body, "")


def _place_of(body: str) -> tuple[int, int, bool] | None:
    """(where to insert, column of the dashes, whether the list stands in brackets); None: the file has no `tests`."""
    depth, is_key, found, end = 0, True, False, 0
    start: Any = None
    event: Any
    for event in yaml.parse(body, Loader=yaml.BaseLoader):
        match event:
            case yaml.SequenceStartEvent() if found and start is None and depth == 1:
                start = event
                depth += 1
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                depth += 1
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                depth -= 1
                if start is not None and depth == 1:
                    if start.flow_style:
                        return _ends(event) - 1, 0, True
                    return _after_line(body, end), start.start_mark.column, False
                if _ends(event) > _begins(event):  # a bracket: what has none ends where others begin
                    end = _ends(event)
            case yaml.ScalarEvent() | yaml.AliasEvent():
                end = _ends(event)
                if depth == 1 and is_key and getattr(event, "value", None) == TESTS:
                    found = True
            case _:
                continue
        if depth == 1 and not isinstance(event, yaml.MappingStartEvent):
            is_key = not is_key
    return None


def _after_line(body: str, at: int) -> int:
    """The beginning of the next line; a text in several lines ends there already."""
    if at and body[at - 1] == "\n":
        return at
    line_end = body.find("\n", at)
    return len(body) if line_end < 0 else line_end + 1


def _begins(event: Any) -> int:
    return int(event.start_mark.index)


def _ends(event: Any) -> int:
    return int(event.end_mark.index)
