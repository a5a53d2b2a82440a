"""The dialplan, and what rendering refuses."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateNotFound, UndefinedError

from orchestrator.asset_folders import folder
from orchestrator.render import render_dialplan
from orchestrator.render.dialplan import ROBOCALL_SCRIPT
from orchestrator.render.xml import render_from, render_xml


def parsed(made: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(made)  # noqa: S314  # our own


def test_an_originate_to_our_extension_runs_the_entry_script_or_says_that_it_could_not() -> None:
    root = parsed(render_dialplan())
    condition = root.find("./context[@name='prozvon']/extension[@name='robocall']/condition")
    assert condition is not None
    assert condition.attrib == {"field": "destination_number", "expression": "^robocall$"}
    assert [(a.get("application"), a.get("data")) for a in condition] == [
        ("python", ROBOCALL_SCRIPT),
        ("set", "prozvon_flow=error"),
        ("hangup", None),
    ]


def test_the_script_it_names_is_there() -> None:
    assert (folder("scripts") / "robocall" / f"{ROBOCALL_SCRIPT}.py").is_file()


def test_rendering_twice_gives_the_same_bytes() -> None:
    first = render_dialplan()
    assert first == render_dialplan()
    assert first.endswith(b"</include>\n")


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    (tmp_path / "a.xml.j2").write_text('<a b="{{ b }}">{{ c }}</a>\n', encoding="utf-8")
    (tmp_path / "broken.xml.j2").write_text("<a>{{ b }}", encoding="utf-8")
    return tmp_path


@given(b=st.text(), c=st.text())
def test_no_value_makes_an_element_or_leaves_its_attribute(
    tmp_path_factory: pytest.TempPathFactory, b: str, c: str
) -> None:
    conf = tmp_path_factory.mktemp("conf")
    (conf / "a.xml.j2").write_text('<a b="{{ b }}">{{ c }}</a>', encoding="utf-8")
    try:
        made = render_from(conf, "a.xml.j2", {"b": b, "c": c})
    except ValueError:  # control characters, lone surrogates: not for any XML
        assert any(
            ord(char) < 32 or 0xD800 <= ord(char) <= 0xDFFF or char in "\ufffe\uffff" for char in b + c
        )
        return
    root = parsed(made)
    assert (root.tag, len(root), set(root.attrib)) == ("a", 0, {"b"})
    assert (root.text or "").replace("\r\n", "\n").replace("\r", "\n") == c.replace("\r\n", "\n").replace(
        "\r", "\n"
    )


def test_scenario_text_cannot_run_a_command_at_reload(conf: Path) -> None:
    hostile = '"/><X-PRE-PROCESS cmd="exec" data="id"/>'
    assert b"<X-PRE-PROCESS" not in render_from(conf, "a.xml.j2", {"b": hostile, "c": hostile})


def test_a_value_that_is_not_given_is_an_error_and_no_empty_text(conf: Path) -> None:
    with pytest.raises(UndefinedError):
        render_from(conf, "a.xml.j2", {"b": "1"})


def test_a_template_that_makes_no_xml_is_refused(conf: Path) -> None:
    with pytest.raises(ValueError, match=r"broken\.xml\.j2 does not make well-formed XML"):
        render_from(conf, "broken.xml.j2", {"b": "1"})


def test_there_is_no_way_out_of_the_templates_folder() -> None:
    with pytest.raises(TemplateNotFound):
        render_xml("../../setup.cfg")
