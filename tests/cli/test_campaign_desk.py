"""`prozvon campaign open|add|close` and `prozvon lead change|withdraw`."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.lead import CampaignState, LeadState, Phase
from orchestrator.runtime.project import Project
from orchestrator.store import LeadRow
from tests.cli.commands import prozvon
from tests.runtime.factories import claimed, launched, number

ID = "greeting-20261130-1"
ROWS = f"phone,name,external_id\n{number(1)},Anna,order-1\n{number(2)},Boris,order-2\n12,Short,\n{number(1)},C,\n"


@pytest.fixture
def opened(project: Project, folder: Path) -> Path:
    """An open campaign with two leads. A worker is alive."""
    project.store.heartbeat("w1", 60_000, {"up": "main"})
    assert prozvon(folder, "campaign", "open", "greeting", "--no-worker").out == f"{ID}\n"
    (folder / "list.csv").write_text(ROWS, encoding="utf-8")
    added = prozvon(folder, "campaign", "add", "greeting", str(folder / "list.csv"))
    assert (added.code, added.out) == (0, "")
    assert (
        added.err.splitlines()[0] == "4 rows: 2 loaded, 1 merged (a number is with another lead), 1 refused"
    )
    return folder


def lead(project: Project, lead_id: int = 1) -> LeadRow:
    found = project.store.lead(ID, lead_id)
    assert found is not None
    return found


def test_an_open_campaign_is_shown_as_such_until_it_is_closed(opened: Path, project: Project) -> None:
    assert "running, open" in prozvon(opened, "campaign", "list").out
    assert "running, open" in prozvon(opened, "campaign", "show", ID).out
    assert prozvon(opened, "campaign", "close", ID).err == f"{ID} is closed: 2 leads are still to be called\n"
    assert "open" not in prozvon(opened, "campaign", "list").out
    assert prozvon(opened, "campaign", "close", ID).refusal == f"{ID} is not open"
    assert "it is closed" in prozvon(opened, "campaign", "add", ID, str(opened / "list.csv")).refusal


def test_an_empty_campaign_is_closed_and_done(folder: Path, project: Project) -> None:
    said = prozvon(folder, "campaign", "open", "greeting", "--no-worker", "--title", "Orders")
    assert (said.code, said.err) == (0, f"{ID} is open\n")
    assert prozvon(folder, "campaign", "close", "greeting").err == f"{ID} is closed and done\n"
    found = project.store.campaign(ID)
    assert found is not None
    assert (found.state, found.title) == (CampaignState.FINISHED, "Orders")


def test_a_scenario_with_mistakes_is_not_opened(folder: Path) -> None:
    assert prozvon(folder, "campaign", "open", "nothing", "--no-worker").code == 1


def test_a_list_is_added_again_without_calling_anybody_twice(opened: Path) -> None:
    rows = f"phone,name,external_id\n{number(1)},Anna,order-1\n{number(2)},Boris B,order-2\n"
    (opened / "list.csv").write_text(rows, encoding="utf-8")
    said = prozvon(opened, "campaign", "add", ID, str(opened / "list.csv"))
    assert (
        said.err
        == f"2 rows: 0 loaded, 1 changed (the lead has their external id), 1 skipped (in {ID} already)\n"
    )


def test_a_list_nobody_can_be_called_from_is_a_problem(opened: Path) -> None:
    (opened / "bad.csv").write_text("phone,name\n12,Short\n", encoding="utf-8")
    said = prozvon(opened, "campaign", "add", ID, str(opened / "bad.csv"))
    assert "no row of" in said.refusal
    refused = sorted(path.name for path in (opened / "data" / "refused").iterdir())
    assert refused == [f"{ID}-2.csv", f"{ID}.csv"], "each list has a file of its own"
    assert "no such contacts file" in prozvon(opened, "campaign", "add", ID, "nothing.csv").refusal


def test_a_launched_campaign_takes_more_while_it_runs(project: Project, folder: Path) -> None:
    project.store.heartbeat("w1", 60_000, {})
    launched(project, 7)
    (folder / "list.csv").write_text(ROWS, encoding="utf-8")
    assert prozvon(folder, "campaign", "add", ID, str(folder / "list.csv")).code == 0
    assert project.store.counts(ID).leads == 3


@pytest.mark.parametrize("name", [[number(1)], ["--id", "order-1"], ["--lead", "1"]])
def test_a_lead_is_withdrawn_by_each_of_its_names(opened: Path, project: Project, name: list[str]) -> None:
    said = prozvon(opened, "lead", "withdraw", "greeting", *name, "--note", "paid")
    assert (said.code, said.out) == (0, "")
    assert said.err.endswith(" is not called any more\n")
    assert (lead(project).phase, lead(project).state) == (Phase.DONE, LeadState(status="withdrawn"))
    (entry,) = project.store.outbox()
    assert (entry.body["note"], entry.body["by"]) == ("paid", "cli")
    again = prozvon(opened, "lead", "withdraw", "greeting", *name)
    assert again.code == 0
    assert again.err.endswith("was done already, and stays as it is\n")


def test_a_lead_that_is_being_called_is_withdrawn_and_changed_after_it(
    opened: Path, project: Project
) -> None:
    campaign = project.store.campaign(ID)
    assert campaign is not None
    claimed(project, campaign)
    said = prozvon(opened, "lead", "change", ID, "--lead", "1", "--set", "name=Anya")
    assert said.err == "lead 1 is changed, once the call that is under way has ended\n"
    said = prozvon(opened, "lead", "withdraw", ID, "--lead", "1", "--cancel")
    assert said.err == "lead 1 is being called; it is not called again\n"


def test_columns_are_changed(opened: Path, project: Project) -> None:
    said = prozvon(
        opened, "lead", "change", ID, "--id", "order-1", "--set", "name=A=B", "--set", f"phone={number(5)}"
    )
    assert (said.code, said.err) == (0, "order-1 is changed\n")
    assert (lead(project).contact.fields, lead(project).contact.numbers) == ({"name": "A=B"}, (number(5),))


def test_what_cannot_be_is_one_clear_line(opened: Path) -> None:
    for arguments, says in (
        (("withdraw", ID, "--id", "x"), f"x is not in {ID}"),
        (("withdraw", ID, number(9)), f"{number(9)} is not in {ID}"),
        (
            ("change", ID, "--lead", "1", "--set", "nmae=x"),
            "the scenario has no column `nmae`: did you mean `name`?",
        ),
        (("change", ID, "--lead", "1", "--set", "phone=12"), "phone: "),
    ):
        assert prozvon(opened, "lead", *arguments).refusal.startswith(says)


def test_a_lead_is_named_once_and_columns_have_values(opened: Path) -> None:
    for arguments in (
        ("withdraw", ID),
        ("withdraw", ID, number(1), "--lead", "1"),
        ("change", ID, "--lead", "1", "--set", "name"),
    ):
        assert prozvon(opened, "lead", *arguments).code == 2
