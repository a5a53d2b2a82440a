"""`prozvon call`: what it shows, and that bad input is one clear line and leaves nothing half-done."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from orchestrator.runtime.project import open_project
from tests.cli.commands import Said, prozvon, run
from tests.ports import free_port
from tests.runtime.factories import SCENARIO, contacts, loaded, make_folder, number

QUIETLY = ("--no-worker", "--no-follow")


@pytest.fixture
def listed(folder: Path) -> str:
    """A list with two good rows, one twice and one bad one."""
    path = folder / "list.csv"
    path.write_bytes(contacts(1, 2) + f"{number(1)},Again\n12,Short\n".encode())
    return str(path)


def _campaigns(folder: Path) -> dict[str, tuple[str, int]]:
    """Id -> (state, leads)."""
    with open_project(folder) as project:
        store = project.store
        return {c.campaign_id: (c.state.value, store.counts(c.campaign_id).leads) for c in store.campaigns()}


def _call(folder: Path, *arguments: str, answer: str | None = None) -> Said:
    return prozvon(folder, "call", *arguments, *QUIETLY, answer=answer)


# What it does


def test_a_list_is_loaded_previewed_and_launched(folder: Path, listed: str) -> None:
    said = _call(folder, "greeting", listed, "--yes")
    assert (said.code, said.out) == (0, "")
    lines = said.err.splitlines()
    assert lines[0] == "4 rows: 2 loaded, 1 merged (the number stands earlier in the list), 1 refused"
    assert lines[1] == "  1 refused: phone: too few digits for a telephone number (line 5)"
    assert lines[2] == f"  refused rows: {folder.resolve()}/data/refused/greeting-20261130-1.csv"
    assert lines[3] == "now 2, later 0, never 0"
    assert lines[-1] == "greeting-20261130-1 is running"
    assert _campaigns(folder) == {"greeting-20261130-1": ("running", 2)}


def test_the_preview_says_who_is_called_later_and_never(folder: Path, listed: str) -> None:
    assert prozvon(folder, "dnc", "add", number(1)).code == 0
    path = folder / "scenarios" / "greeting.yaml"
    path.write_text(SCENARIO.replace("daily: 09:00-20:00", "daily: 15:00-20:00"), encoding="utf-8")
    said = _call(folder, "greeting", listed, "--yes")
    assert "now 0, later 1, never 1" in said.err
    assert "outside calling hours" in said.err
    assert "on the do-not-call list" in said.err


def test_yes_to_the_question_launches(folder: Path, listed: str) -> None:
    said = _call(folder, "greeting", listed, answer="y\n")
    assert said.code == 0
    assert "Launch? [y/N]" in said.err
    assert _campaigns(folder) == {"greeting-20261130-1": ("running", 2)}


@pytest.mark.parametrize("answer", ["n\n", "\n"])
def test_no_to_the_question_leaves_nothing(folder: Path, listed: str, answer: str) -> None:
    said = _call(folder, "greeting", listed, answer=answer)
    assert said.code == 1
    assert said.err.splitlines()[-1] == "not launched; nothing was kept"
    assert _campaigns(folder) == {}
    assert _call(folder, "greeting", listed, "--yes").code == 0


def test_a_question_that_nobody_answers_leaves_nothing(folder: Path, listed: str) -> None:
    said = _call(folder, "greeting", listed, answer="")
    assert said.code == 1
    assert said.err.endswith(
        "prozvon: nobody answered, so it is not launched: add --yes to launch without asking\n"
    )
    assert _campaigns(folder) == {}


def test_the_same_list_twice_is_refused(folder: Path, listed: str) -> None:
    assert _call(folder, "greeting", listed, "--yes").code == 0
    assert _call(folder, "greeting", listed, "--yes").refusal == (
        "nothing new to call: 3 rows are in greeting-20261130-1 already (--again calls them once more)"
    )
    assert len(_campaigns(folder)) == 1


def test_again_calls_the_same_list_once_more(folder: Path, listed: str) -> None:
    assert _call(folder, "greeting", listed, "--yes").code == 0
    assert _call(folder, "greeting", listed, "--yes", "--again").code == 0
    assert _campaigns(folder) == {
        "greeting-20261130-1": ("running", 2),
        "greeting-20261130-2": ("running", 2),
    }


def test_rows_of_a_loading_that_broke_off_can_be_let_go(folder: Path) -> None:
    """kill -9 of `prozvon call` leaves its campaign in `loading`."""
    listed = folder / "list.csv"
    listed.write_bytes(contacts(1, 2))
    with open_project(folder) as project:
        loaded(project, contacts(1, 2))
    said = _call(folder, "greeting", str(listed), "--yes")
    assert said.refusal.startswith("nothing new to call: 2 rows are in greeting-20261130-1 already")
    assert "  greeting-20261130-1 was never launched: unless it is being loaded right now, " in said.err
    assert "`prozvon campaign stop greeting-20261130-1` lets its rows go" in said.err
    stopped = prozvon(folder, "campaign", "stop", "greeting")
    assert (stopped.code, stopped.err) == (
        0,
        "greeting-20261130-1 had not been launched: it is gone, its rows are free\n",
    )
    assert _call(folder, "greeting", str(listed), "--yes").code == 0


def test_a_scenario_file_and_a_list_in_json_will_do(folder: Path) -> None:
    (folder / "list.jsonl").write_text(f'{{"phone": "{number(1)}", "name": "Anna"}}\n', encoding="utf-8")
    said = _call(folder, str(folder / "scenarios" / "greeting.yaml"), str(folder / "list.jsonl"), "--yes")
    assert said.code == 0
    assert _campaigns(folder) == {"greeting-20261130-1": ("running", 1)}


def test_a_list_may_come_through_a_pipe(folder: Path) -> None:
    """As `prozvon call greeting <(zcat list.csv.gz)` does."""
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(contacts(1, 2)))
    writer.start()
    said = _call(folder, "greeting", str(pipe), "--yes")
    writer.join()
    assert said.code == 0
    assert _campaigns(folder) == {"greeting-20261130-1": ("running", 2)}


def test_standard_input_is_loaded_with_yes(folder: Path) -> None:
    said = run(folder, "call", "greeting", "-", "--yes", *QUIETLY, stdin=contacts(1, 2, 3))
    assert (said.code, said.out) == (0, "")
    assert said.err.startswith("3 rows: 3 loaded\n")
    with open_project(folder) as project:
        assert project.campaign("greeting").source == "standard input"


def test_what_is_doubtful_about_a_foreign_redis_is_told(folder: Path, listed: str, short_tmp: Path) -> None:
    with open_project(make_folder(short_tmp / "other")) as other:
        socket = other.settings.data / "store" / "redis.sock"
        with redis.Redis(unix_socket_path=str(socket)) as server:
            server.config_set("appendonly", "no")
        _settings(f"store: unix://{socket}")(folder)
        said = _call(folder, "greeting", listed, "--yes")
    assert said.code == 0
    assert said.err.startswith(f"warning: Redis at unix://{socket} keeps no append-only file: ")


# Bad input

Prepare = Callable[[Path], None]


def _settings(text: str) -> Prepare:
    def prepare(folder: Path) -> None:
        path = folder / "prozvon.yaml"
        kept = path.read_text(encoding="utf-8").replace("\nlease_s", f"\n{text}\nlease_s")
        path.write_text(kept, encoding="utf-8")

    return prepare


def _scenario(old: str, new: str) -> Prepare:
    def prepare(folder: Path) -> None:
        assert old in SCENARIO
        (folder / "scenarios" / "greeting.yaml").write_text(SCENARIO.replace(old, new), encoding="utf-8")

    return prepare


def _list(rows: bytes) -> Prepare:
    def prepare(folder: Path) -> None:
        (folder / "list.csv").write_bytes(rows)

    return prepare


def _nothing(_: Path) -> None:
    pass


BAD: dict[str, tuple[Prepare, tuple[str, ...], str]] = {
    "unknown scenario": (
        _nothing,
        ("greting", "LIST"),
        "no scenario 'greting': there is no file FOLDER/scenarios/greting.yaml (did you mean `greeting`?)",
    ),
    "unknown file": (_nothing, ("greeting", "gone.csv"), "no such contacts file: gone.csv"),
    "folder as file": (
        _nothing,
        ("greeting", "FOLDER/scenarios"),
        "FOLDER/scenarios is a folder, not a list of contacts",
    ),
    "standard input without yes": (
        _nothing,
        ("greeting", "-"),
        "standard input holds the contacts, so nobody can be asked: add --yes to launch",
    ),
    "missing gateway": (
        _scenario("[main]", "[main, spare]"),
        ("greeting", "LIST"),
        "no switch has the gateway spare (there are: main): name it under `switches:` in prozvon.yaml, or change "
        "`dial.gateways` of the scenario",
    ),
    "missing Redis": (
        _settings("store: redis://:s3cret@127.0.0.1:1"),
        ("greeting", "LIST"),
        "Redis at redis://127.0.0.1:1 cannot be reached (Error 111 connecting to 127.0.0.1:1. Connection refused.): "
        "is it running, and is `store:` right?",
    ),
    "no address of a Redis": (
        _settings("store: somewhere"),
        ("greeting", "LIST"),
        "store address somewhere is not understood; write ",
    ),
    "data folder that cannot be": (
        _settings("data: /dev/null/data"),
        ("greeting", "LIST"),
        "cannot keep the store in /dev/null/data/store: Not a directory",
    ),
    "switch folder that cannot be": (
        lambda folder: (folder / "data" / "switch").touch(),
        ("greeting", "LIST"),
        "cannot publish to the switch's folder FOLDER/data/switch: ",
    ),
    "broken settings": (
        _settings("regoin: RU"),
        ("greeting", "LIST"),
        "FOLDER/prozvon.yaml:4:1: regoin: unknown key (did you mean `region`?)",
    ),
    "missing clock": (
        lambda folder: (folder / "data" / "clock").unlink(),
        ("greeting", "LIST"),
        "the simulated clock FOLDER/data/clock is not there: start `prozvon switch simulate` first, or say "
        "`clock: real` in prozvon.yaml",
    ),
    "missing column": (_list(b"phone\n+79990000001\n"), ("greeting", "LIST"), "LIST:1:1: C105 "),
    "empty list": (_list(b""), ("greeting", "LIST"), "LIST: C101 the list is empty"),
    "list that is no text": (_list(b"PK\x03\x04"), ("greeting", "LIST"), "LIST: C102 the list is "),
    "list without rows": (
        _list(b"phone,name\n"),
        ("greeting", "LIST"),
        "no row of the list can be called; nothing was launched",
    ),
    "list without a good row": (
        _list(b"phone,name\n12,Short\nx,Letters\n"),
        ("greeting", "LIST"),
        "no row of the list can be called; nothing was launched",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_clear_line_and_nothing_half_done(folder: Path, listed: str, name: str) -> None:
    prepare, arguments, said = BAD[name]
    settings = (folder / "prozvon.yaml").read_text(encoding="utf-8")
    prepare(folder)

    def real(text: str) -> str:
        return text.replace("LIST", listed).replace("FOLDER", str(folder))

    yes = () if arguments[1] == "-" else ("--yes",)
    found = _call(folder, *map(real, arguments), *yes)
    assert found.refusal.startswith(real(said))
    assert "s3cret" not in found.err
    assert found.out == ""
    (folder / "prozvon.yaml").write_text(settings, encoding="utf-8")
    assert _campaigns(folder) == {}
    assert not (folder / "data" / "switch" / "programs").exists() or "list" in name or "column" in name


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("{{ name }}", "{{ nmae }}", "S"),
        ("rules:\n", "ruels:\n", "S"),
        ('{en: "Hello, {{ name }}. Press 1 to agree."}', "{en: {file: sounds/hello.wav}}", "S"),
        ("result: agreed", "reslut: agreed", "S"),
    ],
)
def test_a_broken_scenario_is_never_launched(
    folder: Path, listed: str, old: str, new: str, code: str
) -> None:
    """Its problems are data: file, line and column of each."""
    _scenario(old, new)(folder)
    said = _call(folder, "greeting", listed, "--yes")
    problems = said.out.splitlines()
    assert problems
    assert all(f"{folder}/scenarios/greeting.yaml:" in line and f": {code}" in line for line in problems)
    assert said.refusal == f"greeting is not launched: mend the {len(problems)} problem(s) above first"
    assert _campaigns(folder) == {}
    assert not (folder / "data" / "switch").exists()


def test_a_missing_switch_is_told_before_anything_is_loaded(folder: Path, listed: str) -> None:
    """Whoever brings a worker of his own may launch without one."""
    port = free_port()
    path = folder / "prozvon.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(text.split("port: ")[1].split("\n")[0], str(port)), encoding="utf-8")
    said = prozvon(folder, "call", "greeting", listed, "--yes", "--no-follow")
    assert said.refusal.startswith(
        f"no switch of this scenario is ready: main: cannot connect to 127.0.0.1:{port}"
    )
    assert _campaigns(folder) == {}
    assert not (folder / "data" / "logs").exists()
    assert _call(folder, "greeting", listed, "--yes").code == 0


def test_a_list_that_cannot_be_opened_is_one_clear_line(folder: Path) -> None:
    (folder / "loop").symlink_to(folder / "loop")
    assert _call(folder, "greeting", str(folder / "loop"), "--yes").refusal.startswith(
        "no such contacts file"
    )
