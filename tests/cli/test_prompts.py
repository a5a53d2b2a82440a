"""Hearing a scenario, and what prompts are kept."""

from __future__ import annotations

import json
import os
import time
import wave
from pathlib import Path

import pytest

from orchestrator.runtime.project import open_project
from tests.cli.commands import prozvon
from tests.runtime.factories import SCENARIO, launched, make_folder
from tests.runtime.prompting_calls import SETTINGS
from tests.scenario.recordings import tone, write

DAY_S = 86_400.0
SAMPLE = ("--contact", "due=2026-12-01", "--contact", "name=Ann")
RICH = """\
scenario: greeting
kind: robocall
languages: [ru, en]
contact: {name: text, due: date}
messages:
  hello: {ru: 'Здравствуйте, {{ name }}. До {{ due | date }}.', en: 'Hello, {{ name }}. Until {{ due | date }}.'}
  code: {ru: Код, en: Code}
  back: {ru: 'Вы набрали {{ entered | digits }}', en: 'You typed {{ entered }}'}
  bye: {ru: {file: bye.wav}, en: Bye}
flow:
  start: [{say: hello}, {ask: {prompt: code, digits: 4, into: entered}}, {say: back}, {say: bye}]
dial: {gateways: [main], caller_id: +74951234567}
"""


@pytest.fixture
def folder(short_tmp: Path) -> Path:
    made = make_folder(short_tmp / "p", settings=SETTINGS, scenario=RICH)
    write(made / "scenarios" / "bye.wav", tone(2.0, rate=16000), rate=16000)
    return made


def _length_s(path: Path) -> float:
    with wave.open(str(path)) as sound:
        assert sound.getparams()[:3] == (1, 2, 8000)
        return sound.getnframes() / 8000


def test_every_message_becomes_a_file_as_it_is_heard(folder: Path) -> None:
    said = prozvon(
        folder,
        "prompts",
        "render",
        "greeting",
        "--contact",
        "name=Анна",
        "--contact",
        "due=2026-12-01",
        "--json",
    )
    assert said.code == 0
    out = folder / "data" / "heard" / "greeting"
    names = {
        f"{message}.{language}.wav"
        for message in ("hello", "code", "back", "bye")
        for language in ("ru", "en")
    }
    assert {path.name for path in out.iterdir()} == {*names, "parts"}
    rows = json.loads(said.out)
    heard = [
        (row["kind"], row["text"]) for row in rows if (row["message"], row["language"]) == ("hello", "ru")
    ]
    assert heard == [
        ("fixed", "Здравствуйте, "),
        ("spoken", "Анна"),
        ("fixed", ". До "),
        ("spoken", "первого декабря"),
    ]
    assert [row["text"] for row in rows if row["kind"] == "typed"] == ["1", "0", "4", "2", "1000", "42"]
    [recorded] = [row for row in rows if row["kind"] == "recorded"]
    assert (recorded["text"], recorded["ms"], recorded["dbov"]) == ("bye.wav", 2000, -22.0)
    assert _length_s(out / "bye.ru.wav") == 2.0
    hello_ms = sum(row["ms"] for row in rows if (row["message"], row["language"]) == ("hello", "ru"))
    assert _length_s(out / "hello.ru.wav") * 1000 == pytest.approx(hello_ms, abs=5)
    assert all(Path(row["file"]).is_file() for row in rows)


def test_a_table_tells_how_long_and_how_loud_each_part_is(folder: Path, tmp_path: Path) -> None:
    said = prozvon(folder, "prompts", "render", "greeting", "--out", str(tmp_path / "o"), *SAMPLE)
    assert said.code == 0
    assert "seconds" in said.out
    assert "-22.0" in said.out
    assert "8 messages in" in said.err
    assert (tmp_path / "o" / "hello.en.wav").is_file()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        (["nam=x"], "greeting has no contact column nam (there are: due, language, name, phone)"),
        (["name=x", "due=tomorrow"], "this contact cannot be called: due: "),
        (["name="], "this contact cannot be called: "),
    ],
)
def test_a_contact_that_does_not_fit_is_refused(folder: Path, fields: list[str], why: str) -> None:
    options = [word for field in fields for word in ("--contact", field)]
    assert why in prozvon(folder, "prompts", "render", "greeting", *options).refusal


@pytest.mark.parametrize("field", ["name", "=x"])
def test_what_is_no_field_is_a_mistake_in_the_command(folder: Path, field: str) -> None:
    assert prozvon(folder, "prompts", "render", "greeting", "--contact", field).code == 2


def test_without_an_engine_the_way_to_get_one_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestrator.speech.errors import SpeechError
    from orchestrator.speech.espeak import MISSING
    from orchestrator.speech.studio_link import StudioLink

    def none(_: object) -> str:
        raise SpeechError(MISSING)

    monkeypatch.setattr(StudioLink, "version", none)
    refusal = prozvon(folder, "prompts", "render", "greeting", *SAMPLE).refusal
    assert "apt-get install espeak-ng" in refusal
    assert "pip install 'prozvon[speech]'" in refusal


def test_with_the_switch_as_engine_there_is_nothing_to_hear(folder: Path) -> None:
    settings = folder / "prozvon.yaml"
    lines = settings.read_text(encoding="utf-8").splitlines()
    settings.write_text(
        "\n".join("speech: {engine: switch}" if "speech:" in line else line for line in lines)
    )
    assert (
        "prepares nothing that could be heard"
        in prozvon(folder, "prompts", "render", "greeting", *SAMPLE).refusal
    )


def test_a_text_that_cannot_be_said_is_named_with_its_message(folder: Path) -> None:
    path = folder / "scenarios" / "greeting.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("en: Bye", "en: nonsense"), encoding="utf-8")
    refusal = prozvon(folder, "prompts", "render", "greeting", *SAMPLE).refusal
    assert refusal.startswith("message bye: no prompt of 'nonsense' (en): ")


def test_a_folder_that_cannot_be_written_is_told(folder: Path) -> None:
    refusal = prozvon(folder, "prompts", "render", "greeting", *SAMPLE, "--out", "/dev/null/x").refusal
    assert "cannot write to /dev/null/x" in refusal


def test_a_broken_scenario_is_not_heard(folder: Path) -> None:
    (folder / "scenarios" / "greeting.yaml").write_text("scenario: greeting\n", encoding="utf-8")
    said = prozvon(folder, "prompts", "render", "greeting")
    assert said.code == 1
    assert "greeting cannot be heard: mend the" in said.err


# What is kept


@pytest.fixture
def campaign(short_tmp: Path) -> Path:
    """A project with a campaign, its fixed prompts, two recordings and two spoken fields, one of them old."""
    text = SCENARIO.replace("start:\n", "start:\n    - say: jingle\n").replace(
        "messages:\n", "messages:\n  jingle: {en: {file: jingle.wav}}\n"
    )
    made = make_folder(short_tmp / "c", settings=SETTINGS, scenario=text)
    write(made / "scenarios" / "jingle.wav", tone())
    with open_project(made) as project:
        launched(project, 1)
    spoken = made / "data" / "switch" / "spoken"
    spoken.mkdir(exist_ok=True)
    for name, days in (("a" * 32, 40), ("b" * 32, 1)):
        path = spoken / f"{name}.wav"
        path.write_bytes(b"x" * 1000)
        os.utime(path, (time.time() - days * DAY_S,) * 2)
    return made


def _names(folder: Path, kind: str) -> set[str]:
    return {path.name for path in (folder / "data" / "switch" / kind).iterdir()}


def test_folders_are_listed_with_what_is_in_them(campaign: Path) -> None:
    rows = json.loads(prozvon(campaign, "prompts", "list", "--json").out)
    assert [(row["kind"], row["prompts"]) for row in rows] == [("fixed", 2), ("fixed", 3), ("spoken", 2)]
    assert rows[2]["size"] == 2000
    assert time.time() - rows[2]["oldest_at"] == pytest.approx(40 * DAY_S, abs=60)
    shown = prozvon(campaign, "prompts", "list").out
    assert "spoken" in shown
    assert str(campaign / "data" / "switch" / "spoken")[-20:] in shown.replace("\n", "").replace(" ", "")


def test_with_nothing_kept_it_says_so(short_tmp: Path) -> None:
    folder = make_folder(short_tmp / "e")
    said = prozvon(folder, "prompts", "list")
    assert (said.code, said.out) == (0, "")
    assert "no prompts are kept yet" in said.err
    assert json.loads(prozvon(folder, "prompts", "list", "--json").out) == []


def test_cleaning_removes_what_nobody_used_for_long(campaign: Path) -> None:
    before = _names(campaign, "prompts")
    assert prozvon(campaign, "prompts", "clean").err == "removed 1 prompts\n"
    assert _names(campaign, "spoken") == {"b" * 32 + ".wav"}
    assert _names(campaign, "prompts") == before


def test_cleaning_all_leaves_what_cannot_be_made_again(campaign: Path) -> None:
    prozvon(campaign, "prompts", "clean", "--all")
    assert _names(campaign, "spoken") == set()
    [kept] = _names(campaign, "prompts")
    assert (campaign / "data" / "switch" / "prompts" / kept).read_bytes() == (
        campaign / "scenarios" / "jingle.wav"
    ).read_bytes()


def test_cleaning_all_is_refused_while_calls_may_need_them(campaign: Path) -> None:
    with open_project(campaign) as project:
        project.store.heartbeat("w1", 60_000, {"up": "main"})
        assert "a worker is running" in prozvon(campaign, "prompts", "clean", "--all").refusal
        assert prozvon(campaign, "prompts", "clean").code == 0
