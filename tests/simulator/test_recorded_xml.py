"""What a real FreeSWITCH 1.10.12 said of well-formed and of broken configurations (recorded_xml.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.simulator.configuration import Configuration
from orchestrator.simulator.xml_tree import to_xml

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("recorded_xml.json").read_text("utf-8"))


def ignore(level: str, text: str) -> None:
    del level, text


@pytest.mark.parametrize("first", range(0, len(RECORDED["cases"]), 10))
def test_configurations_are_read_and_shown_as_by_the_real_switch(tmp_path: Path, first: int) -> None:
    document = tmp_path / "conf" / "freeswitch.xml"
    for name, text in {"../freeswitch.xml": "<a/>", **RECORDED["included"]}.items():
        path = tmp_path / "conf" / "inc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    configuration = Configuration(tmp_path, tmp_path, {"own_a": "one two"}, ignore)
    for case in RECORDED["cases"][first : first + 10]:
        document.write_bytes(case["text"].encode())
        said = f"+OK [{configuration.load()}]\n"
        assert (case["text"], said) == (case["text"], case["reply"])
        if case["root"] is not None:
            assert to_xml(configuration.root) == case["root"]


def test_a_document_that_is_gone_or_includes_itself_is_told(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    document = tmp_path / "conf" / "freeswitch.xml"
    document.write_text('<a>\n<X-PRE-PROCESS cmd="include" data="freeswitch.xml"/>\n</a>\n')
    logged: list[str] = []
    configuration = Configuration(tmp_path, tmp_path, {}, lambda _, text: logged.append(text))
    assert configuration.load() == "Success"  # a hundred deep, and no deeper
    document.write_text('<a>\n<X-PRE-PROCESS cmd="exec" data="touch x"/>\n</a>\n')
    assert configuration.load() == "Success"
    assert logged == ["exec is not simulated: touch x\n"]
    document.unlink()
    assert configuration.load() == "Cannot Open log directory or XML Root!"
    assert configuration.root.name == "a"


def test_a_release_without_the_switchs_own_document_is_read_through_its_conf(tmp_path: Path) -> None:
    """As `prozvon deploy --offline` alone leaves a root."""
    conf = tmp_path / "current" / "conf"
    conf.mkdir(parents=True)
    (conf / "freeswitch.xml").write_text(
        '<include>\n<section name="dialplan">\n'
        '<X-PRE-PROCESS cmd="include" data="../dialplan/*.xml"/>\n</section>\n</include>\n'
    )
    (tmp_path / "current" / "dialplan").mkdir()
    (tmp_path / "current" / "dialplan" / "a.xml").write_text('<context name="a"/>\n')
    configuration = Configuration(tmp_path, tmp_path / "current", {}, ignore)
    assert configuration.load() == "Success"
    assert configuration.locate("dialplan", tag="context", attribute="name", value="a") is not None
