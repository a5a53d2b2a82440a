"""A release is made of bytes that are always the same, and its interpreter has a name of its own."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator import __version__
from orchestrator.asset_folders import folder
from orchestrator.deploy.release import Release, build_release
from orchestrator.render import render_release
from tests.deploy.factories import release, site, written

ROOT = Path("/srv/prozvon")
SCRIPTS = folder("scripts")


def test_the_same_settings_make_the_same_release() -> None:
    first, second = release(ROOT), release(ROOT)
    assert first == second
    assert re.fullmatch(r"[0-9a-f]{12}", first.release_id)
    assert first.everything() == second.everything()


@pytest.mark.parametrize("change", [{"sps": 7}, {"cdr": "/var/cdr"}, {"prompts_url": "http://h/"}])
def test_other_settings_make_another_release(change: dict[str, object]) -> None:
    assert release(ROOT, **change).release_id != release(ROOT).release_id
    assert release(ROOT, **change).callflow == release(ROOT).callflow


def test_the_id_is_of_paths_modes_and_contents() -> None:
    made = release(ROOT)
    lines = [[path, 0o644, hashlib.sha256(data).hexdigest()] for path, data in sorted(made.files.items())]
    whole = json.dumps(lines, indent=1, sort_keys=True) + "\n"
    assert made.release_id == hashlib.sha256(whole.encode()).hexdigest()[:12]


def test_the_manifest_says_what_it_is() -> None:
    made = release(ROOT)
    said = json.loads(made.manifest())
    assert said == {
        "format": 1,
        "release": made.release_id,
        "prozvon": __version__,
        "callflow": made.callflow,
        "cdr": "/srv/prozvon/cdr",
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in made.files.items()},
    }
    assert made.hashes["release.json"] == hashlib.sha256(made.manifest()).hexdigest()


def test_it_holds_configuration_dialplan_and_scripts_and_nothing_else() -> None:
    made = release(ROOT)
    scripts = {path for path in made.files if path.startswith("scripts/")}
    package = {f"scripts/{made.callflow}/{p.relative_to(SCRIPTS / 'callflow')}" for p in _package()}
    entries = {f"scripts/{path.name}" for path in _entries()}
    assert scripts == package | entries
    assert {"scripts/prozvon_robocall.py", "scripts/prozvon_switch.py"} <= entries
    assert {p: made.files[p] for p in made.files.keys() - scripts} == render_release(site(ROOT))


def _package() -> list[Path]:
    return list((SCRIPTS / "callflow").rglob("*.py"))


def _entries() -> list[Path]:
    return [path for path in SCRIPTS.glob("*/*.py") if path.parent.name != "callflow"]


def test_every_entry_script_takes_the_interpreter_of_its_release() -> None:
    """The package's name is put in where an entry script imports it: nowhere else, and in no other form."""
    made = release(ROOT)
    for path in _entries():
        source, built = path.read_text("utf-8"), made.files[f"scripts/{path.name}"].decode()
        assert built == re.sub(r"(?m)^( *)from callflow\.", rf"\1from {made.callflow}.", source)
        imported = {
            node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            for node in ast.walk(ast.parse(built))
            if isinstance(node, ast.Import | ast.ImportFrom)
        }
        assert not {name for name in imported if name and name.split(".")[0] == "callflow"}
    robocall = made.files["scripts/prozvon_robocall.py"].decode()
    assert f"    from {made.callflow}.session import handle\n" in robocall
    assert (
        "    from callflow.session import handle\n" in (SCRIPTS / "robocall/prozvon_robocall.py").read_text()
    )


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A copy of the scripts, to change."""
    shutil.copytree(SCRIPTS, tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "scripts"


def test_another_interpreter_has_another_name_and_another_entry_script_has_not(scripts: Path) -> None:
    before = build_release(site(ROOT), scripts)
    assert before == release(ROOT)
    entry = scripts / "robocall" / "prozvon_robocall.py"
    entry.write_text(entry.read_text() + "\n# changed\n")
    assert build_release(site(ROOT), scripts).callflow == before.callflow
    assert build_release(site(ROOT), scripts).release_id != before.release_id
    module = scripts / "callflow" / "verbs" / "wait.py"
    module.write_text(module.read_text() + "\n# changed\n")
    assert build_release(site(ROOT), scripts).callflow != before.callflow


# The scripts as they stand in a release


def _python(made: Release, root: Path, code: str, **environment: str) -> str:
    """Runs Python as a switch does: its path leads through ROOT/current/scripts. What it prints."""
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(root / "current" / "scripts"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_an_entry_script_finds_its_root_and_its_interpreter(tmp_path: Path) -> None:
    made = written(tmp_path, release(tmp_path))
    code = (
        "import sys, prozvon_robocall as p; calls = []; p.handle = lambda *given: calls.append(given)\n"
        "p.handler('session', ''); print(calls, sorted(n for n in sys.modules if n.startswith('callflow'))[0],"
        " p.SCRIPTS in sys.path)"
    )
    said = _python(made, tmp_path, code)
    assert (
        said == f"[('session', '{tmp_path}', '{tmp_path}/releases/{made.release_id}')] {made.callflow} False"
    )


def test_a_call_needs_no_file_of_its_release_once_it_has_begun(tmp_path: Path) -> None:
    """The interpreter is imported whole: releases may come and go while a call goes on."""
    made = written(tmp_path, release(tmp_path))
    entries = "prozvon_robocall, prozvon_agent, prozvon_agent_leg, prozvon_link"
    code = f"import sys, {entries}; print(*sorted(n for n in sys.modules if n.startswith('callflow_')))"
    prefix = f"scripts/{made.callflow}/"
    parts = {path.removeprefix(prefix) for path in made.files if path.startswith(prefix)}
    names = {
        f"{made.callflow}/{part}".removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for part in parts
    }
    assert set(_python(made, tmp_path, code).split()) == names


def test_another_release_takes_effect_in_the_same_python(tmp_path: Path, scripts: Path) -> None:
    """mod_python3 reloads the module it is told to run, and nothing that this imports."""
    old = written(tmp_path, release(tmp_path))
    session = scripts / "callflow" / "session.py"
    session.write_text(session.read_text() + "\nVERSION = 2\n")
    new = build_release(site(tmp_path), scripts)
    code = f"""
import importlib, os, sys, prozvon_robocall as p
old = p.handle
os.unlink({str(tmp_path / "current")!r})
os.symlink("releases/{new.release_id}", {str(tmp_path / "current")!r})
p = importlib.reload(p)
print(old.__module__, p.handle.__module__, sys.modules[p.handle.__module__].VERSION, "VERSION" in old.__globals__)
"""
    written(tmp_path, new, is_current=False)
    said = _python(old, tmp_path, code)
    assert said == f"{old.callflow}.session {new.callflow}.session 2 False"


def test_a_broken_interpreter_is_an_error_of_the_import_alone(tmp_path: Path, scripts: Path) -> None:
    """The dialplan goes on after a script that cannot be imported: it says `prozvon_flow=error`, and hangs up."""
    (scripts / "callflow" / "session.py").write_text("def broken(:\n")
    made = written(tmp_path, build_release(site(tmp_path), scripts))
    code = "import sys\ntry: import prozvon_robocall\nexcept SyntaxError: print(sys.path[1])"
    assert _python(made, tmp_path, code) == str(tmp_path / "current" / "scripts")
    dialplan = made.files["dialplan/prozvon.xml"].decode()
    assert re.search(
        r'data="prozvon_robocall"/>.*data="prozvon_flow=error"/>\s*<action application="hangup"',
        dialplan,
        re.S,
    )
