"""Files besides the code: the checkout's own, or those of the installed package."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator import asset_folders

CHECKOUT = Path(__file__).resolve().parents[2]


def installed_in(site: Path) -> Callable[[Any], Path]:
    """`folder` of a package that stands in `site`."""
    module = site / "orchestrator" / "asset_folders.py"
    module.parent.mkdir(parents=True)
    shutil.copy(asset_folders.__file__, module)
    spec = importlib.util.spec_from_file_location("installed_asset_folders", module)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    found: Callable[[Any], Path] = loaded.folder
    return found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("conf", "dialplan/prozvon.xml.j2"),
        ("scripts", "robocall/prozvon_robocall.py"),
        ("scenarios", "."),
    ],
)
def test_a_checkout_uses_its_own(name: Any, content: str) -> None:
    found = asset_folders.folder(name)
    assert found.is_relative_to(CHECKOUT)
    assert (found / content).exists()


def test_an_installed_package_uses_the_copy_it_carries(tmp_path: Path) -> None:
    folder = installed_in(tmp_path)
    (tmp_path / "scripts").mkdir()  # somebody else's
    (tmp_path / "orchestrator" / "assets" / "scripts").mkdir(parents=True)
    assert folder("scripts") == tmp_path / "orchestrator" / "assets" / "scripts"


def test_an_incomplete_installation_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="not installed completely"):
        installed_in(tmp_path)("conf")
