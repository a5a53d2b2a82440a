"""The project's habits, checked: documented commands, settings and keys; files of a size that can be read."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from orchestrator.cli.reference import cli_reference
from orchestrator.runtime.export import COLUMNS
from orchestrator.runtime.settings import Settings

HERE = Path(__file__).resolve().parent.parent
DOCS = HERE / "docs"
MAX_LINES = 400


def _tracked(*patterns: str) -> list[Path]:
    out = subprocess.run(
        ["git", "ls-files", *patterns], cwd=HERE, capture_output=True, text=True, check=False
    )
    if out.returncode:
        pytest.skip("not a git checkout")
    return [HERE / line for line in out.stdout.splitlines() if (HERE / line).exists()]


def test_the_command_line_reference_is_up_to_date() -> None:
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == cli_reference(), "run `make docs`"


def _bare(annotation: object) -> object:
    """An annotation without `Annotated` and `| None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _bare(next(each for each in get_args(annotation) if each is not NoneType))
    return annotation


def _keys(annotation: object, key: str) -> Iterator[str]:
    """The keys of prozvon.yaml below `key`, by the model; NAME stands for a name that its author gives."""
    bare = _bare(annotation)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        for name, field in bare.model_fields.items():
            yield from _keys(field.annotation, f"{key}.{field.alias or name}".lstrip("."))
    elif get_origin(bare) is dict and any(_keys(get_args(bare)[1], "")):
        yield from _keys(get_args(bare)[1], f"{key}.NAME")
    else:
        yield key


@pytest.mark.parametrize("key", sorted(_keys(Settings, "")))
def test_every_setting_is_documented(key: str) -> None:
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert (
        f"`{key}`" in text or f"`{key}." in text
    )  # `speech.voices.LANGUAGE`: a word for what its author names


def test_every_export_column_is_documented() -> None:
    text = (DOCS / "export.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \| (.*?) \|$", text, re.M) == list(COLUMNS.items())


def test_every_runtime_dependency_has_its_reason() -> None:
    config = (HERE / "setup.cfg").read_text(encoding="utf-8")
    block = config.split("install_requires =")[1].split("\n\n")[0]
    names = re.findall(r"^\s+([a-z0-9-]+)", block, re.M)
    text = (DOCS / "dependencies.md").read_text(encoding="utf-8")
    assert names
    assert [name for name in names if f"| {name} |" not in text] == []


def test_every_package_is_in_the_wheel() -> None:
    config = (HERE / "setup.cfg").read_text(encoding="utf-8")
    listed = set(config.split("packages =")[1].split("\n#")[0].split())
    there = {
        ".".join(path.parent.relative_to(HERE).parts) for path in _tracked("orchestrator/**/__init__.py")
    }
    assert there - listed == set(), "name them under `packages` in setup.cfg"


def test_files_stay_readable() -> None:
    long = {
        str(path.relative_to(HERE)): lines
        for path in _tracked("*.py", "*.lua")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }
    assert long == {}


def test_no_path_of_one_machine_is_committed() -> None:
    pattern = re.compile(r"/work/|/root/|/home/\w+/")
    found = [
        str(path.relative_to(HERE))
        for path in _tracked()
        if path.suffix in {".py", ".md", ".yaml", ".cfg", ".toml", ".lua", ".j2"}
        and path.name != "test_habits.py"
        and pattern.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []


def test_links_in_documents_lead_somewhere() -> None:
    broken: list[str] = []
    for path in _tracked("*.md"):
        targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
        local = [target for target in targets if "://" not in target]
        broken += [f"{path.relative_to(HERE)}: {t}" for t in local if not (path.parent / t).exists()]
    assert broken == []
