"""The switches of prozvon.yaml as places to deploy to."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.deploy.target import Place
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.switches.places import place_of


def test_a_place_is_what_the_settings_say(tmp_path: Path) -> None:
    text = "switches: {a: {}, b: {root: /srv/p, ssh: fs@pbx, owner: freeswitch, cdr: /var/cdr}}\n"
    (tmp_path / "prozvon.yaml").write_text(text, "utf-8")
    switches = load_settings(tmp_path).switches
    root = tmp_path / "data" / "switch"
    assert place_of(switches["a"]) == Place(root=root, cdr=root / "cdr")
    assert place_of(switches["b"]) == Place(
        root=Path("/srv/p"), cdr=Path("/var/cdr"), ssh="fs@pbx", owner="freeswitch"
    )


@pytest.mark.parametrize("key", ["root", "cdr"])
def test_over_ssh_paths_are_those_of_that_machine(tmp_path: Path, key: str) -> None:
    other = {"root": "", "cdr": "root: /srv/p, "}[key]
    text = f"switches: {{main: {{ssh: pbx, {other}{key}: data/x}}}}\n"
    (tmp_path / "prozvon.yaml").write_text(text, "utf-8")
    with pytest.raises(KnownError, match=f"with ssh, {key}: is an absolute path on that machine"):
        load_settings(tmp_path)
