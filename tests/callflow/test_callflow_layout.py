"""What runs in the switch: imports, age of the language, size of the entry scripts."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
MODULES = sorted((SCRIPTS / "callflow").rglob("*.py"))
ENTRIES = sorted(path for kind in ("agents", "ivr", "robocall") for path in (SCRIPTS / kind).glob("*.py"))


def _name(path: Path) -> str:
    return str(path.relative_to(SCRIPTS))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_the_interpreter_names_itself_nowhere(path: Path) -> None:
    """Its package is renamed per release: relative imports only, and no absolute one beyond the library's."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= set(sys.stdlib_module_names)
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            assert str(node.module).split(".")[0] in {*sys.stdlib_module_names, "freeswitch"}


@pytest.mark.parametrize("path", MODULES + ENTRIES, ids=_name)
def test_a_switch_with_an_older_python_can_read_it(path: Path) -> None:
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))


@pytest.mark.parametrize("path", ENTRIES, ids=_name)
def test_an_entry_script_is_a_few_lines_without_state(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert len(path.read_text(encoding="utf-8").splitlines()) < 30
    constants = [
        n.targets[0].id for n in tree.body if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)
    ]
    assert constants == ["SCRIPTS"]


def test_the_interpreter_works_under_another_name(tmp_path: Path) -> None:
    (tmp_path / "callflow_0a1b").symlink_to(SCRIPTS / "callflow")
    code = "import callflow_0a1b.session, callflow_0a1b.verbs, sys; assert 'callflow' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)


def test_every_channel_variable_is_documented() -> None:
    text = (SCRIPTS.parent / "docs" / "callflow.md").read_text(encoding="utf-8")
    named = {
        name
        for path in MODULES
        for name in re.findall(r'"(prozvon_[a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert {"prozvon_program", "prozvon_result", "prozvon_tts_voice_"} <= named
    assert [name for name in sorted(named) if f"`{name}" not in text] == []


def test_the_parts_are_documented() -> None:
    text = (SCRIPTS.parent / "docs" / "callflow.md").read_text(encoding="utf-8")
    files = [path.name for path in MODULES if path.parent.name == "callflow" and path.name != "__init__.py"]
    assert [name for name in files if f"`{name}`" not in text] == []
