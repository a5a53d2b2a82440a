"""`prozvon consent`: what people agreed to, and what they took back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from orchestrator.runtime.project import Project
from tests.cli.commands import Said, prozvon
from tests.runtime.factories import make_folder, number

GIVEN = "marketing  2026-11-01T00:00:00.000Z by paper  holds  May we call?; source: form 5"


def consent(folder: Path, *arguments: str) -> Said:
    return prozvon(folder, "consent", *arguments)


def add(folder: Path, who: str, *more: str) -> Said:
    return consent(folder, "add", who, "--for", "marketing", "--at", "2026-11-01T00:00+00:00", *more)


def test_a_consent_is_added_once_and_shown_whole(folder: Path, project: Project) -> None:
    how = ("--how", "paper", "--words", "May we\ncall?", "--source", "form 5")
    assert add(folder, "8 (999) 000-00-01", *how).err == f"{number(1)}: added\n"
    assert add(folder, number(1), *how).err == f"{number(1)}: known already\n"
    assert consent(folder, "show", number(1)).out.splitlines() == [GIVEN]
    assert consent(folder, "show", number(2)) == Said(code=0, out="", err="")


def test_what_is_withdrawn_is_shown_with_its_end(folder: Path, project: Project) -> None:
    add(folder, number(1))
    said = consent(folder, "withdraw", number(1), "--note", "asked\nat the door", "--do-not-call")
    assert said.err == f"{number(1)}: 1 consents ended\n"
    shown = consent(folder, "show", number(1))
    assert shown.out.splitlines() == [
        "marketing  2026-11-01T00:00:00.000Z by verbal  withdrawn 2026-11-30T09:00:00.000Z by verbal",
        "withdrawn  everything  2026-11-30T09:00:00.000Z by verbal  asked at the door",
    ]
    assert shown.err == f"{number(1)} is on the do-not-call list: nobody calls it, whatever it agreed to\n"
    assert add(folder, number(1), "--how", "web").err == f"{number(1)}: kept, but withdrawn since\n"
    assert (
        consent(folder, "withdraw", number(1), "--for", "surveys").err == f"{number(1)}: 0 consents ended\n"
    )


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (("add", number(1), "--for", "Any thing"), "not what a consent can be for: 'Any thing'"),
        (("add", number(1), "--for", "a", "--at", "2027-01-01"), "left out: the moment is still to come"),
        (("add", number(1), "--for", "a", "--at", "1969-01-01"), "1969-01-01 is before 1970"),
        (("add", number(1), "--for", "a", "--at", "soon"), "not a time: 'soon'"),
        (("add", "12", "--for", "a"), "not a telephone number: '12'"),
        (("withdraw", number(1), "--for", "*"), "not what a consent can be for: '*'"),
        (("load", "nowhere.csv"), "cannot read nowhere.csv: No such file"),
    ],
)
def test_a_mistake_is_one_clear_line_and_changes_nothing(
    folder: Path, project: Project, arguments: tuple[str, ...], refusal: str
) -> None:
    assert refusal in consent(folder, *arguments).refusal
    assert list(project.store.consents.listed()) == []


def test_a_list_is_loaded_row_by_row_and_again_adds_nothing(folder: Path, project: Project) -> None:
    path = folder / "agreed.csv"
    path.write_text(
        "phone,phone2,consent_at,consent_how,consent_for,consent_words,consent_source\n"
        f'{number(1)},{number(2)},2026-11-01,web,news,"Yes, call",form 5\n'
        f"{number(3)},,2026-11-01 12:00,,,,\n"
        f"{number(4)},,tomorrow,,,,\n"
        f"{number(5)},,2027-11-01,,news,,\n"
    )
    said = consent(folder, "load", str(path))
    assert said.code == 1
    assert said.err.splitlines() == [
        "  1 refused: consent_at: not a date: write 2026-12-31 or 31.12.2026, or with a time: "
        "2026-12-31T09:30:00+03:00 (line 4)",
        "4 rows, 1 refused, 2 consents added, 1 consents left out: the moment is still to come, "
        "1 rows left out: nothing says for what",
    ]
    again = consent(folder, "load", str(path), "--for", "marketing")
    assert "1 consents added, 2 consents known already" in again.err
    first, second, third = sorted(project.store.consents.listed(), key=lambda given: given.number)
    assert (first.words, first.source, second.words) == ("Yes, call", "form 5", "Yes, call")
    assert (third.purpose, third.source, third.how.value) == ("marketing", str(path), "import")
    assert project.store.outbox() == [], "whoever has the list knows it"


def test_what_is_exported_can_be_loaded_elsewhere_with_its_withdrawals(
    folder: Path, project: Project, short_tmp: Path
) -> None:
    add(folder, number(1), "--words", "=1+1")
    add(folder, number(2))
    consent(folder, "withdraw", number(2), "--how", "sms")
    out = consent(folder, "export").out
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["phone"], row["withdrawn_how"], row["consent_words"]) for row in rows] == [
        (number(1), "", "'=1+1"),
        (number(2), "sms", ""),
    ]
    as_json = [json.loads(line) for line in consent(folder, "export", "--format", "jsonl").out.splitlines()]
    assert (as_json[0]["consent_words"], as_json[1]["withdrawn_at"]) == ("=1+1", "2026-11-30T09:00:00.000Z")
    other = make_folder(short_tmp / "other")
    path = folder / "all.csv"
    path.write_text(out)
    assert "1 of them withdrawn by the list itself" in consent(other, "load", str(path)).err
    assert "withdrawn 2026-11-30T09:00:00.000Z by sms" in consent(other, "show", number(2)).out
    assert "holds" in consent(other, "show", number(1)).out


def test_a_withdrawal_whose_moment_cannot_be_read_is_one_all_the_same(folder: Path, project: Project) -> None:
    path = folder / "agreed.jsonl"
    path.write_text(
        json.dumps(
            {"phone": number(1), "consent_at": "2026-11-01", "consent_for": "news", "withdrawn_at": "yes"}
        )
    )
    assert consent(folder, "load", str(path)).code == 0
    (given,) = project.store.consents.of(number(1))
    assert given.withdrawn_at == project.clock.now_ms()
