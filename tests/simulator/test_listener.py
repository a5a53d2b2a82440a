from __future__ import annotations

from collections.abc import Callable

import gevent
import pytest

from orchestrator.simulator import listener
from orchestrator.simulator.faults import Faults
from tests.simulator.bench import Bench, line, population, wait_until

BUSY = population(busy={"kind": "busy"})
ENDS = ("CHANNEL_HANGUP_COMPLETE", "BACKGROUND_JOB")


def test_two_clients_each_get_what_they_asked_for(bench: Callable[..., Bench]) -> None:
    made = bench(population=BUSY)
    jobs, ends = made.client("BACKGROUND_JOB"), made.client("CHANNEL_HANGUP_COMPLETE")
    jobs.originate(line("a"), "job")
    assert jobs.job("job") == "-ERR USER_BUSY\n"
    wait_until(lambda: ends.events, "the hangup")
    assert {event["Event-Name"] for event in jobs.events} == {"BACKGROUND_JOB"}
    assert {event["Event-Name"] for event in ends.events} == {"CHANNEL_HANGUP_COMPLETE"}


def test_a_client_that_subscribed_to_nothing_gets_nothing(bench: Callable[..., Bench]) -> None:
    made = bench(population=BUSY)
    quiet, client = made.client(), made.client(*ENDS)
    client.originate(line("a"), "job")
    client.job("job")
    assert quiet.events == []
    assert client.command("noevents") == "+OK no longer listening for events"
    assert client.command("noevents") == "-ERR not listening for events"
    assert client.command("event json ALL") == "+OK event listener enabled json"
    assert client.command("nixevent API") == "+OK events nixed"
    seen = len(client.events)
    client.command("api version")
    assert client.command("api uptime") is not None
    assert len(client.events) == seen


def test_filters_are_or_ed_and_hold_for_jobs_too(bench: Callable[..., Bench]) -> None:
    made = bench(population=BUSY)
    client = made.client(*ENDS)
    client.command("filter variable_prozvon_attempt a")
    client.command("filter Job-UUID job-b")
    for call in ("a", "b", "c"):
        client.originate(line(call), f"job-{call}")
    made.wait_idle()
    client.command("api version")
    seen = [(event["Event-Name"], event.get("Unique-ID") or event["Job-UUID"]) for event in client.events]
    assert sorted(seen) == [("BACKGROUND_JOB", "job-b"), ("CHANNEL_HANGUP_COMPLETE", "a")]


@pytest.mark.parametrize(
    ("rules", "passes"),
    [
        (["filter Unique-ID A"], ["a"]),
        (["filter Unique-ID /^[ab]$/"], ["a", "b"]),
        (["filter Unique-ID +a"], ["a"]),
        (["filter Hangup-Cause USER_BUSY", "filter Unique-ID -a"], ["b"]),
        (["filter Unique-ID a", "filter delete Unique-ID a"], ["a", "b"]),
        (["filter Unique-ID a", "filter Unique-ID b", "filter delete Unique-ID"], ["a", "b"]),
        (["filter Unique-ID a", "filter delete all"], ["a", "b"]),
        (["filter add Unique-ID b"], ["b"]),
        (["filter No-Such x"], []),
        (["filter Unique-ID /(/"], []),
    ],
)
def test_filters_choose_by_value_pattern_and_sign(
    bench: Callable[..., Bench], rules: list[str], passes: list[str]
) -> None:
    made = bench(population=BUSY)
    client = made.client("CHANNEL_HANGUP_COMPLETE")
    for rule in rules:
        assert client.command(rule).startswith("+OK")
    for call in ("a", "b"):
        client.originate(line(call), call)
    made.wait_idle()
    client.command("api version")
    assert sorted(event["Unique-ID"] for event in client.events) == passes


def test_plain_events_are_percent_encoded(bench: Callable[..., Bench]) -> None:
    client = bench(population=BUSY).client()
    assert client.command("event plain BACKGROUND_JOB") == "+OK event listener enabled plain"
    client.originate(line("a"), "job")
    wait_until(lambda: client.events, "the job")
    text = client.events[0]["plain"]
    assert "\nJob-Command-Arg: %7Borigination_uuid%3Da%2C" in text.replace(",", "%2C")
    assert text.endswith("\n\n-ERR USER_BUSY\n")


def test_a_custom_event_reaches_those_that_asked_for_its_kind(bench: Callable[..., Bench]) -> None:
    made = bench()
    mine, other, sender = made.client(), made.client(), made.client()
    mine.command("event json CUSTOM prozvon::test")
    other.command("event json CUSTOM prozvon::other")
    assert sender.command("sendevent CUSTOM\nEvent-Subclass: prozvon::test\nx: y").startswith("+OK ")
    wait_until(lambda: mine.events, "the custom event")
    assert mine.events[0]["x"] == "y"
    assert other.events == []
    mine.command("nixevent CUSTOM prozvon::test")
    sender.command("sendevent CUSTOM\nEvent-Subclass: prozvon::test")
    sender.command("api version")
    assert len(mine.events) == 1


def test_the_log_is_sent_to_who_asks_for_it(bench: Callable[..., Bench]) -> None:
    made = bench()
    client = made.client()
    assert client.command("log nonsense") == "-ERR invalid log level"
    assert client.command("log 3") == "+OK log level 3 [3]"
    made.switch.log("DEBUG", "not this")
    made.switch.log("ERR", "but this\n")
    wait_until(lambda: client.received[-1][1] == b"but this\n", "the log line")
    assert client.received[-1][0]["Log-Level"] == "3"
    assert client.command("nolog") == "+OK no longer logging"
    assert client.command("log") == "+OK log level  [7]"
    assert client.command("log debug") == "+OK log level debug [7]"


def test_without_a_password_in_time_the_switch_says_goodbye(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "AUTH_S", 0.05)
    client = bench().connect()
    wait_until(lambda: client.is_closed, "the end")
    assert client.received[-1][0]["Content-Type"] == "text/disconnect-notice"


def test_xml_events_are_refused_in_words(bench: Callable[..., Bench]) -> None:
    assert bench().client().command("event xml ALL") == "-ERR the simulated switch has no xml events"


def test_a_client_that_does_not_read_is_dropped_after_too_much(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "MAX_QUEUE", 5)
    monkeypatch.setattr(listener, "MAX_MISSED", 3)
    made = bench()
    client = made.client("HEARTBEAT")
    for _ in range(20):
        made.switch.emit("HEARTBEAT", {})
    wait_until(lambda: client.is_closed, "the drop")
    assert len(client.events) <= 5


def test_a_client_that_goes_away_harms_nobody(bench: Callable[..., Bench]) -> None:
    made = bench(population=BUSY)
    gone, client = made.client(*ENDS), made.client(*ENDS)
    gone.close()
    client.originate(line("a"), "job")
    assert client.job("job") == "-ERR USER_BUSY\n"


def test_connections_drop_on_request_and_calls_go_on(bench: Callable[..., Bench]) -> None:
    made = bench(population=BUSY, faults=Faults(drop_after=2))
    client = made.client("CHANNEL_CREATE", *ENDS)
    client.originate(line("a"), "job")
    wait_until(lambda: client.is_closed, "the drop")
    made.wait_idle()
    assert len(client.events) <= 2
    assert made.cdrs() == ["a"]
    assert made.client().command("api status").startswith("UP")


def test_events_are_lost_doubled_and_delayed_on_request(bench: Callable[..., Bench]) -> None:
    made = bench(population=BUSY)
    client = made.client(*ENDS)
    assert client.command("api prozvon_fault lose 1") == "+OK\n"
    client.originate(line("a"), "a")
    made.wait_idle()
    assert client.command("api prozvon_fault none") == "+OK\n"
    assert client.events == []
    client.command("api prozvon_fault double 1")
    client.originate(line("b"), "b")
    wait_until(lambda: len(client.events) == 4, "every event twice")
    client.command("api prozvon_fault double 0 delay 1 delay_s 0.05")
    client.originate(line("c"), "c")
    wait_until(lambda: len(client.events) == 6, "late events")


def test_the_right_password_is_refused_on_request(bench: Callable[..., Bench]) -> None:
    client = bench(faults=Faults(refuse_auth=1)).connect()
    client.send("auth test-esl-pass\n\n")
    assert client.reply()[0]["Reply-Text"] == "-ERR invalid"
    wait_until(lambda: client.is_closed, "the end")


def test_the_job_of_an_answered_call_comes_late_on_request(bench: Callable[..., Bench]) -> None:
    made = bench(faults=Faults(late_job=1))
    client = made.client("CHANNEL_ANSWER", *ENDS)
    client.originate(line("a", extension="short"), "job")
    assert client.job("job") == "+OK a\n"
    assert client.events.index(client.named("BACKGROUND_JOB")[0]) > 0
    assert client.events[0]["Event-Name"] == "CHANNEL_ANSWER"
    assert client.named("CHANNEL_HANGUP_COMPLETE")


def test_a_shutdown_says_so_and_ends_calls_properly(bench: Callable[..., Bench]) -> None:
    made = bench(speed=1, population=population(person={"kind": "no_answer"}))
    client = made.client("SHUTDOWN", "CHANNEL_PROGRESS", *ENDS)
    client.originate(line("a"), "job")
    wait_until(lambda: client.named("CHANNEL_PROGRESS"), "ringing")
    stopping = gevent.spawn(made.switch.stop)
    wait_until(lambda: client.is_closed, "the end")
    stopping.join(timeout=5)
    assert client.named("SHUTDOWN")
    assert client.job("job") == "-ERR SYSTEM_SHUTDOWN\n"
    assert made.cdr("a")["variables"]["hangup_cause"] == "SYSTEM_SHUTDOWN"
    assert client.received[-1][1] == b"The system is being shut down.\n"
