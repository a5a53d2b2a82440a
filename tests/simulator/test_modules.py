"""Modules, and lists of networks, as the configuration names them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.simulator.acl import acl
from orchestrator.simulator.configuration import Configuration
from orchestrator.simulator.modules import Modules

CONF = """\
<document><section name="configuration">
<configuration name="modules.conf"><modules>
<load module="mod_sofia"/><load module="mod_nosuch"/>
</modules></configuration>
<configuration name="acl.conf"><network-lists>
<list name="own" default="deny">
<node type="allow" cidr="10.0.0.0/8"/><node type="deny" cidr="10.1.0.0/16"/><node type="allow" cidr="broken"/>
<node type="allow" domain="x"/>
</list>
<list name="open" default="allow"/>
</network-lists></configuration>
</section></document>
"""


@pytest.fixture
def configured(tmp_path: Path) -> Callable[[str], Configuration]:
    def make(text: str) -> Configuration:
        (tmp_path / "conf").mkdir()
        (tmp_path / "conf" / "freeswitch.xml").write_text(text)
        made = Configuration(tmp_path, tmp_path, {}, lambda *_: None)
        assert made.load() == "Success"
        return made

    return make


def test_modules_are_those_that_are_named(configured: Callable[[str], Configuration]) -> None:
    modules = Modules(configured(CONF))
    assert (modules.exists("mod_sofia"), modules.exists("mod_python3"), modules.exists("")) == (
        "true",
        "false",
        "",
    )
    assert "mod_nosuch" not in modules.loaded
    assert modules.show(["endpoint"]) == (
        "type,name,ikey\nendpoint,rtp,mod_sofia\nendpoint,sofia,mod_sofia\n\n2 total.\n"
    )
    assert modules.show(["modules", "mod_python3"]) == "\n0 total.\n"
    whole = json.loads(modules.show(["modules", "as", "json"]) or "")
    assert {row["ikey"] for row in whole["rows"]} == {
        *("mod_sofia", "CORE_PCM_MODULE", "CORE_SPEEX_MODULE", "CORE_SOFTTIMER_MODULE")
    }
    assert modules.show(["nosuch"]) is None


def test_without_a_list_of_modules_all_are_there(configured: Callable[[str], Configuration]) -> None:
    modules = Modules(configured("<document/>\n"))
    assert modules.exists("mod_python3") == "true"
    assert json.loads(modules.show(["interfaces", "as", "json"]) or "")["row_count"] == 409  # recorded


@pytest.mark.parametrize(
    ("asked", "enters"),
    [
        ("10.2.3.4 own", "true"),
        ("10.1.3.4 own", "false"),
        ("11.0.0.1 own", "false"),
        ("::1 own", "false"),
        ("11.0.0.1 open", "true"),
        ("10.2.3.4 nosuch", "false"),
        ("10.2.3.4 10.0.0.0/8", "true"),
        ("10.2.3.4 10.0.0/x", "false"),
        ("10.2.3.4 wan.auto", "false"),
        ("8.8.8.8 wan.auto", "true"),
        ("10.2.3.4", "false"),
        ("x own", "false"),
    ],
)
def test_the_narrowest_network_decides(
    configured: Callable[[str], Configuration], asked: str, enters: str
) -> None:
    assert acl(configured(CONF), asked) == enters
