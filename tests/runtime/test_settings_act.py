"""Nothing is saved but not wired: for each key of prozvon.yaml, a test in which it makes the difference."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Ending, WaitReason
from orchestrator.domain.problem import KnownError
from orchestrator.engine.classify import classify
from orchestrator.runtime.budgets import gateway_budgets
from orchestrator.runtime.cases import Cases
from orchestrator.runtime.cdr import NoCdr
from orchestrator.runtime.launch import new_campaign
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.switches.line import Line
from orchestrator.runtime.switches.reach import require_switch
from orchestrator.runtime.why import why
from orchestrator.simulator.clock import RealClock, SharedClock
from orchestrator.store import ClaimRequest, OpenZone
from tests.ports import free_port
from tests.runtime.factories import (
    DAY,
    HOUR,
    NOON,
    claimed,
    compiled,
    launched,
    loaded,
    make_folder,
    move_clock,
    settled,
    wait_until,
)

DOCS = Path(__file__).resolve().parents[2] / "docs" / "settings.md"
TESTED: set[str] = {
    "lease_s",  # tests/cli/test_run.py: it takes a worker
}


def acts(*keys: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Says which keys a test shows at work."""
    TESTED.update(keys)
    return lambda test: test


@contextmanager
def _project(folder: Path, *lines: str, gateway: str = "{}", switch: str = "") -> Iterator[Project]:
    """A project with these settings and one switch. Nothing is made to be heard, unless they say so."""
    lines = (
        lines if any(line.startswith("speech:") for line in lines) else (*lines, "speech: {engine: switch}")
    )
    text = "\n".join(
        ["clock: simulated", *lines, f"switches: {{main: {{{switch}gateways: {{main: {gateway}}}}}}}"]
    )
    make_folder(folder, settings=text.replace("{", "{{").replace("}", "}}"))
    with open_project(folder) as project:
        yield project


def _redis(project: Project) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(project.settings.data / "store" / "redis.sock"))


@acts("project")
def test_projects_of_one_store_know_nothing_of_each_other(short_tmp: Path) -> None:
    with _project(short_tmp / "a", "project: shop") as shop:
        launched(shop, 1)
        with _redis(shop) as server:
            assert {key.split(b"}")[0] for key in server.scan_iter("*")} == {b"{prozvon:shop"}
        socket = shop.settings.data / "store" / "redis.sock"
        with _project(short_tmp / "b", "project: other", f"store: unix://{socket}") as other:
            assert other.store.campaigns() == ()


@acts("store")
def test_two_folders_with_one_store_are_one_project(short_tmp: Path) -> None:
    with _project(short_tmp / "a") as first:
        campaign = launched(first, 1)
        socket = first.settings.data / "store" / "redis.sock"
        with _project(short_tmp / "b", f"store: unix://{socket}") as second:
            assert second.store.campaigns() == (campaign,)
            assert not (second.settings.data / "store").exists()


@acts("fsync")
@pytest.mark.parametrize("value", ["always", "everysec"])
def test_the_store_syncs_as_told(short_tmp: Path, value: str) -> None:
    with _project(short_tmp / "a", f"fsync: {value}") as project, _redis(project) as server:
        assert server.config_get("appendfsync")["appendfsync"] == value


@acts("region")
@pytest.mark.parametrize(("region", "number"), [("RU", "+78005553535"), ("GB", None), ("KZ", "+78005553535")])
def test_numbers_are_read_as_dialed_in_the_region(short_tmp: Path, region: str, number: str | None) -> None:
    with _project(short_tmp / "a", f"region: {region}") as project:
        campaign, report = loaded(project, b"phone,name\n8 800 555-35-35,Anna\n")
        assert [row.contact.numbers[0] for row in project.store.leads(campaign.campaign_id)] == [
            number
        ] * report.added
        assert (report.added, report.refused) == ((1, 0) if number else (0, 1))


@acts("data")
def test_what_the_project_keeps_is_in_its_data_folder(short_tmp: Path) -> None:
    folder = make_folder(
        short_tmp / "a", settings="data: state\nclock: simulated\nspeech: {{engine: switch}}\n"
    )
    (folder / "data").rename(folder / "state")
    with open_project(folder) as project:
        loaded(project, b"phone,name\n12,Short\n")
    assert {path.name for path in (folder / "state").iterdir()} == {"clock", "store", "refused"}
    assert [path.name for path in (folder / "data").iterdir()] == ["switch"]  # `root:` is a key of its own


@acts("scenarios")
def test_scenarios_are_looked_for_in_their_folder(short_tmp: Path) -> None:
    with _project(short_tmp / "a", "scenarios: elsewhere") as project:
        with pytest.raises(KnownError, match=r"there are none in .*elsewhere"):
            compiled(project)
        (project.folder / "scenarios").rename(project.folder / "elsewhere")
        assert compiled(project).name == "greeting"


@acts("clock")
def test_time_is_that_of_the_clock_asked_for(short_tmp: Path) -> None:
    folder = make_folder(short_tmp / "a", settings="clock: simulated\n")
    with open_project(folder) as project:
        assert isinstance(project.clock, SharedClock)
        assert project.clock.now_ms() == NOON
    (folder / "prozvon.yaml").write_text("clock: real\n", encoding="utf-8")
    with open_project(folder) as project:
        assert isinstance(project.clock, RealClock)


@dataclass
class _QuietLine:
    """A switch that is up, and has neither a channel nor a CDR of the attempt."""

    core_uuid: str = "core-1"
    is_up: bool = True
    name: str = "main"
    looks: int = field(default=0)

    def live_channels(self) -> frozenset[str]:
        self.looks += 1
        return frozenset()

    def cdr(self, _attempt_id: str) -> NoCdr:
        return NoCdr.MISSING


@acts("reconcile_s")
def test_that_no_call_was_made_is_believed_after_the_time_set(short_tmp: Path) -> None:
    def ended_after(seconds: str) -> Callable[[], list[Ending]]:
        with _project(short_tmp / seconds, f"reconcile_s: {seconds}") as project:
            (attempt,) = claimed(project, launched(project, 1))
            clock, settings = project.clock, project.settings
        endings: list[Ending] = []

        def settle(_: Attempt, ending: Ending) -> None:
            endings.append(ending)

        line: Line = _QuietLine()  # type: ignore[assignment]  # all that a case asks of it
        cases = Cases(
            lines={"main": line},
            settings=settings,
            clock=clock,
            settle=settle,
            still_live=lambda _: None,
            was_seen=lambda _: False,
        )
        cases.add([attempt])

        def look() -> list[Ending]:
            cases.look()
            return endings

        return look

    long, short = ended_after("300"), ended_after("1")
    assert not short()
    assert not long()
    wait_until(short, "a second without channel and CDR has passed")
    assert short()[0].disposition is Disposition.CANCELLED
    assert not long()


@acts("limits.per_number.day")
def test_a_number_is_called_so_often_a_day(short_tmp: Path) -> None:
    with _project(short_tmp / "a", "limits: {per_number: {day: 1}}") as project:
        campaign = launched(project, 1)
        settled(project, claimed(project, campaign)[0])
        move_clock(project, 3 * HOUR)
        assert claimed(project, campaign) == []
        move_clock(project, DAY - 3 * HOUR)
        assert len(claimed(project, campaign)) == 1


@acts("limits.per_number.ever")
def test_a_number_is_called_so_often_ever(short_tmp: Path) -> None:
    with _project(short_tmp / "a", "limits: {per_number: {ever: 1}}") as project:
        campaign = launched(project, 1)
        settled(project, claimed(project, campaign)[0])
        move_clock(project, 30 * DAY)
        assert why(project, campaign).reasons[0].reason is WaitReason.LIFETIME
        assert claimed(project, campaign) == []
        assert project.store.counts(campaign.campaign_id).by_status == {"lifetime": 1}


@acts("switches.NAME.host", "switches.NAME.port")
def test_a_switch_is_looked_for_where_it_is_said_to_be(short_tmp: Path) -> None:
    port = free_port()
    with (
        _project(short_tmp / "a", switch=f"host: 127.0.0.9, port: {port}, ") as project,
        pytest.raises(KnownError, match=rf"cannot connect to 127\.0\.0\.9:{port}"),
    ):
        require_switch(project.settings, compiled(project).plan)


@acts("switches.NAME.password_env", "switches.NAME.password_file")
def test_a_switch_has_the_password_it_is_said_to_have(
    short_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(
        short_tmp / "a", settings="switches: {{a: {{password_env: PZ_A}}, b: {{password_file: b.txt}}}}\n"
    )
    monkeypatch.setenv("PZ_A", "of a")
    (folder / "b.txt").touch(mode=0o600)
    (folder / "b.txt").write_text("of b\n", encoding="utf-8")
    switches = load_settings(folder).switches
    assert (switches["a"].password(), switches["b"].password()) == ("of a", "of b")


@acts("switches.NAME.root")
def test_a_switch_is_given_its_files_in_its_root(short_tmp: Path) -> None:
    with _project(short_tmp / "a", switch="root: to_the_switch, ") as project:
        campaign = new_campaign(project, compiled(project), "list.csv")
        assert (project.folder / "to_the_switch" / "programs" / f"{campaign.program}.json").is_file()


@acts("switches.NAME.cdr")
def test_cdrs_are_read_where_they_are_said_to_be(short_tmp: Path) -> None:
    with _project(short_tmp / "a", switch="cdr: cdrs, ") as project:
        line = Line(
            "main",
            project.settings.switches["main"],
            settings=project.settings,
            worker_id="w1",
            on_event=lambda _: None,
            on_up=lambda _: None,
            on_down=lambda _, __: None,
        )
        assert line.cdr("a1") is NoCdr.UNKNOWN
        (project.folder / "cdrs").mkdir()
        (project.folder / "cdrs" / "a1.cdr.json").write_text('{"variables": {"x": "y"}}', encoding="utf-8")
        assert line.cdr("a1") == {"x": "y"}
        assert line.cdr("a2") is NoCdr.MISSING


def _claim(project: Project, count: int, now: int) -> list[Attempt]:
    """As a worker does, with the budgets of the settings."""
    campaign = project.campaign("greeting")
    reply = project.store.claim(
        ClaimRequest(
            campaign_id=campaign.campaign_id,
            worker_id="w1",
            now=now,
            attempt_ids=tuple(f"attempt-{now}-{index}" for index in range(count)),
            zones=(
                OpenZone(
                    zone_key="Europe/Moscow", open_until=now + DAY, day="20261130", next_day_at=now + DAY
                ),
            ),
            per_day=None,
            gateways=gateway_budgets(project.settings, compiled(project).plan, {"main": "core-1"}),
        )
    )
    return list(reply.attempts)


@acts("switches.NAME.gateways.NAME.cps")
def test_a_gateway_takes_so_many_new_calls_a_second(short_tmp: Path) -> None:
    with _project(short_tmp / "a", gateway="{cps: 2}") as project:
        launched(project, *range(10))
        assert [len(_claim(project, 10, NOON + at)) for at in (0, 100, 500, 999, 1000)] == [1, 0, 1, 0, 1]


@acts("switches.NAME.gateways.NAME.channels")
def test_a_gateway_takes_so_many_calls_at_once(short_tmp: Path) -> None:
    with _project(short_tmp / "a", gateway="{cps: 1000, channels: 3}") as project:
        launched(project, *range(10))
        live = _claim(project, 10, NOON)
        assert len(live) == 3
        assert _claim(project, 10, NOON + 1000) == []
        settled(project, live[0])
        assert len(_claim(project, 10, NOON + 2000)) == 1


@acts("switches.NAME.gateways.NAME.dial")
def test_a_gateway_is_dialed_as_it_wants(short_tmp: Path) -> None:
    with _project(short_tmp / "a", gateway='{dial: "sofia/internal/{digits}@10.0.0.1"}') as project:
        ((_, name, gateway),) = project.settings.gateways()
        assert gateway.dial_string(name) == "sofia/internal/{digits}@10.0.0.1"
    with _project(short_tmp / "b") as project:
        ((_, name, gateway),) = project.settings.gateways()
        assert gateway.dial_string(name) == "sofia/gateway/main/{number}"


@acts("switches.NAME.gateways.NAME.causes")
def test_a_cause_means_what_the_gateway_says(short_tmp: Path) -> None:
    with _project(short_tmp / "a", gateway="{causes: {USER_BUSY: congestion}}") as project:
        causes = project.settings.causes("main", "main")
        assert classify("USER_BUSY", answered=False, overrides=causes) is Disposition.CONGESTION
        gone = project.settings.causes("main", "gone") | project.settings.causes("gone", "main")
        assert classify("USER_BUSY", answered=False, overrides=gone) is Disposition.BUSY


def test_every_documented_key_has_its_test_here() -> None:
    here = importlib.import_module("tests.runtime.test_settings_act")  # as the others know this file
    for path in sorted(Path(__file__).parent.glob("test_settings_act_*.py")):
        importlib.import_module(f"tests.runtime.{path.stem}")  # which adds to TESTED
    documented = re.findall(r"^\| `([\w.]+)`", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert {*documented, "switches.NAME.port"} == here.TESTED
