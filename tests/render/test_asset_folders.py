"""Files besides the code: the checkout's own, or those of the installed package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrator.asset_folders import folder, folder_of

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("conf", "dialplan/prozvon.xml.j2"),
        ("scripts", "robocall/prozvon_robocall.py"),
        ("scenarios", "."),
    ],
)
def test_a_checkout_uses_its_own(name: Any, content: str) -> None:
    found = folder(name)
    assert found.is_relative_to(CHECKOUT)
    assert (found / content).exists()


def test_an_installed_package_uses_the_copy_it_carries(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()  # somebody else's
    (tmp_path / "orchestrator" / "assets" / "scripts").mkdir(parents=True)
    assert folder_of(tmp_path / "orchestrator", "scripts") == tmp_path / "orchestrator" / "assets" / "scripts"


def test_an_incomplete_installation_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="not installed completely"):
        folder_of(tmp_path / "orchestrator", "conf")
