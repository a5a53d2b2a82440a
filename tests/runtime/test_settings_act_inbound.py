"""The keys about calls that come in, each in a test in which it makes the difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.runtime.inbound.serving import find_served
from orchestrator.runtime.settings import load_settings
from tests.runtime.inbound.projects import OFFICE, add_settings, inbound_folder
from tests.runtime.test_settings_act import acts


@acts("inbound.scenarios")
@pytest.mark.parametrize(
    ("said", "served"),
    [("all", ["office", "shop"]), ("none", []), ("shop", ["shop"]), ("office, shop", ["office", "shop"])],
)
def test_the_settings_choose_who_takes_calls(tmp_path: Path, said: str, served: list[str]) -> None:
    folder = inbound_folder(tmp_path, office=OFFICE)
    add_settings(folder, f"inbound: {{scenarios: '{said}'}}\n")
    assert sorted(each.name for each in find_served(load_settings(folder))) == served
