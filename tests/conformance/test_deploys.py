"""Releases that come into force under a running switch."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.asset_folders import folder
from orchestrator.deploy.offline import deploy_offline
from orchestrator.deploy.opening import open_target
from orchestrator.deploy.release import Release, build_release
from orchestrator.render import SwitchSite
from orchestrator.runtime.switches.places import place_of
from orchestrator.runtime.switches.site import site_of
from tests.conformance.desk import Desk
from tests.conformance.numbers import PICKS_UP
from tests.conformance.programs import LONG

Deploy = Callable[[Release], None]


@pytest.fixture
def site(desk: Desk) -> SwitchSite:
    return site_of(desk.switch.project.settings, "main")


@pytest.fixture
def deploy(desk: Desk, site: SwitchSite) -> Iterator[Deploy]:
    """Bring a release into force as a deploy without a switch does; the shipped one is back afterwards."""

    def bring(release: Release) -> None:
        place = place_of(desk.switch.project.settings.switches["main"])
        with closing(open_target(place, lambda: int(time.time() * 1000))) as target:
            deploy_offline(target, release)
        assert desk.api("reloadxml") == "+OK [Success]\n"

    try:
        yield bring
    finally:
        bring(desk.switch.project.release())


def another_interpreter(tmp_path: Path) -> Path:
    """Our scripts with an interpreter that leaves one variable more."""
    scripts = tmp_path / "scripts"
    shutil.copytree(folder("scripts"), scripts, ignore=shutil.ignore_patterns("__pycache__"))
    with (scripts / "callflow" / "names.py").open("a") as file:
        file.write(
            "\n\nplain = variables\n\n\n"
            'def variables(state):\n    return {**plain(state), "prozvon_version": "another"}\n'
        )
    return scripts


def version_of(desk: Desk, call: str) -> str | None:
    found: str | None = desk.event("CHANNEL_HANGUP_COMPLETE", call).get("variable_prozvon_version")
    return found


def test_another_interpreter_counts_for_new_calls_and_calls_under_way_end_on_theirs(
    desk: Desk, site: SwitchSite, deploy: Deploy, tmp_path: Path
) -> None:
    desk.client.listen("PLAYBACK_START")
    before = desk.call(PICKS_UP, program=LONG)
    desk.event("PLAYBACK_START", before)
    another = build_release(site, another_interpreter(tmp_path))
    deploy(another)
    assert f'"release": "{another.release_id}"' in desk.api("python prozvon_switch hello")
    after = desk.call(PICKS_UP)
    assert version_of(desk, after) == "another"
    assert desk.api(f"uuid_kill {before}") == "+OK\n"
    assert version_of(desk, before) is None
    assert desk.facts(before).heard == ("hello",)
    deploy(desk.switch.project.release())
    back = desk.call(PICKS_UP)
    assert version_of(desk, back) is None
    assert desk.facts(back).result == "told"


def test_a_gateway_of_a_new_release_is_found_by_a_rescan_and_goes_by_killgw(
    desk: Desk, site: SwitchSite, deploy: Deploy
) -> None:
    main = next(gateway for gateway in site.gateways if gateway.name == "main")
    fresh = replace(main, name="fresh", username="anna")
    deploy(build_release(replace(site, gateways=(*site.gateways, fresh))))
    assert desk.api("sofia status gateway fresh") == "Invalid Gateway!\n"
    assert desk.api("sofia profile out rescan") == "Reload XML [Success]\n+OK scan complete\n"
    desk.wait(lambda: "\nUsername\tanna\n" in desk.api("sofia status gateway fresh"), "the gateway")
    assert desk.facts(desk.call(PICKS_UP, gateway="fresh")).result == "told"
    deploy(desk.switch.project.release())
    assert desk.api("sofia profile out rescan").endswith("+OK scan complete\n")
    assert "\nUsername\tanna\n" in desk.api("sofia status gateway fresh")  # a rescan takes none away
    assert desk.api("sofia profile out killgw fresh") == "+OK gateway marked for deletion.\n"
    desk.wait(lambda: desk.api("sofia status gateway fresh") == "Invalid Gateway!\n", "its end")
    assert desk.job(desk.call(PICKS_UP, gateway="fresh")) == "-ERR INVALID_GATEWAY\n"


def test_a_dialplan_of_a_new_release_counts_after_reloadxml_for_new_calls(
    desk: Desk, site: SwitchSite, deploy: Deploy
) -> None:
    deploy(build_release(replace(site, prompts_url="")))
    assert "prozvon_prompts" not in desk.api("xml_locate dialplan context name prozvon")
    call = desk.call(PICKS_UP)
    assert "variable_prozvon_prompts" not in desk.event("CHANNEL_HANGUP_COMPLETE", call)
