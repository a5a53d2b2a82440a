"""Listening on a session: real sound that grows in a file, then whole calls."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fake_session import FakeSession
from flow_calls import call, decoded
from flow_programs import menu, program, say

from callflow.ear import LISTEN_MAX_S, _changed_s, listen, recording_path
from callflow.listener import INITIAL_SILENCE_MS


def ear(tmp_path: Path, policy: str = "hang_up", **settings: object) -> tuple[str, FakeSession]:
    variables = {"prozvon_attempt": "a-1", "prozvon_tmp": str(tmp_path)}
    session = FakeSession(variables=variables, **settings)  # type: ignore[arg-type]
    files = len(os.listdir("/proc/self/fd"))
    said = listen(session, {"machine": policy})
    assert len(os.listdir("/proc/self/fd")) == files
    assert session.faults == []
    assert list(tmp_path.iterdir()) == []
    assert session._recording is None
    return said, session


HELLO = [(600, 0), (400, 3000)]
TALK = [(100, 3000), (40, 900), (120, 2100), (40, 40), (60, 4000)] * 11
GREETING = [(480, 0), *TALK, (900, 0), (300, -8000)]


def test_a_human_is_recognised_at_once(tmp_path: Path) -> None:
    said, session = ear(tmp_path, sound=HELLO)
    assert said == "human"
    assert session.t == pytest.approx(1.8)
    assert session.done[0][1:] == (
        "record_session",
        f"{tmp_path}/prozvon-a-1.wav +45 "
        "{RECORD_READ_ONLY=true,enable_file_write_buffering=false,RECORD_PRE_BUFFER_FRAMES=1,"
        "RECORD_USE_THREAD=false}",
    )
    assert session.done[-1][1:] == ("stop_record_session", f"{tmp_path}/prozvon-a-1.wav")


@pytest.mark.parametrize("policy", ["hang_up", "treat_as_human"])
def test_a_machine_is_recognised_while_it_talks(tmp_path: Path, policy: str) -> None:
    said, session = ear(tmp_path, policy, sound=GREETING)
    assert said == "machine"
    assert session.t == pytest.approx(3.9)


def test_a_message_is_left_after_the_beep(tmp_path: Path) -> None:
    said, session = ear(tmp_path, "leave_message", sound=GREETING)
    assert said == "machine"
    assert session.t == pytest.approx(6.0)


@pytest.mark.parametrize("policy", ["off", None, 5])
def test_without_detection_nothing_is_recorded(tmp_path: Path, policy: object) -> None:
    session = FakeSession(variables={"prozvon_attempt": "a-1", "prozvon_tmp": str(tmp_path)})
    assert listen(session, {"machine": policy}) == "unknown"
    assert session.done == []


def test_a_telephone_that_sends_nothing_is_silent(tmp_path: Path) -> None:
    said, session = ear(tmp_path, sends_media=False)
    assert said == "unknown"
    assert session.t == pytest.approx(INITIAL_SILENCE_MS / 1000 + 0.3)


def test_no_recording_is_unknown(tmp_path: Path) -> None:
    said, session = ear(tmp_path, records=False)
    assert (said, session.t) == ("unknown", 0.0)


def test_a_recording_that_is_no_sound_is_unknown(tmp_path: Path) -> None:
    class Odd(FakeSession):
        def execute(self, application: str, data: str = "") -> None:
            Path(data.split(" ")[0]).write_bytes(b"12345678901234567890")

    session = Odd(variables={"prozvon_attempt": "a-1", "prozvon_tmp": str(tmp_path)})
    assert listen(session, {"machine": "hang_up"}) == "unknown"


def test_a_recording_has_no_name_while_it_is_listened_to(tmp_path: Path) -> None:
    class Watched(FakeSession):
        def sleep(self, ms: int, sync: int = 0) -> int:
            assert list(tmp_path.iterdir()) == []
            return super().sleep(ms, sync)

    session = Watched(variables={"prozvon_attempt": "a-1", "prozvon_tmp": str(tmp_path)}, sound=HELLO)
    assert listen(session, {"machine": "hang_up"}) == "human"


def test_a_recording_that_cannot_be_opened_is_removed_all_the_same(tmp_path: Path) -> None:
    class Dangling(FakeSession):
        def execute(self, application: str, data: str = "") -> None:
            if application == "record_session":
                Path(data.split(" ")[0]).symlink_to(tmp_path / "nowhere")

    session = Dangling(variables={"prozvon_attempt": "a-1", "prozvon_tmp": str(tmp_path)})
    assert listen(session, {"machine": "hang_up"}) == "unknown"
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_switch_has_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    names = ("prozvon-old.wav", "prozvon-new.wav", "holiday.wav", "prozvon-core.db")
    left, young, *others = (tmp_path / name for name in names)
    for path in (left, young, *others):
        path.write_bytes(b"")
    for path in (left, *others):
        os.utime(path, (0, 0))
    session = FakeSession(variables={"prozvon_attempt": "a-1", "prozvon_tmp": str(tmp_path)}, sound=HELLO)
    assert listen(session, {"machine": "hang_up"}) == "human"
    assert sorted(tmp_path.iterdir()) == sorted([*others, young])


def test_another_call_s_recording_may_go_while_it_is_looked_at() -> None:
    class Gone:
        def stat(self, *, follow_symlinks: bool) -> os.stat_result:
            raise FileNotFoundError

    assert _changed_s(Gone()) == float("inf")  # type: ignore[arg-type]


def test_hanging_up_while_listening_ends_it(tmp_path: Path) -> None:
    said, session = ear(tmp_path, sound=HELLO, hangs_up_at=0.8)
    assert (said, session.t) == ("unknown", 0.8)
    said, session = ear(tmp_path, "leave_message", sound=GREETING, hangs_up_at=4.5)
    assert (said, session.t) == ("machine", 4.5)


def test_a_clock_that_stands_still_does_not_hang_the_call(tmp_path: Path) -> None:
    class Still(FakeSession):
        def monotonic(self) -> float:
            return 0.0

    session = Still(variables={"prozvon_attempt": "a-1", "prozvon_tmp": str(tmp_path)}, sends_media=False)
    assert listen(session, {"machine": "hang_up"}) == "unknown"
    assert session.t == pytest.approx(LISTEN_MAX_S)


@pytest.mark.parametrize(
    ("attempt", "folder", "path"),
    [
        ("a-1", "/var/tmp/", "/var/tmp/prozvon-a-1.wav"),
        ("", "/tmp", ""),
        ("../x", "/tmp", ""),
        ("${x}", "/tmp", ""),
        ("a-1", "/tmp/${system(id)}", ""),
        ("a-1", "/tmp/../etc", ""),
        ("a-1", "relative", ""),
    ],
)
def test_only_safe_names_become_part_of_an_application_s_data(attempt: str, folder: str, path: str) -> None:
    session = FakeSession(variables={"prozvon_attempt": attempt, "prozvon_tmp": folder})
    assert recording_path(session) == path
    if not path:
        assert listen(session, {"machine": "hang_up"}) == "unknown"
        assert session.done == []


def test_by_default_it_records_to_memory_where_there_is_some() -> None:
    folder = "/dev/shm" if os.path.isdir("/dev/shm") else "/tmp"
    assert recording_path(FakeSession(variables={"prozvon_attempt": "a"})) == f"{folder}/prozvon-a.wav"


# -- whole calls ------------------------------------------------------------------------------------------------

FLOW = {"start": [say("hello"), menu(keys={"1": "start"}), say("never")]}


def test_a_message_left_on_a_machine_is_the_flow_up_to_its_first_question(tmp_path: Path) -> None:
    session = call(tmp_path, program(FLOW, machine="leave_message"), FakeSession(sound=GREETING))
    assert [(at, data) for at, what, data in session.done if what == "speak"] == [
        (6.0, "hello."),
        (6.3, "choice."),
    ]
    assert session.variables["prozvon_party"] == "machine"
    assert session.variables["prozvon_flow"] == "ended"
    assert decoded(session, "prozvon_path") == ["6.0 machine", "6.0 start"]


def test_a_machine_is_hung_up_on(tmp_path: Path) -> None:
    session = call(tmp_path, program(FLOW, machine="hang_up"), FakeSession(sound=GREETING))
    assert [what for _, what, _ in session.done] == ["record_session", "stop_record_session", "hangup"]
    assert session.variables["prozvon_party"] == "machine"


def test_a_human_hears_the_flow_after_the_hello(tmp_path: Path) -> None:
    session = call(tmp_path, program(FLOW, machine="hang_up"), FakeSession(sound=HELLO))
    assert session.variables["prozvon_party"] == "human"
    assert decoded(session, "prozvon_path")[0] == "1.8 start"
