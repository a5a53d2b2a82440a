"""Forwarding on a session: who is rung how, what the caller hears meanwhile, what comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fake_line import Telephone
from fake_session import FakeSession, write_wav
from flow_calls import CALLER, GATEWAYS, decoded, incoming, routes
from flow_programs import forward, ivr, say

from callflow.course import Course, gateways_in
from callflow.dialing import dial, outcome_of
from callflow.moves import Dial, Dialed, File, Gone, Recording, Text
from callflow.names import prompt_name
from callflow.stock import Stock

ANNA, BORIS = "+79990000001", "+79990000002"
STOCK = Stock("/", "ru")
PICKS_UP = Telephone(rings_s=2.0, talks_s=60.0)
BUSY = Telephone(cause="USER_BUSY", sip="sip:486")


def course(**changes: Any) -> Course:
    made = Course("/", {}, dict(GATEWAYS), began_at_s=1_795_000_000.0)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def rung(*numbers: str, **changes: Any) -> Dial:
    return Dial(numbers, **{"ring_s": 20.0, "caller_id": CALLER, **changes})


def bridges(session: FakeSession) -> list[str]:
    return [data for _, what, data in session.done if what == "bridge"]


def test_the_caller_talks_and_the_flow_goes_on(tmp_path: Path) -> None:
    made = ivr({"start": [forward(ANNA), say("after")]})
    session = incoming(tmp_path, made, FakeSession(telephones={ANNA: PICKS_UP}))
    assert bridges(session) == [
        "{ignore_early_media=true,instant_ringback=true,originate_timeout=25}"
        "[prozvon_leg=0,leg_timeout=20,media_timeout=300000,"
        f"origination_caller_id_number={CALLER},origination_caller_id_name={CALLER}]"
        f"sofia/gateway/main/{ANNA}"
    ]
    assert session.variables["prozvon_reached"] == ANNA
    assert "talked 60 s +79990000001" in decoded(session, "prozvon_path")[1]
    assert decoded(session, "prozvon_heard") == ["after"]


def test_nothing_of_a_talk_stays_on_the_channel(tmp_path: Path) -> None:
    made = ivr({"start": [{"do": "answer"}, forward(ANNA, music="moh")]})
    session = incoming(tmp_path, made, FakeSession(telephones={ANNA: PICKS_UP}))
    gone = {
        "transfer_ringback",
        "ringback",
        "import",
        "origination_cancel_key",
        "answered_time",
        "prozvon_leg",
    }
    assert gone & session.variables.keys() == set()


def test_seconds_of_talk_begin_when_they_pick_up() -> None:
    session = FakeSession(telephones={ANNA: PICKS_UP}, t=3.0)
    action = rung(ANNA)
    assert dial(session, action, STOCK, course(began_s=3.0, began_at_s=1_795_000_003.0)) == Dialed(
        "talked", ANNA, 60.0, "SUCCESS"
    )
    assert session.t == 65.0


def test_seconds_are_never_more_than_it_took_nor_less_than_none() -> None:
    for began_at_s in (0.0, 2e9):
        session = FakeSession(telephones={ANNA: PICKS_UP})
        dialed = dial(session, rung(ANNA), STOCK, course(began_at_s=began_at_s))
        assert isinstance(dialed, Dialed)
        assert dialed.seconds in (0.0, 62.0)


def test_several_are_rung_at_once_and_the_first_has_the_call() -> None:
    late = Telephone(rings_s=3.0)
    session = FakeSession(telephones={ANNA: late, BORIS: PICKS_UP})
    dialed = dial(session, rung(ANNA, BORIS), STOCK, course())
    assert (dialed.outcome, dialed.number) == ("talked", BORIS)  # type: ignore[union-attr]
    assert len(bridges(session)) == 1


@pytest.mark.parametrize(
    ("telephone", "outcome", "cause", "second"),
    [
        (BUSY, "busy", "USER_BUSY", 0.0),
        (Telephone(), "no_answer", "ALLOTTED_TIMEOUT", 20.0),
        (Telephone(cause="NO_ANSWER", sip="sip:480", rings_s=4.0), "no_answer", "NO_ANSWER", 4.0),
        (Telephone(cause="UNALLOCATED_NUMBER", sip="sip:404"), "failed", "UNALLOCATED_NUMBER", 0.0),
    ],
)
def test_nobody_talked(telephone: Telephone, outcome: str, cause: str, second: float) -> None:
    session = FakeSession(telephones={ANNA: telephone})
    assert dial(session, rung(ANNA, key="1"), STOCK, course()) == Dialed(outcome, cause=cause)
    assert session.t == second
    assert session.is_up


def test_the_callers_key_stops_the_ringing_and_other_keys_are_forgotten() -> None:
    session = FakeSession(keys=[(1.0, "5"), (4.0, "1")], has_media=True)
    assert dial(session, rung(ANNA, key="1"), STOCK, course()) == Dialed("key", cause="NO_ANSWER")
    assert (session.t, session.queue) == (4.0, [])


def test_who_hangs_up_while_it_rings_is_gone_and_who_hangs_up_in_the_talk_has_talked() -> None:
    session = FakeSession(telephones={ANNA: PICKS_UP}, hangs_up_at=1.0)
    assert dial(session, rung(ANNA, tape="2026/11/22/c-1.talk.wav"), STOCK, course(root="/nowhere")) == Gone()
    session = FakeSession(telephones={ANNA: PICKS_UP}, hangs_up_at=10.0)
    assert dial(session, rung(ANNA), STOCK, course()) == Dialed("talked", ANNA, 8.0, "SUCCESS")
    assert dial(session, rung(ANNA), STOCK, course()) == Gone()


def test_a_gateway_that_fails_is_followed_by_the_next_one() -> None:
    gateways = {"dead": "sofia/gateway/dead/{number}", "main": "sofia/gateway/main/{digits}"}
    session = FakeSession(telephones={ANNA.lstrip("+"): BUSY})
    dialed = dial(session, rung(ANNA), STOCK, course(gateways=gateways))
    assert dialed == Dialed("busy", cause="USER_BUSY")
    assert [data.partition("]")[2] for data in bridges(session)] == [
        "sofia/gateway/dead/+79990000001",
        "sofia/gateway/main/79990000001",
    ]


def test_a_gateway_that_fails_late_is_the_last(tmp_path: Path) -> None:
    late = Telephone(cause="RECOVERY_ON_TIMER_EXPIRE", rings_s=19.5)
    session = FakeSession(telephones={ANNA: late})
    assert dial(session, rung(ANNA), STOCK, course()) == Dialed("failed", cause="RECOVERY_ON_TIMER_EXPIRE")
    assert len(bridges(session)) == 1


def test_the_gateways_of_the_flow_are_tried_in_its_order_and_unknown_ones_are_said() -> None:
    session = FakeSession()
    dial(session, rung(ANNA, gateways=("none", "spare")), STOCK, course())
    assert [data.partition("]")[2] for data in bridges(session)] == [f"sofia/gateway/spare/{ANNA}"]
    dial(session, rung(ANNA, gateways=("spare",)), STOCK, course())
    assert len(bridges(session)) == 2
    assert dial(session, rung(ANNA, gateways=("none",)), STOCK, course()) == Dialed(
        "failed", cause="INVALID_GATEWAY"
    )


@pytest.mark.parametrize("numbers", [(), ("112",), ("+7999 0000001",), ("+7999${x}",), ("79990000001",)])
def test_what_is_no_number_is_not_rung(numbers: tuple[str, ...]) -> None:
    session = FakeSession()
    assert dial(session, rung(*numbers), STOCK, course()) == Dialed("failed", cause="INVALID_NUMBER_FORMAT")
    assert session.done == []


def test_gateways_that_could_be_more_than_a_dial_string_are_left_out() -> None:
    found = {
        "a": "sofia/gateway/a/{number}",
        "b": "sofia/${x}/{number}",
        "c d": "x/{digits}",
        "e": 7,
        "f": "x",
    }
    assert gateways_in({"gateways": found}) == {"a": "sofia/gateway/a/{number}"}
    assert gateways_in({}) == {}


@pytest.mark.parametrize(
    ("answered", "music", "heard"),
    [
        (True, "", ("%(1000,4000,425)", None)),
        (True, "moh", ("tone_stream://%(200,4800,350);loops=-1", None)),
        (False, "", (None, None)),
        (False, "moh", (None, "tone_stream://%(200,4800,350);loops=-1")),
    ],
)
def test_what_the_caller_hears_while_it_rings(
    answered: bool, music: str, heard: tuple[str | None, str | None]
) -> None:
    """A call that is not answered yet rings by itself."""
    found: list[tuple[str | None, str | None]] = []

    class Listening(FakeSession):
        def execute(self, application: str, data: str = "") -> None:
            found.append((self.variables.get("transfer_ringback"), self.variables.get("ringback")))
            super().execute(application, data)

    session = Listening(is_answered=answered, telephones={ANNA: BUSY})
    dial(session, rung(ANNA, music=music), STOCK, course(is_answered=answered, has_media=answered))
    assert found == [heard]


def test_music_before_the_answer_goes_on_while_it_rings() -> None:
    session = FakeSession(is_answered=False, telephones={ANNA: PICKS_UP})
    went = course(is_answered=False, has_media=True)
    session.is_answered = True  # of no matter here: there is sound on the line
    dial(session, rung(ANNA), STOCK, went)
    assert went.is_answered


def whisper(parts: tuple[Any, ...], stock: Stock, **changes: Any) -> tuple[Dialed | Any, str]:
    session = FakeSession(telephones={ANNA: Telephone(rings_s=1.0, talks_s=5.0, presses="1", hears_s=3.0)})
    dialed = dial(session, rung(ANNA, whisper=parts, **changes), stock, course())
    return dialed, bridges(session)[0].partition("}")[0]


def test_who_answers_hears_the_whisper_and_presses_the_key(tmp_path: Path) -> None:
    stock = Stock(str(tmp_path), "ru")
    name = prompt_name("ru", "a call for you")
    write_wav(tmp_path / "prompts" / name)
    dialed, shared = whisper((Text("a call for you"),), stock, accept="1")
    assert dialed.outcome == "talked"
    assert f"group_confirm_key=1,group_confirm_file={tmp_path}/prompts/{name}," in shared
    assert shared.endswith("group_confirm_read_timeout=4000,group_confirm_timeout=30")
    dialed, shared = whisper((Text("a call for you"),), stock, accept="2")
    assert dialed == Dialed("no_answer", cause="ALLOTTED_TIMEOUT")
    dialed, shared = whisper((Text("a call for you"),), stock)
    assert dialed.outcome == "talked"
    assert shared.endswith(f"group_confirm_key=exec,group_confirm_file=playback {tmp_path}/prompts/{name}")


def test_a_whisper_of_several_sounds_is_one_file_to_the_switch(tmp_path: Path) -> None:
    stock = Stock(str(tmp_path), "ru", "0" * 8, "http_cache://http://127.0.0.1:9/")
    for place in ("prompts/a.wav", "recordings/2026/11/22/c.name.wav"):
        write_wav(tmp_path / place)
    parts = (
        File("a.wav"),
        Recording("2026/11/22/c.name.wav"),
        Recording("2026/11/22/c.other.wav"),
        Recording("../../etc/passwd"),
        Text("said"),
        Text("."),
        File("b.wav"),
    )
    _, shared = whisper(parts, stock)
    url = "http_cache://http://127.0.0.1:9/"
    files = [f"{tmp_path}/prompts/a.wav", f"{tmp_path}/recordings/2026/11/22/c.name.wav"]
    files += [url + prompt_name("ru", "said", "0" * 8), url + "b.wav"]
    assert shared.endswith("playback file_string://" + "!".join(files))


def test_a_whisper_that_was_not_prepared_is_two_tones_or_nothing(tmp_path: Path) -> None:
    stock = Stock(str(tmp_path), "ru")
    dialed, shared = whisper((Text("nobody spoke this"), File("b.wav")), stock, accept="1")
    assert dialed.outcome == "talked"
    assert r"group_confirm_file=tone_stream://%(150\,100\,880);%(150\,100\,1175)," in shared
    assert "group_confirm" not in whisper((Text("nobody spoke this"),), stock)[1]


def test_a_path_that_could_be_syntax_is_not_played(tmp_path: Path) -> None:
    root = tmp_path / "a,b=c"
    write_wav(root / "prompts" / "a.wav")
    assert "group_confirm" not in whisper((File("a.wav"),), Stock(str(root), "ru"))[1]


def test_no_number_of_ours_is_shown_where_there_is_none() -> None:
    session = FakeSession()
    dial(session, rung(ANNA, caller_id=""), STOCK, course())
    assert "origination_caller_id" not in bridges(session)[0]


def test_the_talk_is_recorded_and_nothing_where_nobody_talked(tmp_path: Path) -> None:
    name = "2026/11/22/c-1.talk.wav"
    path = tmp_path / "recordings" / name
    session = FakeSession(telephones={ANNA: BUSY, BORIS: PICKS_UP})
    went = course(root=str(tmp_path))
    dial(session, rung(ANNA, tape=name), STOCK, went)
    assert not path.exists()
    session.tapes.clear()
    dial(session, rung(BORIS, tape=name), STOCK, went)
    assert path.is_file()
    assert [what for _, what in session.tapes[str(path)]] == ["waits", "bridged", "off"]
    assert went.tapes == []


@pytest.mark.parametrize(("stereo", "said"), [(True, "true"), (False, "false")])
def test_a_talk_is_recorded_mixed_or_with_a_side_for_each(tmp_path: Path, *, stereo: bool, said: str) -> None:
    session = FakeSession(telephones={ANNA: PICKS_UP})
    wanted = rung(ANNA, tape="2026/11/22/c-1.talk.wav", stereo=stereo)
    dial(session, wanted, STOCK, course(root=str(tmp_path)))
    (told,) = [data for _, application, data in session.done if application == "record_session"]
    assert f"RECORD_STEREO={said}" in told


def test_a_caller_who_hangs_up_in_a_recorded_talk_leaves_nothing_open(tmp_path: Path) -> None:
    name = "2026/11/22/c-1.talk.wav"
    session, went = FakeSession(telephones={ANNA: PICKS_UP}, hangs_up_at=5.0), course(root=str(tmp_path))
    dialed = dial(session, rung(ANNA, tape=name), STOCK, went)
    assert dialed == Dialed("talked", ANNA, 3.0, "SUCCESS")
    assert (tmp_path / "recordings" / name).is_file()
    assert (went.tapes, session.faults) == ([], [])


def test_keys_typed_ahead_are_forgotten_when_it_is_asked_for() -> None:
    session = FakeSession(queue=["1"], has_media=True)
    assert dial(session, rung(ANNA, key="1", flush=True), STOCK, course()) == Dialed(
        "no_answer", cause="ALLOTTED_TIMEOUT"
    )


def test_what_a_leg_number_cannot_be_is_not_believed() -> None:
    class Odd(FakeSession):
        def getVariable(self, name: str) -> str | None:  # noqa: N802
            odd = {"prozvon_leg": "7", "answered_time": "soon"}
            return odd.get(name, super().getVariable(name))

    session = Odd(telephones={ANNA: PICKS_UP, BORIS: BUSY})
    assert dial(session, rung(ANNA), STOCK, course()) == Dialed("talked", ANNA, 62.0, "SUCCESS")
    assert dial(session, rung(ANNA, BORIS), STOCK, course()).number == ""  # type: ignore[union-attr]


def test_whatever_the_switch_says_is_one_of_three() -> None:
    assert [outcome_of(each) for each in ("CALL_REJECTED", "NO_USER_RESPONSE", "", "X")] == [
        *("busy", "no_answer", "failed", "failed")
    ]


def test_no_gateway_at_all_is_a_failure_and_the_flow_goes_on(tmp_path: Path) -> None:
    made = ivr({"start": [forward(ANNA, otherwise="bye")], "bye": [say("bye")]})
    session = incoming(tmp_path, made, FakeSession(telephones={ANNA: PICKS_UP}), routes(gateways={}))
    assert decoded(session, "prozvon_heard") == ["bye"]
