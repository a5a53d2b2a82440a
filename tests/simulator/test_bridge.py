"""`bridge`: others are rung for a caller, by the population, and talk to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.simulator.population import Population
from tests.simulator.bench import Bench, Client, wait_until
from tests.simulator.incoming import CALLER, come_in, experienced, order, with_dialplan

STAYS: dict[str, Any] = {"kind": "person", "rings": 2, "stays": 3600}
CALLEES: dict[str, dict[str, Any]] = {
    "1": STAYS,
    "2": STAYS | {"stays": 3},
    "3": {"kind": "no_answer"},
    "4": {"kind": "busy", "sip": {"486": 1}},
    "5": STAYS | {"keys": {"any": {"1": 1}}, "presses_after": 0.5},
    "6": STAYS | {"keys": {"any": {"7": 1}}, "presses_after": 0.5},
    "7": STAYS | {"rings": 4},
    "8": {"kind": "rejected", "sip": {"603": 1}, "rings": 2},
    "9": STAYS | {"rings": 0},
}
PEOPLE = Population.model_validate(
    {
        "population": "b-legs",
        "callees": {f"callee_{digit}": kind for digit, kind in CALLEES.items()},
        "numbers": [{"match": f"*{digit}", "callee": f"callee_{digit}"} for digit in CALLEES],
    }
)
EVENTS = ("ALL",)
DIAL = "{ignore_early_media=true,originate_timeout=20}"


def to(*digits: str, joined: str = ",", own: str = "") -> str:
    return joined.join(f"{own}sofia/gateway/main/+7999000000{digit}" for digit in digits)


def rung(
    bench: Callable[..., Bench], lines: str, *moves: list[Any], **options: Any
) -> tuple[Bench, Client, str, dict[str, Any]]:
    """One call to `here`, to its end, and its CDR's variables."""
    made = bench(population=PEOPLE, **options)
    with_dialplan(made, here=lines)
    client = made.client(*EVENTS)
    call = come_in(client, "here", *moves)
    made.wait_idle()
    client.command("api version")
    return made, client, call, made.cdr(call)["variables"]


def others(client: Client, call: str) -> list[str]:
    """Ids of the b-legs as they were made."""
    made = [event["Unique-ID"] for event in client.named("CHANNEL_CREATE")]
    return [one for one in made if one != call]


def ends(client: Client) -> dict[str, str]:
    """Last digit of a b-leg's number -> its cause."""
    events = client.named("CHANNEL_HANGUP_COMPLETE")
    return {
        event["Caller-Destination-Number"][-1]: event["Hangup-Cause"]
        for event in events
        if event["Call-Direction"] == "outbound"
    }


def test_a_caller_talks_to_who_picks_up_until_the_other_hangs_up(bench: Callable[..., Bench]) -> None:
    made, client, call, found = rung(bench, f"answer\nbridge {DIAL}{to('2')}\nset after=1\nsleep 100")
    (other,) = others(client, call)
    names = ("OUTGOING", "CREATE", "ORIGINATE", "PROGRESS", "ANSWER", "HANGUP", "HANGUP_COMPLETE", "DESTROY")
    assert order(client, other) == list(names)
    mine = [
        name for name in order(client, call) if name in ("ANSWER", "BRIDGE", "UNBRIDGE", "HANGUP_COMPLETE")
    ]
    assert mine == ["ANSWER", "BRIDGE", "UNBRIDGE", "HANGUP_COMPLETE"]
    (bridge,) = client.named("CHANNEL_BRIDGE")
    assert (bridge["Bridge-A-Unique-ID"], bridge["Bridge-B-Unique-ID"]) == (call, other)
    assert (bridge["Other-Type"], bridge["Other-Leg-Unique-ID"]) == ("originatee", other)
    assert (found["originate_disposition"], found["DIALSTATUS"], found["after"]) == (
        "SUCCESS",
        "SUCCESS",
        "1",
    )
    assert (found["bridge_hangup_cause"], found["last_bridge_to"]) == ("NORMAL_CLEARING", other)
    assert made.cdrs() == [call]  # log-b-leg is off
    (callee,) = made.callees()
    assert (callee.call, callee.number, callee.by) == (other, "+79990000002", "callee")
    assert callee.answered_at
    assert callee.ended_at
    assert callee.ended_at - callee.answered_at == 3000


def test_a_b_leg_says_who_it_was_made_for_and_who_calls(bench: Callable[..., Bench]) -> None:
    lines = (
        f"set mine=1\nexport theirs=2\nset effective_caller_id_number=+74950000009\nbridge {DIAL}{to('2')}"
    )
    _, client, call, _ = rung(bench, lines)
    (created,) = [event for event in client.named("CHANNEL_CREATE") if event["Call-Direction"] == "outbound"]
    assert (created["Other-Type"], created["Other-Leg-Unique-ID"]) == ("originator", call)
    assert (created["Channel-Call-UUID"], created["variable_originating_leg_uuid"]) == (call, call)
    assert (created["Caller-Caller-ID-Number"], created["Other-Leg-Caller-ID-Number"]) == (
        "+74950000009",
        CALLER,
    )
    assert (created.get("variable_mine"), created["variable_theirs"]) == (None, "2")


def test_who_was_not_answered_is_when_the_other_side_picks_up(bench: Callable[..., Bench]) -> None:
    _, client, call, _ = rung(bench, f"bridge {DIAL}{to('2')}")
    mine = [
        name for name in order(client, call) if name in ("PROGRESS", "PROGRESS_MEDIA", "ANSWER", "BRIDGE")
    ]
    assert mine == ["PROGRESS", "ANSWER", "BRIDGE"]


def test_ringback_is_sound_before_the_answer(bench: Callable[..., Bench]) -> None:
    made, client, call, _ = rung(bench, f"set ringback=local_stream://moh\nbridge {DIAL}{to('2')}")
    mine = [
        name for name in order(client, call) if name in ("PROGRESS", "PROGRESS_MEDIA", "ANSWER", "BRIDGE")
    ]
    assert mine == ["PROGRESS_MEDIA", "ANSWER", "BRIDGE"]
    assert experienced(made)[0].heard == ("moh",)


@pytest.mark.parametrize("lines", ["", "answer\n"])
def test_a_caller_who_leaves_while_it_rings_takes_the_ringing_along(
    bench: Callable[..., Bench], lines: str
) -> None:
    made, client, _, found = rung(bench, f"{lines}bridge {DIAL}{to('3', '7')}", ["after", 3000, "hang_up"])
    assert ends(client) == {"3": "ORIGINATOR_CANCEL", "7": "ORIGINATOR_CANCEL"}
    assert found["originate_disposition"] == "ORIGINATOR_CANCEL"
    assert made.switch.calls.count == 0


def test_a_caller_who_leaves_the_talk_ends_the_other_side(bench: Callable[..., Bench]) -> None:
    made, client, _, found = rung(bench, f"bridge {DIAL}{to('1')}", ["after", 9000, "hang_up"])
    assert ends(client) == {"1": "NORMAL_CLEARING"}
    assert (found["hangup_cause"], found["bridge_hangup_cause"]) == ("NORMAL_CLEARING", "NORMAL_CLEARING")
    assert made.callees()[0].by == "switch"


def test_all_at_once_the_first_to_pick_up_wins(bench: Callable[..., Bench]) -> None:
    _, client, call, found = rung(bench, f"bridge {DIAL}{to('7', '3', '2')}")
    assert ends(client) == {"7": "LOSE_RACE", "3": "LOSE_RACE", "2": "NORMAL_CLEARING"}
    assert len(others(client, call)) == 3
    assert found["originate_causes"].count("LOSE_RACE") == 2


def test_one_by_one_the_next_is_rung_when_the_last_is_busy_or_late(bench: Callable[..., Bench]) -> None:
    dial = f"{to('4')}|[leg_timeout=5]{to('3')}|{to('2')}"
    made, client, _, _ = rung(bench, f"bridge {DIAL}{dial}")
    assert ends(client) == {"4": "USER_BUSY", "3": "ALLOTTED_TIMEOUT", "2": "NORMAL_CLEARING"}
    assert [callee.number[-1] for callee in made.callees()] == ["4", "3", "2"]
    second, third = made.callees()[1:]
    assert 5000 < third.called_at - second.called_at <= 6020  # whole seconds, and one more


@pytest.mark.parametrize(
    ("digit", "cause", "status"),
    [("4", "USER_BUSY", "BUSY"), ("8", "CALL_REJECTED", "DONTCALL"), ("3", "NO_ANSWER", "NOANSWER")],
)
def test_nobody_picks_up_and_the_call_goes_on_where_it_is_to(
    bench: Callable[..., Bench], digit: str, cause: str, status: str
) -> None:
    lines = f"answer\nset continue_on_fail=true\nbridge {DIAL}{to(digit)}\nset after=1"
    _, client, _, found = rung(bench, lines)
    assert ends(client) == {digit: cause}
    assert (found["originate_disposition"], found["DIALSTATUS"], found["after"]) == (cause, status, "1")
    assert found["originate_failed_cause"] == cause
    assert "bridge_hangup_cause" not in found
    status = {"4": "sip%3A486", "8": "sip%3A603"}.get(digit)  # of what the other side said itself
    assert found.get("last_bridge_proto_specific_hangup_cause") == status


@pytest.mark.parametrize(("chosen", "after"), [("", None), ("no_answer", None), ("user_busy,17", "1")])
def test_where_it_is_not_to_go_on_the_caller_gets_the_others_cause(
    bench: Callable[..., Bench], chosen: str, after: str | None
) -> None:
    lines = f"answer\nset continue_on_fail={chosen}\nbridge {DIAL}{to('4')}\nset after=1"
    _, _, _, found = rung(bench, lines)
    assert found.get("after") == after
    assert found["hangup_cause"] == ("USER_BUSY" if after is None else "NORMAL_CLEARING")


def test_hangup_after_bridge_ends_the_call_with_the_talk(bench: Callable[..., Bench]) -> None:
    _, _, _, found = rung(bench, f"set hangup_after_bridge=true\nbridge {DIAL}{to('2')}\nset after=1")
    assert "after" not in found


def test_the_cancel_key_stops_the_ringing_and_no_other_does(bench: Callable[..., Bench]) -> None:
    lines = (
        "answer\nset continue_on_fail=true\nset origination_cancel_key=*\n"
        f"bridge {DIAL}{to('3')}\nset after=1"
    )
    _, client, call, found = rung(bench, lines, ["answered", 3000, "press", "12*"])
    assert ends(client) == {"3": "NO_ANSWER"}
    assert (found["after"], found["originate_disposition"]) == ("1", "NO_ANSWER")
    assert int(found["mduration"]) < 4000
    assert [event["DTMF-Digit"] for event in client.named("DTMF") if event["Unique-ID"] == call] == [
        "1",
        "2",
        "*",
    ]


CONFIRM = "{ignore_early_media=true,group_confirm_file=silence_stream://1000,group_confirm_key=1,group_confirm_timeout=9}"


def test_only_who_confirms_gets_the_caller(bench: Callable[..., Bench]) -> None:
    made, client, _, _ = rung(
        bench, f"answer\nbridge {CONFIRM}{to('1', '5', '6')}", ["after", 9000, "hang_up"]
    )
    assert ends(client) == {"1": "LOSE_RACE", "5": "NORMAL_CLEARING", "6": "LOSE_RACE"}
    (bridge,) = client.named("CHANNEL_BRIDGE")
    assert bridge["Other-Leg-Destination-Number"].endswith("5")
    heard = {callee.number[-1]: callee.heard for callee in made.callees()}
    assert heard["1"] == ("1000",)


@pytest.mark.parametrize("digit", ["1", "6"])
def test_who_does_not_confirm_in_time_is_let_go(bench: Callable[..., Bench], digit: str) -> None:
    lines = f"answer\nset continue_on_fail=true\nbridge {CONFIRM}{to(digit)}\nset after=1"
    made, client, _, found = rung(bench, lines)
    assert ends(client) == {digit: "ALLOTTED_TIMEOUT"}
    assert (found["after"], found["originate_disposition"]) == ("1", "ALLOTTED_TIMEOUT")
    (callee,) = made.callees()
    assert callee.answered_at
    assert callee.ended_at
    assert 9000 < callee.ended_at - callee.answered_at <= 10_020


def test_a_callee_who_leaves_instead_of_confirming_is_no_answer(bench: Callable[..., Bench]) -> None:
    lines = f"answer\nset continue_on_fail=true\nbridge {CONFIRM}{to('2')}\nset after=1"
    _, client, _, found = rung(bench, lines)
    assert ends(client) == {"2": "NORMAL_CLEARING"}
    assert client.named("CHANNEL_BRIDGE") == []
    assert (found["after"], found["originate_disposition"]) == ("1", "NORMAL_CLEARING")


def test_a_whisper_that_is_missing_ends_the_b_leg(bench: Callable[..., Bench]) -> None:
    own = "{ignore_early_media=true,group_confirm_file=/nosuch.wav,group_confirm_key=1}"
    _, client, _, _ = rung(bench, f"answer\nbridge {own}{to('5')}")
    assert ends(client) == {"5": "DESTINATION_OUT_OF_ORDER"}


@pytest.mark.parametrize(
    ("dial", "cause"),
    [
        ("sofia/gateway/nosuch/1", "INVALID_GATEWAY"),
        ("loopback/1/default", "CHAN_NOT_IMPLEMENTED"),
        ("user/1000", "SUBSCRIBER_ABSENT"),
        ("", "DESTINATION_OUT_OF_ORDER"),
        ("[x=1", "DESTINATION_OUT_OF_ORDER"),
        ("{x=1", "DESTINATION_OUT_OF_ORDER"),
        ("sofia/gateway/nosuch/1|sofia/gateway/main/+79990000004", "USER_BUSY"),
        ("sofia/gateway/nosuch/1,sofia/gateway/main/+79990000004", "USER_BUSY"),
    ],
)
def test_a_dial_string_that_leads_nowhere_fails_with_its_cause(
    bench: Callable[..., Bench], dial: str, cause: str
) -> None:
    _, _, _, found = rung(bench, f"answer\nset continue_on_fail=true\nbridge {dial}\nset after=1")
    assert (found["after"], found["originate_disposition"]) == ("1", cause)


def test_a_b_leg_may_be_killed_while_it_rings_and_while_it_talks(bench: Callable[..., Bench]) -> None:
    made = bench(population=PEOPLE, speed=5)
    lines = f"answer\nset continue_on_fail=true\nbridge {DIAL}{to('3')}\nbridge {DIAL}{to('9')}\nset after=1"
    with_dialplan(made, here=lines)
    client = made.client("CHANNEL_CREATE", "CHANNEL_PROGRESS", "CHANNEL_BRIDGE", "CHANNEL_HANGUP_COMPLETE")
    call = come_in(client, "here")
    wait_until(lambda: client.named("CHANNEL_PROGRESS"), "ringing")
    (ringing,) = others(client, call)
    assert '"row_count":2' in client.command("api show channels as json")
    assert client.command(f"api uuid_kill {ringing}") == "+OK\n"
    assert client.command(f"api uuid_exists {ringing}") == "false"
    wait_until(lambda: client.named("CHANNEL_BRIDGE"), "the talk")
    assert client.command(f"api uuid_kill {others(client, call)[1]} MANAGER_REQUEST") == "+OK\n"
    made.wait_idle()
    assert ends(client) == {"3": "NORMAL_CLEARING", "9": "MANAGER_REQUEST"}
    assert made.cdr(call)["variables"]["after"] == "1"


def test_nobody_is_rung_when_the_switch_is_full_or_paused(bench: Callable[..., Bench]) -> None:
    made = bench(population=PEOPLE)
    with_dialplan(made, here=f"answer\nset continue_on_fail=true\nbridge {DIAL}{to('1')}\nset after=1")
    client = made.client("CHANNEL_CREATE")
    assert client.command("api fsctl pause outbound") == "+OK\n"
    call = come_in(client, "here")
    made.wait_idle()
    assert others(client, call) == []
    assert made.cdr(call)["variables"]["originate_disposition"] == "DESTINATION_OUT_OF_ORDER"


@pytest.mark.parametrize("speed", [3.0, 2000.0])
def test_what_happens_is_the_same_at_any_speed(bench: Callable[..., Bench], speed: float) -> None:
    lines = f"answer\nbridge {DIAL}{to('7', '2')}"
    made, _, _, _ = rung(bench, lines, ["after", 4000, "press", "9"], speed=speed)
    (said,) = experienced(made)
    assert said.ended_at - said.at == 120 + 2000 + 3000
    assert {callee.number[-1]: callee.cause for callee in made.callees()} == {
        "7": "LOSE_RACE",
        "2": "NORMAL_CLEARING",
    }


def test_who_answered_may_leave_the_caller_variables(bench: Callable[..., Bench]) -> None:
    dial = f"[prozvon_leg=0]{to('3')},[prozvon_leg=1]{to('2')}"
    lines = f"answer\nset import=answered_time,prozvon_leg\nbridge {DIAL}{dial}"
    made, _, _, found = rung(bench, lines)
    assert found["prozvon_leg"] == "1"
    answered = {callee.number[-1]: callee.answered_at for callee in made.callees()}
    assert found["answered_time"] == f"{answered['2']}000"


def test_a_ringback_may_sound_at_once(bench: Callable[..., Bench]) -> None:
    dial = "{ignore_early_media=true,instant_ringback=true,originate_timeout=20}"
    made, client, call, _ = rung(bench, f"set ringback=local_stream://moh\nbridge {dial}{to('2')}")
    (created,), (media,) = client.named("CHANNEL_OUTGOING"), client.named("CHANNEL_PROGRESS_MEDIA")
    assert media["Unique-ID"] == call
    assert int(media["Event-Date-Timestamp"]) - int(created["Event-Date-Timestamp"]) == 0
    assert experienced(made)[0].heard == ("moh",)


def test_a_whisper_alone_needs_no_key(bench: Callable[..., Bench]) -> None:
    own = "{ignore_early_media=true,group_confirm_key=exec,group_confirm_file=playback silence_stream://1500}"
    made, client, _, _ = rung(bench, f"answer\nbridge {own}{to('1')}", ["after", 9000, "hang_up"])
    (bridge,) = client.named("CHANNEL_BRIDGE")
    (callee,) = made.callees()
    assert callee.answered_at
    assert int(bridge["Event-Date-Timestamp"]) // 1000 - callee.answered_at == 1500


def test_the_cancel_key_goes_on_to_the_next_in_turn(bench: Callable[..., Bench]) -> None:
    lines = f"answer\nset origination_cancel_key=*\nbridge {DIAL}{to('3', '2', joined='|')}"
    _, client, _, _ = rung(bench, lines, ["answered", 3000, "press", "*"])
    assert ends(client) == {"3": "NO_ANSWER", "2": "NORMAL_CLEARING"}
