"""Hundreds of calls with the real scripts: what callees saw, what was recorded and what was told must agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orchestrator.simulator.population_file import load_population
from orchestrator.simulator.throttle import Limits
from tests.simulator.bench import Bench, line

CALLS = 300
WITHOUT_LIMITS = Limits(sessions_per_second=10**6, max_sessions=10**6)
ENDINGS = ("CHANNEL_ANSWER", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY", "BACKGROUND_JOB")

Lived = dict[str, tuple[object, ...]]


def _run(
    bench: Callable[..., Bench], name: str, seed: int, speed: float
) -> tuple[Bench, list[dict[str, Any]]]:
    made = bench(population=load_population(name), seed=seed, speed=speed, limits=WITHOUT_LIMITS)
    client = made.client(*ENDINGS)
    for number in range(CALLS):
        call = f"call-{number}"
        client.originate(line(call, f"+7999{number:07d}", extension="robocall", originate_timeout="30"), call)
    made.wait_idle(60)
    client.command("api version")
    return made, client.events


def test_callees_records_and_events_agree(bench: Callable[..., Bench]) -> None:
    made, events = _run(bench, "demo", 1, 600)
    seen = {call.call: call for call in made.callees()}
    by_name: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in ENDINGS}
    for event in events:
        own = by_name[event["Event-Name"]]
        key = event.get("Unique-ID") or event["Job-UUID"]
        assert key not in own, f"{event['Event-Name']} of {key} came twice"
        own[key] = event
    wanted = {f"call-{number}" for number in range(CALLS)}
    assert set(seen) == set(made.cdrs()) == wanted
    assert len(made.callees()) == CALLS
    for name in ("CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY", "BACKGROUND_JOB"):
        assert set(by_name[name]) == wanted
    for key, call in seen.items():
        _agree(call, by_name["CHANNEL_HANGUP_COMPLETE"][key], made.cdr(key)["variables"])
        assert (call.answered_at is not None) == (key in by_name["CHANNEL_ANSWER"])
        job = by_name["BACKGROUND_JOB"][key]["_body"]
        assert job == (f"+OK {key}\n" if call.answered_at else f"-ERR {call.cause}\n")
    assert made.switch.scripts.zombies == []
    assert not [text for level, text in made.logged if level in ("ERR", "CRIT")]


def _agree(call: Any, event: dict[str, Any], variables: dict[str, str]) -> None:
    assert call.cause == event["Hangup-Cause"] == event["variable_hangup_cause"] == variables["hangup_cause"]
    answered = str(call.answered_at * 1000) if call.answered_at else "0"
    assert answered == event["variable_answer_uepoch"] == variables["answer_uepoch"]
    assert str(call.ended_at * 1000) == event["variable_end_uepoch"] == variables["end_uepoch"]
    assert event.get("variable_prozvon_result") == variables.get("prozvon_result")
    if variables.get("prozvon_result") in ("confirmed", "later"):
        assert {"confirmed": "1", "later": "2"}[variables["prozvon_result"]] in call.keys


def _lived(made: Bench) -> Lived:
    """What the callees lived through, apart from when it began."""
    return {
        call.call: (
            call.number,
            call.callee,
            call.cause,
            call.by,
            call.keys,
            call.heard,
            None if call.answered_at is None else call.answered_at - call.called_at,
            # nobody can tell the second a call begins in, and a ring time-out counts whole seconds
            None if call.cause == "NO_ANSWER" or call.ended_at is None else call.ended_at - call.called_at,
        )
        for call in made.callees()
    }


def test_a_run_with_a_seed_repeats_at_any_speed(bench: Callable[..., Bench], tmp_path_factory: Any) -> None:
    runs: list[Lived] = []
    for seed, speed in ((5, 600), (5, 5000), (6, 5000)):
        made = Bench(
            tmp_path_factory.mktemp("run"),
            population=load_population("hard"),
            seed=seed,
            speed=speed,
            limits=WITHOUT_LIMITS,
        )
        client = made.client()
        for number in range(60):
            call = f"call-{number}"
            client.originate(
                line(call, f"+7999{number:07d}", extension="robocall", originate_timeout="40"), call
            )
        made.wait_idle(60)
        runs.append(_lived(made))
        made.close()
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
