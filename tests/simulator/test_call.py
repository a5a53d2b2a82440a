from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.simulator.faults import Faults
from tests.simulator.bench import Bench, Client, line, population, wait_until

NAMES = (
    "CHANNEL_CREATE",
    "CHANNEL_PROGRESS",
    "CHANNEL_PROGRESS_MEDIA",
    "CHANNEL_ANSWER",
    "CHANNEL_EXECUTE",
    "CHANNEL_HANGUP",
    "CHANNEL_HANGUP_COMPLETE",
    "CHANNEL_DESTROY",
    "BACKGROUND_JOB",
)


def order(client: Client) -> list[str]:
    return [event["Event-Name"].removeprefix("CHANNEL_") for event in client.events]


def lived(
    bench: Callable[..., Bench], callee: dict[str, Any], originate: str, **options: Any
) -> tuple[Bench, Client]:
    """One call to its end."""
    made = bench(population=population(callee=callee), **options)
    client = made.client(*NAMES)
    client.originate(originate, "job")
    client.job("job")
    made.wait_idle()
    client.command("api version")
    return made, client


def ms_between(client: Client, first: str, second: str) -> float:
    one, two = (int(client.named(name)[0]["Event-Date-Timestamp"]) for name in (first, second))
    return (two - one) / 1000


def test_an_answered_call_goes_through_its_events_in_order(bench: Callable[..., Bench]) -> None:
    made, client = lived(bench, {"kind": "person", "rings": 4}, line("a"))
    assert order(client) == [
        "CREATE",
        "PROGRESS",
        "ANSWER",
        "BACKGROUND_JOB",
        "EXECUTE",
        "HANGUP",
        "HANGUP_COMPLETE",
        "DESTROY",
    ]
    assert client.job("job") == "+OK a\n"
    assert made.cdrs() == ["a"]


@pytest.mark.parametrize("speed", [5, 200, 20_000])
def test_a_call_lasts_the_same_at_any_speed(bench: Callable[..., Bench], speed: float) -> None:
    made, client = lived(bench, {"kind": "person", "rings": 2}, line("a"), speed=speed)
    assert ms_between(client, "CHANNEL_CREATE", "CHANNEL_ANSWER") == 2120
    assert ms_between(client, "CHANNEL_ANSWER", "CHANNEL_HANGUP_COMPLETE") == 3020
    variables = made.cdr("a")["variables"]
    assert (variables["mduration"], variables["billmsec"]) == ("5140", "3020")
    (call,) = made.callees()
    assert call.ended_at is not None
    assert call.answered_at is not None
    assert (call.answered_at - call.called_at, call.ended_at - call.answered_at) == (2120, 3020)


def test_the_job_of_a_failed_originate_comes_before_or_after_the_hangup(bench: Callable[..., Bench]) -> None:
    made = bench(population=population(busy={"kind": "busy"}))
    client = made.client(*NAMES)
    for call in range(40):
        client.originate(line(str(call)), str(call))
    made.wait_idle()
    client.command("api version")
    places: Counter[str] = Counter()
    for call in range(40):
        own = [
            event for event in client.events if str(call) in (event.get("Unique-ID"), event.get("Job-UUID"))
        ]
        names = [event["Event-Name"] for event in own]
        places[names[names.index("BACKGROUND_JOB") - 1]] += 1
        assert names[:2] == ["CHANNEL_CREATE", "CHANNEL_HANGUP"]
    assert set(places) == {"CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY"}


def test_nobody_answers_until_the_whole_second_of_the_time_out(bench: Callable[..., Bench]) -> None:
    made, client = lived(bench, {"kind": "no_answer"}, line("a"))
    assert client.job("job") == "-ERR NO_ANSWER\n"
    begin = int(client.named("CHANNEL_CREATE")[0]["Event-Date-Timestamp"])
    end = int(client.named("CHANNEL_HANGUP")[0]["Event-Date-Timestamp"])
    assert end // 10**6 - begin // 10**6 == 10
    variables = made.cdr("a")["variables"]
    assert (variables["sip_invite_failure_status"], variables["sip_hangup_disposition"]) == (
        "487",
        "send_cancel",
    )
    assert made.callees()[0].by == "network"


def test_an_answer_after_the_time_out_is_no_answer(bench: Callable[..., Bench]) -> None:
    _, client = lived(bench, {"kind": "person", "rings": 12}, line("a"))
    assert client.job("job") == "-ERR NO_ANSWER\n"
    assert client.named("CHANNEL_ANSWER") == []


def test_early_media_waits_for_the_answer_when_it_is_ignored(bench: Callable[..., Bench]) -> None:
    _, client = lived(bench, {"kind": "person", "rings": 2, "early_media": 1}, line("a"))
    assert order(client)[:4] == ["CREATE", "PROGRESS_MEDIA", "ANSWER", "BACKGROUND_JOB"]


def test_early_media_counts_as_success_when_it_is_not_ignored(bench: Callable[..., Bench]) -> None:
    made, client = lived(
        bench,
        {"kind": "person", "rings": 2, "early_media": 1},
        line("a", ignore_early_media="false"),
    )
    assert order(client)[:5] == ["CREATE", "PROGRESS_MEDIA", "BACKGROUND_JOB", "EXECUTE", "ANSWER"]
    assert client.job("job") == "+OK a\n"
    assert made.cdr("a")["variables"]["billmsec"] == "1020"


def test_early_media_without_an_answer_ends_with_the_refusal(bench: Callable[..., Bench]) -> None:
    made, client = lived(
        bench,
        {"kind": "rejected", "rings": 1, "early_media": 1, "sip": {"603": 1}},
        line("a", extension="long", ignore_early_media="false"),
    )
    assert client.job("job") == "+OK a\n"
    assert made.cdr("a")["variables"]["hangup_cause"] == "CALL_REJECTED"
    assert client.named("CHANNEL_ANSWER") == []


def test_an_id_that_is_live_is_refused_and_the_first_call_goes_on(bench: Callable[..., Bench]) -> None:
    made = bench(speed=5)
    client = made.client(*NAMES)
    client.originate(line("a", extension="long"), "first")
    assert client.job("first") == "+OK a\n"
    client.originate(line("a"), "second")
    assert client.job("second") == "-ERR DESTINATION_OUT_OF_ORDER\n"
    assert client.command("api uuid_exists a") == "true"
    assert len(client.named("CHANNEL_CREATE")) == 1


def test_an_originate_without_an_id_gets_one(bench: Callable[..., Bench]) -> None:
    made = bench(population=population(person={"kind": "person", "rings": 0}))
    client = made.client(*NAMES)
    client.originate("{ignore_early_media=true}sofia/gateway/main/1 short XML prozvon", "job")
    made.wait_idle()
    client.command("api version")
    (created,) = client.named("CHANNEL_CREATE")
    assert client.job("job") == f"+OK {created['Unique-ID']}\n"
    assert created["Caller-Caller-ID-Number"] == "0000000000"


@pytest.mark.parametrize(
    ("gateway", "said", "order_of_events"),
    [
        ("nosuch", "INVALID_GATEWAY", ["DESTROY", "BACKGROUND_JOB"]),
        ("down", "GATEWAY_DOWN", ["DESTROY", "BACKGROUND_JOB"]),
    ],
)
def test_a_gateway_that_leads_nowhere_is_told_by_the_job(
    bench: Callable[..., Bench], gateway: str, said: str, order_of_events: list[str]
) -> None:
    made = bench()
    made.switch.calls.gateways["down"] = "down"
    client = made.client(*NAMES)
    client.originate(line("a", gateway=gateway), "job")
    assert client.job("job") == f"-ERR {said}\n"
    assert order(client) == order_of_events
    assert (made.cdrs(), made.callees()) == ([], [])


@pytest.mark.parametrize(
    ("dial_string", "said"),
    [
        ("nosuch/1", "CHAN_NOT_IMPLEMENTED"),
        ("user/1000", "SUBSCRIBER_ABSENT"),
        ("error/USER_BUSY", "USER_BUSY"),
        ("sofia/nosuch/1@x", "INVALID_PROFILE"),
    ],
)
def test_a_dial_string_that_leads_nowhere_is_told_by_the_job(
    bench: Callable[..., Bench], dial_string: str, said: str
) -> None:
    client = bench().client("BACKGROUND_JOB")
    client.originate(f"{{origination_uuid=a}}{dial_string} robocall XML prozvon", "job")
    assert client.job("job") == f"-ERR {said}\n"


def test_a_dead_gateway_is_told_from_a_callee_that_refuses(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.switch.calls.gateways["main"] = "dead"
    client = made.client(*NAMES)
    client.originate(line("a"), "job")
    assert client.job("job") == "-ERR NORMAL_TEMPORARY_FAILURE\n"
    made.wait_idle()
    variables = made.cdr("a")["variables"]
    assert (variables["sip_term_status"], variables["sip_reply_port"]) == ("503", "0")
    assert "sip_network_ip" not in variables
    assert made.callees() == []


@pytest.mark.parametrize(
    ("extension", "said", "ms"),
    [
        ("answer", "+OK a\n", 520),
        ("busy", "-ERR USER_BUSY\n", 0),
        ("ring", "-ERR NO_ANSWER\n", None),
        ("park", "-ERR NO_ANSWER\n", None),
        ("nosuch", "-ERR NO_ROUTE_DESTINATION\n", 0),
    ],
)
def test_a_loopback_meets_what_its_extension_does(
    bench: Callable[..., Bench], extension: str, said: str, ms: int | None
) -> None:
    made = bench()
    client = made.client(*NAMES)
    client.originate(
        f"{{origination_uuid=a,ignore_early_media=true,originate_timeout=3}}loopback/{extension}/loop "
        "&playback(silence_stream://500)",
        "job",
    )
    assert client.job("job") == said
    made.wait_idle()
    assert made.callees() == []
    variables = made.cdr("a")["variables"]
    assert variables["originate_endpoint"] == "loopback"
    if ms is not None:
        assert variables["mduration"] == str(ms)


def test_a_loopback_takes_two_sessions_and_another_id_in_silence(bench: Callable[..., Bench]) -> None:
    made = bench(speed=1)
    client = made.client("CHANNEL_CREATE")
    for job in ("one", "two"):
        client.originate("{origination_uuid=a}loopback/park/loop &park", job)
    wait_until(lambda: len(client.events) == 2, "two legs")
    assert len({event["Unique-ID"] for event in client.events}) == 2
    assert "4 session(s) since startup" in client.command("api status")


def test_an_extension_that_is_not_there_ends_an_answered_call(bench: Callable[..., Bench]) -> None:
    made, client = lived(bench, {"kind": "person", "rings": 0}, line("a", extension="nosuch"))
    assert client.job("job") == "+OK a\n"
    assert made.cdr("a")["variables"]["hangup_cause"] == "NO_ROUTE_DESTINATION"


def test_the_caller_id_is_that_of_the_originate_and_flips_in_the_dialplan(
    bench: Callable[..., Bench],
) -> None:
    own = {"origination_caller_id_number": "+74951234567", "origination_caller_id_name": "+74951234567"}
    _, client = lived(
        bench, {"kind": "person", "rings": 0}, line("a", "+79990000001", extension="short", **own)
    )
    answer, end = client.named("CHANNEL_ANSWER")[0], client.named("CHANNEL_HANGUP_COMPLETE")[0]
    assert (answer["Caller-Caller-ID-Number"], answer["Caller-Destination-Number"]) == (
        "+74951234567",
        "+79990000001",
    )
    assert (answer["Caller-Caller-ID-Name"], answer["Caller-ANI"]) == ("+74951234567", "+74951234567")
    assert (end["Caller-Caller-ID-Number"], end["Caller-Destination-Number"]) == ("+79990000001", "short")
    assert end["Caller-Callee-ID-Number"] == "+74951234567"


def test_the_real_script_leaves_its_result_in_the_event_and_the_record(bench: Callable[..., Bench]) -> None:
    callee = {"kind": "person", "rings": 1, "keys": {"choice": {"1": 1}}, "presses_after": 3, "stays": 300}
    made, client = lived(bench, callee, line("a", extension="robocall"))
    (end,) = client.named("CHANNEL_HANGUP_COMPLETE")
    assert (end["variable_prozvon_result"], end["variable_prozvon_party"]) == ("confirmed", "human")
    variables = made.cdr("a")["variables"]
    assert (variables["prozvon_result"], variables["prozvon_flow"]) == ("confirmed", "ended")
    (call,) = made.callees()
    assert (call.heard, call.keys, call.by) == (("hello", "choice", "thanks"), "1", "switch")


def test_a_machine_is_left_the_message_after_its_beep(bench: Callable[..., Bench]) -> None:
    callee = {"kind": "machine", "rings": 1, "sound": {"words": 6, "beep": True}, "stays": 300}
    made, client = lived(bench, callee, line("a", extension="robocall"))
    (end,) = client.named("CHANNEL_HANGUP_COMPLETE")
    assert end["variable_prozvon_party"] == "machine"
    (call,) = made.callees()
    assert call.heard[0] == "hello"


def test_a_callee_that_leaves_is_told_by_the_flow(bench: Callable[..., Bench]) -> None:
    made, client = lived(bench, {"kind": "person", "rings": 0, "stays": 1.5}, line("a", extension="robocall"))
    (end,) = client.named("CHANNEL_HANGUP_COMPLETE")
    assert (end["variable_prozvon_flow"], end["variable_sip_hangup_disposition"]) == ("left", "recv_bye")
    assert made.callees()[0].by == "callee"


def test_a_script_that_keeps_its_session_leaves_a_session_for_ever(bench: Callable[..., Bench]) -> None:
    made = bench(population=population(person={"kind": "person", "rings": 0}))
    made.script("keeps", "kept = []\ndef handler(session, args):\n    kept.append(session)\n")
    client = made.client(*NAMES)
    client.originate(line("a", extension="script-keeps"), "job")
    made.wait_idle()
    client.command("api version")
    assert made.switch.scripts.zombies == ["a"]
    assert client.named("CHANNEL_HANGUP_COMPLETE")
    assert client.named("CHANNEL_DESTROY") == []
    assert "\n1 session(s) - peak 1" in client.command("api status")
    assert ("CRIT", "a: the script kept its session: the channel is locked for ever") in made.logged


def test_a_records_text_of_which_every_byte_is_escaped_loses_its_last_one(
    bench: Callable[..., Bench],
) -> None:
    made, client = lived(
        bench, {"kind": "person", "rings": 0}, line("a", extension="short", word="Да", pad="a==")
    )
    variables = made.cdr("a")["variables"]
    assert (variables["word"], variables["pad"]) == ("%D0%94%D0", "a%3D%3D")
    assert client.named("CHANNEL_HANGUP_COMPLETE")[0]["variable_word"] == "Да"


def test_no_record_is_written_on_request(bench: Callable[..., Bench]) -> None:
    made, _ = lived(bench, {"kind": "busy"}, line("a"), faults=Faults(no_cdr=1))
    assert made.cdrs() == []


def test_records_are_written_though_nobody_listens(bench: Callable[..., Bench]) -> None:
    made = bench(population=population(person={"kind": "person", "rings": 5}))
    client = made.client()
    client.originate(line("a"), "job")
    client.close()
    made.wait_idle()
    assert made.cdrs() == ["a"]


def test_a_crash_leaves_no_record_of_live_calls_and_tells_nobody(bench: Callable[..., Bench]) -> None:
    crashed: list[int] = []
    made = bench(speed=5, on_crash=lambda: crashed.append(1))
    client = made.client(*NAMES)
    client.originate(line("a", extension="long"), "job")
    client.job("job")
    seen = len(client.events)
    with contextlib.suppress(AssertionError, IndexError):
        client.command("api prozvon_fault crash")
    wait_until(lambda: client.is_closed and made.switch.calls.is_idle, "the crash")
    assert crashed == [1]
    assert made.cdrs() == []
    assert not [
        e for e in client.events[seen:] if e["Event-Name"] in ("CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE")
    ]
    assert made.callees()[0].ended_at is None


def test_a_restarted_switch_has_another_core_and_counts_tries_on(bench: Callable[..., Bench]) -> None:
    busy = population(busy={"kind": "busy"})
    one = bench(population=busy)
    first = one.client("BACKGROUND_JOB")
    first.originate(line("a"), "a")
    first.job("a")
    one.wait_idle()
    one.close()
    two = bench(population=busy)
    assert one.switch.core_uuid != two.switch.core_uuid
    second = two.client("BACKGROUND_JOB")
    second.originate(line("b"), "b")
    second.job("b")
    assert [call.try_number for call in two.callees()] == [1, 2]


def test_a_crash_comes_after_so_many_events_on_request(bench: Callable[..., Bench]) -> None:
    crashed: list[int] = []
    made = bench(
        population=population(busy={"kind": "busy"}),
        faults=Faults(crash_after=2),
        on_crash=lambda: crashed.append(1),
    )
    client = made.client(*NAMES)
    client.originate(line("a"), "job")
    wait_until(lambda: client.is_closed, "the crash")
    assert crashed == [1]
    assert len(client.events) <= 1
