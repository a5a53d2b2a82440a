"""Imports go downwards only (ARCHITECTURE.md, "Layers"), and the pure layers stay pure."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent
PACKAGE = HERE / "orchestrator"
CALLFLOW = HERE / "scripts" / "callflow"

# Part -> its floor; a part may import its own floor's own part, and any part of a lower floor.
FLOORS = {
    "domain": 0,
    "asset_folders": 0,
    "engine": 1,
    "esl.protocol": 1,
    "doctor": 2,
    "scenario": 2,  # knows the engine's default rules
    "contacts": 2,
    "esl": 3,
    "store": 3,
    "render": 3,
    "outside": 3,
    "simulator": 3,
    "speech": 3,
    "graph": 3,
    "workday": 3,
    "deploy": 4,
    "runtime": 5,
    "web": 6,
    "cli": 7,
    "__main__": 8,
}
PURE = ("domain", "engine", "esl.protocol", "doctor", "graph")
NO_CLOCK = (
    *PURE,
    "scenario",
    "contacts",
    "store",
    "render",
    "outside",
    "deploy",
    "runtime",
)  # time comes in as an argument
CLOCK_CALLS = {
    ("time", "time"),
    ("time", "time_ns"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
}
IO_MODULES = {
    "socket",
    "subprocess",
    "os",
    "random",
    "time",
    "gevent",
    "redis",
    "requests",
    "uuid",
    "secrets",
}


def _part(module: str) -> str | None:
    """`orchestrator.esl.protocol.core` -> `esl.protocol`."""
    if not module.startswith("orchestrator."):
        return None
    rest = module.removeprefix("orchestrator.")
    return max((p for p in FLOORS if rest == p or rest.startswith(f"{p}.")), key=len, default=None)


def _modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(HERE).with_suffix("").parts).removesuffix(".__init__")
        if name != "orchestrator":
            yield name, path


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_module_has_a_floor() -> None:
    assert [name for name, _ in _modules() if _part(name) is None] == []


@pytest.mark.parametrize(("name", "path"), list(_modules()), ids=lambda v: v if isinstance(v, str) else "")
def test_imports_go_downwards(name: str, path: Path) -> None:
    part = _part(name)
    assert part is not None
    upward = set()
    for module in _imports(path):
        other = _part(module)
        if other is None or other == part:
            continue
        if FLOORS[other] >= FLOORS[part] and not (part == "esl" and other == "esl.protocol"):
            upward.add(module)
    assert upward == set(), f"{name} reaches up or sideways"


@pytest.mark.parametrize(
    ("name", "path"), [m for m in _modules() if _part(m[0]) in PURE], ids=lambda v: str(v)[-40:]
)
def test_pure_layers_do_no_io(name: str, path: Path) -> None:
    assert {m for m in _imports(path) if m.split(".")[0] in IO_MODULES} == set()


@pytest.mark.parametrize(
    ("name", "path"), [m for m in _modules() if _part(m[0]) in NO_CLOCK], ids=lambda v: str(v)[-40:]
)
def test_business_time_is_an_argument(name: str, path: Path) -> None:
    used = {
        (node.func.value.id, node.func.attr)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
    }
    assert used & CLOCK_CALLS == set()


@pytest.mark.parametrize("path", sorted(CALLFLOW.rglob("*.py")), ids=lambda p: p.name)
def test_what_runs_in_the_switch_needs_the_standard_library_only(path: Path) -> None:
    outside = (
        {m.split(".")[0] for m in _imports(path)}
        - set(sys.stdlib_module_names)
        - {"freeswitch", "__future__"}
    )
    assert outside == set()


def test_only_the_store_imports_redis() -> None:
    users = {
        _part(name) for name, path in _modules() if any(m.split(".")[0] == "redis" for m in _imports(path))
    }
    assert users <= {"store"}
