"""Which scenarios take calls, and what of them gets to the switches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.inbound.registering import register_served
from orchestrator.runtime.inbound.serving import NOTHING, find_served, look, serve
from orchestrator.runtime.project import open_project
from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.switches.deploying import Deployer
from tests.runtime.factories import NOON
from tests.runtime.inbound.projects import OFFICE, SETTINGS, SHOP, add_settings, inbound_folder
from tests.runtime.prompting_calls import COMMAND


def _routes(folder: Path) -> dict[str, Any]:
    settings = load_settings(folder)
    found = look(settings).inbound(settings, "main")
    assert found is not None
    made = json.loads(found)
    assert isinstance(made, dict)
    return made


def _with_password(folder: Path) -> Path:
    """A switch of ours has a password of its own."""
    path = folder / "prozvon.yaml"
    text = path.read_text("utf-8").replace("    port:", "    password_env: PZ_TEST_PASSWORD\n    port:")
    path.write_text(text, "utf-8")
    return folder


def test_numbers_patterns_and_the_default_lead_to_their_programs(tmp_path: Path) -> None:
    folder = inbound_folder(tmp_path, office=OFFICE)
    shop, office = sorted(find_served(load_settings(folder)), key=lambda each: each.name, reverse=True)
    made = _routes(folder)
    assert made["routes"] == [{"number": "74950000001", "program": shop.digest, "scenario": "shop"}]
    assert made["patterns"] == [{"number": "7495000????", "program": shop.digest, "scenario": "shop"}]
    assert made["any"] == {"number": "", "program": office.digest, "scenario": "office"}
    assert made["numbering"]["trunk"] == "8"
    assert made["gateways"] == {
        "main": "sofia/gateway/main/{number}",
        "spare": "sofia/gateway/other/{digits}",
    }


def test_the_same_scenarios_make_the_same_bytes(tmp_path: Path) -> None:
    settings = load_settings(inbound_folder(tmp_path, office=OFFICE))
    assert look(settings).inbound(settings, "main") == look(settings).inbound(settings, "main")


def test_robocalls_take_no_calls(tmp_path: Path) -> None:
    settings = load_settings(inbound_folder(tmp_path, shop="", office=""))
    for name in ("shop", "office"):
        (settings.scenarios / f"{name}.yaml").unlink()
    assert look(settings) == NOTHING
    assert NOTHING.inbound(settings, "main") is None


def test_two_claims_of_one_number_serve_nobody(tmp_path: Path) -> None:
    settings = load_settings(inbound_folder(tmp_path, twin=SHOP.replace("scenario: shop", "scenario: twin")))
    with pytest.raises(KnownError, match=r"twin\.yaml:4:\d+: S\d+ .*\+74950000001"):
        find_served(settings)


def test_a_mistake_in_a_scenario_that_takes_calls_is_told_with_its_place(tmp_path: Path) -> None:
    settings = load_settings(inbound_folder(tmp_path, office=OFFICE.replace("say: welcome", "say: welcom")))
    with pytest.raises(KnownError, match=r"office\.yaml:9:\d+: S202 .*\n.*mistakes in them"):
        find_served(settings)


def test_a_mistake_in_a_campaigns_scenario_keeps_nobody_from_taking_calls(tmp_path: Path) -> None:
    settings = load_settings(inbound_folder(tmp_path))
    path = settings.scenarios / "greeting.yaml"
    path.write_text(path.read_text("utf-8").replace("result: agreed", "resultt: agreed"), "utf-8")
    assert [each.name for each in find_served(settings)] == ["shop"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("shopp", "no scenario 'shopp'.*did you mean `shop`"),
        ("greeting", "greeting is not of `kind: ivr`"),
        ("Shop!", "inbound.scenarios: all, none, or names"),
    ],
)
def test_a_choice_that_cannot_take_calls_is_refused(tmp_path: Path, said: str, told: str) -> None:
    folder = inbound_folder(tmp_path)
    add_settings(folder, f"inbound: {{scenarios: '{said}'}}\n")
    with pytest.raises(KnownError, match=told):
        find_served(load_settings(folder))


def test_names_that_the_settings_do_not_have_are_told_all_at_once(tmp_path: Path) -> None:
    more = SHOP.replace(
        "    - store: asked\n", "    - sms: bye\n    - store: {into: asked, webhook: crmm/asked}\n"
    )
    settings = SETTINGS.replace("mailboxes: {{office: {{}}}}", "mailboxes: {{offices: {{}}}}")
    folder = inbound_folder(tmp_path, settings=settings, shop=more)
    with pytest.raises(KnownError) as caught:
        find_served(load_settings(folder))
    said = str(caught.value).splitlines()
    assert len(said) == 4
    assert "shop.yaml: `missed.notify` names `office`" in said[0]
    assert "shop.yaml:21: `voicemail` names `office`, and prozvon.yaml has no mailboxes.office" in said[1]
    assert "did you mean `offices`" in said[1]
    assert "shop.yaml:26: `sms` is used" in said[2]
    assert "shop.yaml:27: `store` names `crmm`" in said[3]


def test_a_deploy_brings_routes_programs_and_prompts_and_registers_them(
    short_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PZ_TEST_PASSWORD", "s3cret")
    folder = _with_password(
        inbound_folder(short_tmp / "p", settings=SETTINGS.replace("speech: {{engine: switch}}\n", ""))
    )
    add_settings(folder, f"speech: {{engine: command, command: '{COMMAND}'}}\n")
    settings = load_settings(folder)
    served = serve(settings)
    (shop,) = served.scenarios
    assert shop.callback is not None
    deployer = Deployer(settings, "main", lambda: NOON, served)
    assert deployer.deploy(is_offline=True).is_changed
    root = settings.switches["main"].root
    brought = json.loads((root / "current" / "inbound.json").read_bytes())
    assert brought["routes"][0]["program"] == shop.digest
    assert set(brought["voices"]) == {"en"}
    for digest in (shop.digest, shop.callback.digest):
        assert (root / "programs" / f"{digest}.json").is_file()
    assert {text.name for text in served.prompts} <= {path.name for path in (root / "prompts").iterdir()}
    assert served.prompts
    assert not deployer.deploy(is_offline=True).is_changed
    assert deployer.difference().is_none
    register_served(folder, served)
    with open_project(folder) as project:
        assert project.store.served() == {"shop": shop.digest}
        assert [campaign.standing for campaign in project.store.campaigns()] == ["shop"]


def test_a_change_of_numbers_is_a_difference_of_a_deploy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PZ_TEST_PASSWORD", "s3cret")
    folder = _with_password(inbound_folder(tmp_path))
    settings = load_settings(folder)
    Deployer(settings, "main", lambda: NOON, serve(settings)).deploy(is_offline=True)
    path = settings.scenarios / "shop.yaml"
    path.write_text(
        path.read_text("utf-8").replace("numbers: [+74950000001", "numbers: [+74950000002"), "utf-8"
    )
    told = Deployer(settings, "main", lambda: NOON, look(settings)).difference()
    assert '-   "number": "74950000001",' in told.text
    assert '+   "number": "74950000002",' in told.text


def test_nothing_is_registered_and_no_store_made_where_nothing_takes_calls(tmp_path: Path) -> None:
    folder = inbound_folder(tmp_path)
    register_served(folder, NOTHING)
    assert not (folder / "data" / "store").exists()
