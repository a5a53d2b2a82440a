"""From a list to leads: every row is accounted for, nobody is called twice, and nothing half-done is left."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.domain.lead import CampaignState, WaitReason
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.launch import LoadReport, Source, launching, load, new_campaign, start
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.why import why
from tests.runtime.factories import SCENARIO, compiled, contacts, launched, loaded, number

PARCELS = Path(__file__).resolve().parents[2] / "scenarios" / "contacts" / "parcels-1010.csv"


@pytest.fixture
def server(project: Project, folder: Path) -> Iterator[redis.Redis]:
    """A connection beside the store's own."""
    with redis.Redis(unix_socket_path=str(folder / "data" / "store" / "redis.sock")) as client:
        yield client


def _adds_up(report: LoadReport) -> bool:
    return report.rows == report.added + report.merged + report.already + report.refused


def _numbers(project: Project, campaign_id: str) -> list[str]:
    return [row.contact.numbers[0] for row in project.store.leads(campaign_id)]


# What becomes of rows


def test_every_row_is_accounted_for(project: Project) -> None:
    rows = b"phone,name\n+79990000001,Anna\n8 999 000-00-02,Boris\n79990000001,Anna again\n12,Short\n,No number\n"
    campaign, report = loaded(project, rows)
    assert (report.rows, report.added, report.merged, report.already, report.refused) == (5, 2, 1, 0, 2)
    assert _adds_up(report)
    assert _numbers(project, campaign.campaign_id) == ["+79990000001", "+79990000002"]


def test_a_real_list_adds_up(project: Project, folder: Path) -> None:
    shipped = Path(__file__).resolve().parents[2] / "scenarios"
    for name in ("parcel_arrived.yaml", "shared", "sounds"):
        (folder / "scenarios" / name).symlink_to(shipped / name)
    (folder / "prozvon.yaml").write_text(
        "project: test\nclock: simulated\nspeech: {engine: switch}\n"
        "switches: {main: {gateways: {main: {}, spare: {}}}}\n",
        encoding="utf-8",
    )
    with open_project(folder) as opened:
        campaign, report = loaded(opened, PARCELS.read_bytes(), scenario="parcel_arrived")
        assert _adds_up(report)
        assert report.added > 900
        assert min(report.merged, report.refused) > 0
        assert opened.store.counts(campaign.campaign_id).leads == report.added
        assert report.refused_file is not None
        assert report.tally.accepted == report.rows - report.refused


_CELLS = st.sampled_from(
    ["+79990000001", "8 999 000 00 01", "+79990000002", "+79990000003", "12", "x", "", "=1+1"]
)


@given(cells=st.lists(st.tuples(_CELLS, st.sampled_from(["Anna", "", "x" * 3000, "я", "a;b"])), max_size=12))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_list_adds_up_and_calls_each_number_once(project: Project, cells: list[tuple[str, str]]) -> None:
    campaign = new_campaign(project, compiled(project), "list.csv")
    rows = "".join(f'"{phone}","{name}"\n' for phone, name in cells)
    report = load(
        project, campaign, compiled(project), Source(name="list.csv", chunks=[b"phone,name\n", rows.encode()])
    )
    assert _adds_up(report)
    assert report.already == 0  # nothing of an earlier example was kept
    found = _numbers(project, campaign.campaign_id)
    assert len(found) == len(set(found)) == report.added == project.store.counts(campaign.campaign_id).leads
    project.store.delete_campaign(campaign.campaign_id)


def test_refused_rows_are_in_a_file(project: Project, folder: Path) -> None:
    campaign, report = loaded(project, b"phone,name\n+79990000001,Anna\n12,Short\n")
    assert report.refused_file == folder / "data" / "refused" / f"{campaign.campaign_id}.csv"
    with report.refused_file.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["line"], row["column"], row["code"], row["raw"]) == (
        "3",
        "phone",
        "phone_too_short",
        "12,Short",
    )


def test_without_refused_rows_there_is_no_file(project: Project, folder: Path) -> None:
    _, report = loaded(project, contacts(1))
    assert report.refused_file is None
    assert not (folder / "data" / "refused").exists()


def test_remarks_about_the_list_as_a_whole_are_kept(project: Project) -> None:
    _, report = loaded(project, "phone,name,colour\n+79990000001,Анна,red\n".encode("cp1251"))
    assert sorted(remark.code for remark in report.remarks) == ["C201", "C202"]


def test_progress_is_told_while_it_goes_on(project: Project) -> None:
    campaign = new_campaign(project, compiled(project), "list.csv")
    seen: list[int] = []
    source = Source(name="list.csv", chunks=[contacts(*range(1200))])
    load(project, campaign, compiled(project), source, progress=lambda report: seen.append(report.added))
    assert seen == [500, 1000, 1200, 1200]


# Twice


def test_the_same_list_twice_calls_nobody_twice(project: Project) -> None:
    first = launched(project, 1, 2, 3)
    _, report = loaded(project, contacts(1, 2, 3))
    assert (report.added, report.already, report.already_in) == (0, 3, {first.campaign_id})
    assert _adds_up(report)


def test_only_the_new_rows_of_a_longer_list_are_called(project: Project) -> None:
    launched(project, 1, 2)
    campaign, report = loaded(project, contacts(1, 2, 3))
    assert (report.added, report.already) == (1, 2)
    assert _numbers(project, campaign.campaign_id) == [number(3)]


def test_a_row_that_has_changed_is_another_row(project: Project) -> None:
    launched(project, 1)
    _, report = loaded(project, contacts(1).replace(b"Person 1", b"Somebody else"))
    assert (report.added, report.already) == (1, 0)


def test_again_calls_them_once_more(project: Project) -> None:
    launched(project, 1, 2)
    _, report = loaded(project, contacts(1, 2), again=True)
    assert (report.added, report.already) == (2, 0)


def test_another_scenario_may_call_the_same_people(project: Project, folder: Path) -> None:
    text = SCENARIO.replace("scenario: greeting", "scenario: farewell")
    (folder / "scenarios" / "farewell.yaml").write_text(text, encoding="utf-8")
    launched(project, 1)
    _, report = loaded(project, contacts(1), scenario="farewell")
    assert report.added == 1


def test_a_list_whose_launch_was_given_up_can_be_loaded_again(project: Project) -> None:
    with launching(project, compiled(project), "list.csv") as campaign:
        load(project, campaign, compiled(project), Source(name="list.csv", chunks=[contacts(1, 2)]))
    _, report = loaded(project, contacts(1, 2))
    assert (report.added, report.already) == (2, 0)


# Nothing half-done


def _keys(server: redis.Redis) -> set[bytes]:
    """All there is, but for the last number given to a campaign."""
    return {key for key in server.scan_iter("*") if not key.endswith(b":last_campaign")}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (b"", "C101 the list is empty"),
        (b"\n \n", "C101 the list is empty"),
        (b"name\nAnna\n", "C105"),
        (b"phone,name,phone\n", "C106"),
        (b"PK\x03\x04 a spreadsheet", "C102"),
        (b'[{"phone": "+79990000001"}]', "C107"),
    ],
)
def test_a_broken_list_leaves_no_trace(project: Project, server: redis.Redis, rows: bytes, said: str) -> None:
    launched(project, 1)
    before = _keys(server)
    program = compiled(project)
    with (
        pytest.raises(KnownError, match=said),
        launching(project, program, "list.csv") as campaign,
    ):
        load(project, campaign, program, Source(name="list.csv", chunks=[rows]))
    assert _keys(server) == before
    assert len(project.store.campaigns()) == 1


@pytest.mark.parametrize("failure", [KnownError("no"), KeyboardInterrupt(), ValueError("a bug"), None])
def test_whatever_ends_a_launch_before_its_start_leaves_no_trace(
    project: Project, server: redis.Redis, failure: BaseException | None
) -> None:
    launched(project, 1)
    before = _keys(server)
    program = compiled(project)
    with (
        suppress(KnownError, KeyboardInterrupt, ValueError),
        launching(project, program, "list.csv") as campaign,
    ):
        load(project, campaign, program, Source(name="list.csv", chunks=[contacts(1, 2)]))
        assert _keys(server) != before
        if failure is not None:
            raise failure
    assert _keys(server) == before


def test_a_list_that_breaks_off_leaves_no_trace(project: Project, server: redis.Redis) -> None:
    def chunks() -> Iterator[bytes]:
        yield contacts(*range(1000))
        raise OSError(5, "Input/output error", "list.csv")

    program = compiled(project)
    before = _keys(server)
    with (
        pytest.raises(KnownError, match=r"loading list\.csv broke off: Input/output error"),
        launching(project, program, "list.csv") as campaign,
    ):
        load(project, campaign, program, Source(name="list.csv", chunks=chunks()))
    assert _keys(server) == before


def test_refused_rows_that_cannot_be_written_are_one_clear_line(project: Project, folder: Path) -> None:
    (folder / "data" / "refused").touch()
    program = compiled(project)
    with (
        pytest.raises(KnownError, match=r"loading list\.csv broke off: .*data/refused"),
        launching(project, program, "list.csv") as campaign,
    ):
        load(project, campaign, program, Source(name="list.csv", chunks=[b"phone,name\n12,Short\n"]))
    assert project.store.campaigns() == ()


def test_a_launch_that_was_started_stays(project: Project) -> None:
    program = compiled(project)
    with launching(project, program, "list.csv") as campaign:
        load(project, campaign, program, Source(name="list.csv", chunks=[contacts(1)]))
        start(project, campaign)
    (found,) = project.store.campaigns()
    assert (found.state, found.source, found.program) == (CampaignState.RUNNING, "list.csv", program.digest)


def test_a_campaign_stopped_while_it_was_loaded_is_not_started(project: Project) -> None:
    campaign, _ = loaded(project, contacts(1))
    stopped = project.store.set_state(
        campaign.campaign_id, CampaignState.STOPPED, among=frozenset({CampaignState.LOADING}), now=0
    )
    assert stopped
    with pytest.raises(KnownError, match=f"{campaign.campaign_id} is not being loaded any more"):
        start(project, campaign)


def test_a_campaign_that_went_away_while_it_was_loaded_is_told(project: Project) -> None:
    program = compiled(project)
    source = Source(name="list.csv", chunks=[contacts(1)])
    with launching(project, program, "list.csv") as campaign:
        project.store.delete_campaign(campaign.campaign_id)
        with pytest.raises(KnownError, match=f"no campaign '{campaign.campaign_id}'"):
            load(project, campaign, program, source)


# Names, gateways, programs


def test_campaigns_of_a_day_are_counted(project: Project) -> None:
    ids = [launched(project, index).campaign_id for index in (1, 2)]
    assert ids == ["greeting-20261130-1", "greeting-20261130-2"]


def test_two_who_launch_at_the_same_time_get_two_names(project: Project, folder: Path) -> None:
    """The second one looked for a free name before the first one took it."""

    class Late:
        """A store that tells of campaigns as they were at first."""

        def __init__(self) -> None:
            self._campaigns = project.store.campaigns()

        def campaigns(self) -> object:
            return self._campaigns

        def __getattr__(self, name: str) -> object:
            return getattr(project.store, name)

    late = replace(project, store=Late())  # type: ignore[arg-type]  # all of a store but one answer
    first = launched(project, 1)
    second = new_campaign(late, compiled(project), "another.csv")
    assert (first.campaign_id, second.campaign_id) == ("greeting-20261130-1", "greeting-20261130-2")


def test_a_missing_gateway_is_told_before_anything_is_made(project: Project, folder: Path) -> None:
    path = folder / "scenarios" / "greeting.yaml"
    path.write_text(SCENARIO.replace("[main]", "[main, gone]"), encoding="utf-8")
    with pytest.raises(KnownError, match=r"no switch has the gateway gone \(there are: main\)"):
        new_campaign(project, compiled(project), "list.csv")
    assert project.store.campaigns() == ()
    assert not (folder / "data" / "switch").exists()


def test_the_program_is_published_to_every_switch(folder: Path) -> None:
    (folder / "prozvon.yaml").write_text(
        "project: test\nclock: simulated\nspeech: {engine: switch}\n"
        "switches: {a: {root: a, gateways: {main: {}}}, b: {root: b, gateways: {other: {}}}}\n",
        encoding="utf-8",
    )
    with open_project(folder) as project:
        digest = launched(project, 1).program
    assert (folder / "a" / "programs" / f"{digest}.json").is_file()
    assert (folder / "b" / "programs" / f"{digest}.json").is_file()


def test_a_switch_folder_that_cannot_be_written_launches_nothing(project: Project, folder: Path) -> None:
    (folder / "data" / "switch").touch()
    with pytest.raises(KnownError, match="cannot publish to the switch's folder"):
        new_campaign(project, compiled(project), "list.csv")
    assert project.store.campaigns() == ()


def test_a_campaign_is_not_dialed_while_it_is_loaded(project: Project) -> None:
    campaign, _ = loaded(project, contacts(1, 2))
    (reason,) = why(project, campaign).reasons
    assert (reason.reason, reason.count) == (WaitReason.LOADING, 2)
