"""Hundreds of callers at once who do whatever they like: every call has one record and one end, and no leg is left."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from orchestrator.simulator.population import Population
from orchestrator.simulator.throttle import Limits
from tests.simulator.bench import Bench, wait_until
from tests.simulator.incoming import come_in, experienced, with_dialplan

CALLS = 300
DIAL = "{ignore_early_media=true,originate_timeout=15}"
TO = "sofia/gateway/main/+7999000000"
CONFIRM = "[group_confirm_key=1,group_confirm_file=silence_stream://900,group_confirm_timeout=6]"
ALWAYS = "set continue_on_fail=true\nset origination_cancel_key=*\nset ringback=local_stream://moh\n"
EXTENSIONS = {
    "rings": "ring_ready\nsleep 3000",
    "plays": "answer\nplayback tone_stream://%(4000,0,440)\nset after=1",
    "asks": "play_and_get_digits 1 4 2 2000 # silence_stream://900 silence_stream://900 got \\d+",
    "records": "answer\nrecord_session ROOT/${uuid}.all.wav\nrecord ROOT/${uuid}.wav 5 200 1",
    "forwards": f"{ALWAYS}bridge {DIAL}{TO}1|{TO}2|{TO}3\nset after=1\nsleep 500",
    "races": f"answer\n{ALWAYS}bridge {DIAL}{TO}1,{TO}3,{TO}4,{TO}5\nset after=1",
    "confirms": f"answer\n{ALWAYS}bridge {DIAL}{CONFIRM}{TO}1,{CONFIRM}{TO}5,{TO}2\nset after=1",
    "turned_down": "hangup CALL_REJECTED",
}
PEOPLE = Population.model_validate(
    {
        "population": "many",
        "callees": {
            "stays": {"kind": "person", "rings": {"uniform": [0, 5]}, "stays": {"uniform": [0.2, 9]}},
            "busy": {"kind": "busy"},
            "nobody": {"kind": "no_answer"},
            "silent": {"kind": "silent"},
            "takes": {
                "kind": "person",
                "rings": 1,
                "stays": 8,
                "keys": {"any": {"1": 1, "7": 1, "nothing": 1}},
            },
        },
        "numbers": [
            {"match": "*1", "callee": "stays"},
            {"match": "*2", "callee": "busy"},
            {"match": "*3", "callee": "nobody"},
            {"match": "*4", "callee": "silent"},
            {"match": "*5", "callee": "takes"},
        ],
    }
)


def moves(rng: random.Random) -> list[list[Any]]:
    """Up to three things at any time, and hanging up at some time."""
    does = [
        ["press", rng.choice("0123456789*#") * rng.randint(1, 3)],
        ["speak", rng.randint(1, 3000)],
        ["flood", 60],
    ]
    whens = [["after"], ["answered"]]
    made = [[*rng.choice(whens), rng.randint(0, 9000), *rng.choice(does)] for _ in range(rng.randint(0, 3))]
    return [*made, ["after", rng.randint(0, 20_000), "hang_up"]]


def test_every_call_ends_once_and_leaves_nothing(bench: Callable[..., Bench]) -> None:
    made = bench(population=PEOPLE, limits=Limits(sessions_per_second=100_000, max_sessions=100_000))
    with_dialplan(made, **{name: lines.replace("ROOT", str(made.root)) for name, lines in EXTENSIONS.items()})
    client = made.client(
        "CHANNEL_CREATE", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY", "CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE"
    )
    rng = random.Random(20261122)
    calls = [come_in(client, rng.choice(list(EXTENSIONS)), *moves(rng), id=f"call-{n}") for n in range(CALLS)]
    made.wait_idle(60)
    client.command("api version")
    counts = Counter((event["Event-Name"], event["Unique-ID"]) for event in client.events)
    legs = {leg for name, leg in counts if name == "CHANNEL_CREATE"}
    for name in ("CHANNEL_CREATE", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY"):
        assert {leg: count for (event, leg), count in counts.items() if event == name} == dict.fromkeys(
            legs, 1
        )
    bridged = {leg for name, leg in counts if name == "CHANNEL_BRIDGE"}
    assert bridged == {leg for name, leg in counts if name == "CHANNEL_UNBRIDGE"}
    assert len(bridged) > 20
    assert len(legs) > CALLS + 100
    assert set(made.cdrs()) == set(calls)
    assert {call.call for call in experienced(made)} == set(calls)
    assert made.switch.calls.count == 0
    assert made.switch.calls.live_legs() == []
    assert [call for call in made.callees() if call.ended_at is None] == []
    assert {call.call for call in made.callees()} == legs - set(calls)
    assert not [text for level, text in made.logged if level in ("ERR", "CRIT")]


def test_a_switch_that_is_shut_down_ends_them_all(bench: Callable[..., Bench]) -> None:
    made = bench(population=PEOPLE, speed=5, limits=Limits(sessions_per_second=100_000, max_sessions=100_000))
    with_dialplan(made, **{name: lines.replace("ROOT", str(made.root)) for name, lines in EXTENSIONS.items()})
    client = made.client("CHANNEL_PROGRESS", "CHANNEL_HANGUP_COMPLETE")
    calls = [come_in(client, name, id=name) for name in ("plays", "records", "forwards", "races", "confirms")]
    wait_until(lambda: len(client.named("CHANNEL_PROGRESS")) > 2, "ringing")
    made.switch.stop()
    assert set(made.cdrs()) == set(calls)
    causes = {call: made.cdr(call)["variables"]["hangup_cause"] for call in calls}
    assert causes == dict.fromkeys(calls, "SYSTEM_SHUTDOWN")
    assert made.switch.calls.count == 0
