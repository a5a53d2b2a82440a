"""A script takes a parked leg and talks to it; commands park, bridge and transfer legs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orchestrator.simulator.population import Population
from tests.simulator.bench import Bench, Client, line, wait_until
from tests.simulator.incoming import come_in, experienced, order, with_dialplan

AGENT = "79990000001"
LEAVES = "79990000002"  # three seconds after a talk began
PEOPLE = Population.model_validate(
    {
        "population": "agents",
        "callees": {
            "agent": {"kind": "person", "rings": 1, "stays": 7200},
            "leaves": {"kind": "person", "rings": 1, "stays": 7200, "talks": 3},
            "rings": {"kind": "no_answer"},
        },
        "agents": {
            "anna": {
                "phones": ["user/1001"],
                "rings": 3,
                "talks": 4,
                "ends_with": "*9",
                "in_talk": {"5": 1},
                "in_talk_after": 1,
                "stays": 600,
            }
        },
        "numbers": [
            {"match": "*1", "callee": "agent"},
            {"match": "*2", "callee": "leaves"},
            {"match": "*3", "callee": "rings"},
        ],
    }
)
JOINS = """
import freeswitch, time
def handler(session, args):
    session.answer()
    for leg in args.split():
        other = freeswitch.Session(leg)
        if not (other.ready() and other.answered() and not other.bridged()):
            session.setVariable("refused", leg)
            other.destroy()
            continue
        began = time.time()
        freeswitch.bridge(session, other)
        session.setVariable("talked", str(round(time.time() - began, 1)))
        session.setVariable("is_here", str(session.ready()))
        other.destroy()
    session.sleep(500)
    session.destroy()
"""
EVENTS = ("ALL",)


class Floor:
    """A bench with parked agents and a caller's line."""

    def __init__(self, made: Bench, script: str = JOINS) -> None:
        self.bench = made
        made.script("joins", script)
        self.client: Client = made.client(*EVENTS)

    def agent(self, leg: str, number: str = AGENT, **own: str) -> str:
        self.client.originate(line(leg, number, **own).replace("tone XML prozvon", "&park()"), f"job-{leg}")
        if number.endswith("3"):
            wait_until(lambda: self.of("CHANNEL_PROGRESS", leg), "ringing")
        else:
            wait_until(lambda: self.of("CHANNEL_PARK", leg), "parked")
        return leg

    def calls(self, *legs: str, moves: tuple[list[Any], ...] = ()) -> str:
        with_dialplan(self.bench, here=f"set mine=1\npython joins {' '.join(legs)}\nset after=1")
        return come_in(self.client, "here", *moves)

    def of(self, name: str, leg: str) -> list[dict[str, Any]]:
        return [event for event in self.client.named(name) if event.get("Unique-ID") == leg]

    def ended(self, leg: str) -> dict[str, Any]:
        wait_until(lambda: self.of("CHANNEL_HANGUP_COMPLETE", leg), f"the end of {leg}")
        variables: dict[str, Any] = self.bench.cdr(leg)["variables"]
        return variables

    def api(self, command: str) -> str:
        return self.client.command(f"api {command}")


def floor(bench: Callable[..., Bench], **options: Any) -> Floor:
    return Floor(bench(population=PEOPLE, **options))


def test_a_parked_leg_is_joined_and_the_script_goes_on_when_it_leaves(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    on.agent("a", LEAVES)
    call = on.calls("a")
    found = on.ended(call)
    assert (found["talked"], found["is_here"], found["after"]) == ("3.0", "True", "1")
    assert (found["last_bridge_to"], found["bridge_hangup_cause"]) == ("a", "NORMAL_CLEARING")
    agent = on.ended("a")
    assert (agent["last_bridge_to"], agent["last_bridge_role"], agent["sip_hangup_disposition"]) == (
        call,
        "originatee",
        "recv_bye",
    )
    assert agent["bridge_uuid"] == call
    (bridge,) = on.client.named("CHANNEL_BRIDGE")
    assert (bridge["Unique-ID"], bridge["Bridge-A-Unique-ID"], bridge["Bridge-B-Unique-ID"]) == (
        call,
        call,
        "a",
    )
    last = ["UNPARK", "EXECUTE_COMPLETE", "HANGUP", "HANGUP_COMPLETE", "DESTROY"]
    assert order(on.client, "a")[-5:] == last
    names = [(event["Event-Name"], event.get("Unique-ID")) for event in on.client.events]
    assert names.index(("CHANNEL_HANGUP_COMPLETE", "a")) < names.index(("CHANNEL_UNBRIDGE", call))


def test_the_other_leg_is_hung_up_with_the_caller(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    on.agent("a")
    call = on.calls("a", moves=(["talks", 5000, "hang_up"],))
    agent = on.ended("a")
    assert (agent["hangup_cause"], agent["sip_hangup_disposition"]) == ("NORMAL_CLEARING", "send_bye")
    assert on.ended(call)["hangup_cause"] == "NORMAL_CLEARING"
    (caller,) = experienced(on.bench)
    assert caller.by == "caller"
    (unbridged,) = on.client.named("CHANNEL_UNBRIDGE")
    (bridged,) = on.client.named("CHANNEL_BRIDGE")
    assert int(unbridged["Event-Date-Timestamp"]) - int(bridged["Event-Date-Timestamp"]) == 5_000_000


def test_a_standing_leg_is_parked_again_and_joined_by_the_next(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    on.agent("a", park_after_bridge="true")
    for talks in (1, 2):
        on.ended(on.calls("a", moves=(["talks", 2000, "hang_up"],)))
        wait_until(lambda talks=talks: len(on.of("CHANNEL_PARK", "a")) == talks + 1, "parked again")
    assert '"state":"CS_PARK"' in on.api("show channels as json")
    assert len(on.client.named("CHANNEL_BRIDGE")) == 2
    assert on.api("uuid_kill a") == "+OK\n"
    assert on.ended("a")["hangup_cause"] == "NORMAL_CLEARING"


def test_a_transfer_after_the_bridge_is_used_up(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    on.agent("a", transfer_after_bridge="tone:XML:prozvon")
    on.ended(on.calls("a", moves=(["talks", 2000, "hang_up"],)))
    found = on.ended("a")
    assert "transfer_after_bridge" not in found
    assert [one["Application"] for one in on.of("CHANNEL_EXECUTE", "a")] == ["park", "playback"]


def test_two_legs_after_each_other_and_one_that_is_not_there(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    on.agent("a", LEAVES)
    on.agent("b", LEAVES)
    found = on.ended(on.calls("a", "nobody", "b"))
    assert found["refused"] == "nobody"
    assert [event["Bridge-B-Unique-ID"] for event in on.client.named("CHANNEL_BRIDGE")] == ["a", "b"]


def test_a_leg_that_talks_already_is_seen_to_talk(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    on.agent("a")
    first = on.calls("a", moves=(["talks", 60_000, "hang_up"],))
    wait_until(lambda: on.of("CHANNEL_BRIDGE", first), "the talk")
    assert on.ended(on.calls("a"))["refused"] == "a"
    on.ended(first)


def test_a_leg_that_rings_and_is_joined_all_the_same_costs_both(bench: Callable[..., Bench]) -> None:
    careless = "import freeswitch\ndef handler(session, args):\n    session.answer()\n" + (
        "    other = freeswitch.Session(args)\n    freeswitch.bridge(session, other)\n"
        "    session.setVariable('is_here', str(session.ready()))\n    other.destroy()\n    session.destroy()\n"
    )
    on = Floor(bench(population=PEOPLE), careless)
    on.agent("a", "79990000003", originate_timeout="900")
    assert on.ended(on.calls("a"))["is_here"] == "False"
    on.ended("a")
    assert ("CRIT", "a is not answered: both legs are hung up") in on.bench.logged


def test_keys_of_a_talk_are_events_of_who_pressed_them(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    on.agent("a")
    call = on.calls("a", moves=(["talks", 1000, "press", "12"], ["talks", 900_000, "hang_up"]))
    wait_until(lambda: on.of("CHANNEL_BRIDGE", call), "the talk")
    assert on.api("uuid_recv_dtmf a 7") == "+OK\n"
    wait_until(lambda: len(on.client.named("DTMF")) == 3, "the keys")
    assert {(key["Unique-ID"], key["DTMF-Digit"]) for key in on.client.named("DTMF")} == {
        (call, "1"),
        (call, "2"),
        ("a", "7"),
    }
    assert on.api(f"uuid_kill {call}") == "+OK\n"
    on.ended("a")


def test_a_callback_that_is_still_set_lets_the_agents_first_key_end_the_talk(
    bench: Callable[..., Bench],
) -> None:
    script = JOINS.replace(
        "    session.answer()\n", "    session.answer()\n    session.setInputCallback(lambda *a: 'true')\n"
    )
    on = Floor(bench(population=PEOPLE), script)
    on.agent("a")
    call = on.calls("a")
    wait_until(lambda: on.of("CHANNEL_BRIDGE", call), "the talk")
    on.api("uuid_recv_dtmf a 7")
    assert on.ended("a")["hangup_cause"] == "NORMAL_CLEARING"
    assert on.ended(call)["is_here"] == "True"


def test_a_talk_can_be_taken_apart_from_outside(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    on.agent("a")
    call = on.calls("a")
    wait_until(lambda: on.of("CHANNEL_BRIDGE", call), "the talk")
    assert on.api("uuid_park a") == "+OK\n"
    assert on.ended(call)["is_here"] == "True"
    wait_until(lambda: len(on.of("CHANNEL_PARK", "a")) == 2, "the agent parked")
    on.api("uuid_kill a")
    on.ended("a")


def test_parking_the_caller_leaves_the_script(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    on.agent("a")
    call = on.calls("a")
    wait_until(lambda: on.of("CHANNEL_BRIDGE", call), "the talk")
    assert on.api(f"uuid_park {call}") == "+OK\n"
    on.ended("a")
    wait_until(lambda: on.of("CHANNEL_PARK", call), "the caller parked")
    assert on.api(f"uuid_transfer {call} here XML prozvon_inbound") == "+OK\n"
    assert on.ended(call)["refused"] == "a"


def test_parked_legs_are_bridged_and_parted_by_command(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    on.agent("a", park_after_bridge="true")
    on.agent("b", park_after_bridge="true")
    assert on.api("uuid_bridge a b") == "+OK b\n"
    wait_until(lambda: on.of("CHANNEL_BRIDGE", "a"), "the talk")
    assert on.bench.switch.calls.live_leg("b").channel.state == "CS_EXCHANGE_MEDIA"  # type: ignore[union-attr]
    assert on.api("uuid_park b") == "+OK\n"
    for leg in ("a", "b"):
        wait_until(lambda leg=leg: len(on.of("CHANNEL_PARK", leg)) == 2, f"{leg} parked")
        on.api(f"uuid_kill {leg}")
        on.ended(leg)
    assert on.api("uuid_bridge a b") == "-ERR Invalid uuid\n"


def test_a_leg_that_talks_is_bridged_to_another_and_its_caller_goes_on(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    on.agent("a")
    on.agent("b")
    call = on.calls("a")
    wait_until(lambda: on.of("CHANNEL_BRIDGE", call), "the talk")
    assert on.api("uuid_bridge b a") == "+OK a\n"
    assert on.ended(call)["is_here"] == "True"
    wait_until(lambda: on.of("CHANNEL_BRIDGE", "b"), "the second talk")
    on.api("uuid_kill b")
    on.ended("a")
    on.ended("b")


def test_a_tone_is_played_to_a_parked_leg(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    on.agent("a")
    assert on.api("uuid_broadcast a tone_stream://%(300,0,440) aleg") == "+OK Message sent\n"
    wait_until(lambda: on.of("PLAYBACK_STOP", "a"), "the tone")
    (began,), (over,) = on.of("PLAYBACK_START", "a"), on.of("PLAYBACK_STOP", "a")
    assert int(over["Event-Date-Timestamp"]) - int(began["Event-Date-Timestamp"]) == 300_000
    assert order(on.client, "a")[-1] != "UNPARK"
    assert on.api("uuid_broadcast nobody x aleg") == "-ERR invalid uuid\n"
    on.api("uuid_broadcast a hangup!user_busy::x aleg")
    on.ended("a")


def test_a_leg_parked_for_a_time_is_hung_up_then(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    on.agent("a", park_timeout="3:USER_BUSY", park_after_bridge="true")
    found = on.ended("a")
    assert found["hangup_cause"] == "USER_BUSY"
    assert "park_after_bridge" not in found


def test_a_break_where_nothing_plays_breaks_what_comes_next(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    on.agent("a")
    on.api("uuid_break a")
    call = on.calls("a", moves=(["talks", 1000, "hang_up"],))
    on.ended(call)
    on.ended("a")
    assert on.of("CHANNEL_BRIDGE", call)  # neither the park nor the talk was broken


def test_an_agents_session_that_is_kept_locks_its_channel(bench: Callable[..., Bench]) -> None:
    script = JOINS.replace("import freeswitch, time\n", "import freeswitch, time\nKEPT = []\n").replace(
        "        other.destroy()\n    session.sleep", "        KEPT.append(other)\n    session.sleep"
    )
    on = Floor(bench(population=PEOPLE), script)
    on.agent("a", LEAVES)
    on.ended(on.calls("a"))
    assert any(level == "CRIT" and text.startswith("a: ") for level, text in on.bench.logged)


def test_what_is_recorded_of_a_talk_is_the_talk(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    on.agent("a")
    path = on.bench.root / "talk.wav"
    with_dialplan(
        on.bench,
        here=f"answer\nset RECORD_BRIDGE_REQ=true\nrecord_session {path}\nsleep 1000\npython joins a",
    )
    call = come_in(on.client, "here", ["talks", 4000, "hang_up"])
    on.ended(call)
    on.ended("a")
    (started,) = on.client.named("RECORD_START")
    (bridged,) = on.client.named("CHANNEL_BRIDGE")
    assert started["Event-Date-Timestamp"] == bridged["Event-Date-Timestamp"]
    assert path.stat().st_size > 3000 * 16


def test_a_telephone_of_an_agent_is_rung_by_its_user_and_keeps_its_leg(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    dial = line("a", park_after_bridge="true").replace(
        "sofia/gateway/main/79990000001 tone XML prozvon", "user/1001 &park()"
    )
    on.client.originate(dial, "job-a")
    wait_until(lambda: on.of("CHANNEL_PARK", "a"), "parked")
    call = on.calls("a")
    wait_until(lambda: len(on.client.named("DTMF")) == 3, "the codes")
    assert [(key["Unique-ID"], key["DTMF-Digit"]) for key in on.client.named("DTMF")] == [
        ("a", key) for key in "5*9"
    ]
    assert on.api(f"uuid_kill {call}") == "+OK\n"
    found = on.ended("a")
    assert (found["hangup_cause"], found["sip_hangup_disposition"]) == ("NORMAL_CLEARING", "recv_bye")
    (phone,) = on.bench.callees()
    assert (phone.number, phone.callee, phone.keys) == ("user/1001", "anna", "5*9")
    assert phone.answered_at
    assert phone.ended_at
    assert (phone.answered_at - phone.called_at) // 1000 == 3
    assert phone.ended_at - phone.answered_at == 600_000


def test_a_user_whose_telephone_nobody_has_is_absent(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    on.client.originate("{origination_uuid=a}user/1002 &park()", "job-a")
    assert on.client.job("job-a") == "-ERR SUBSCRIBER_ABSENT\n"
    assert on.client.named("CHANNEL_DESTROY") == []


def test_a_leg_taken_away_while_it_is_joined_is_told_of(bench: Callable[..., Bench]) -> None:
    on = floor(bench)
    on.agent("a")
    call = on.calls("a")
    wait_until(lambda: on.of("CHANNEL_BRIDGE", call), "the talk")
    switch = on.bench.switch
    leg = switch.calls.live_leg("a")
    assert leg is not None
    wait_until(lambda: leg.bridged_to, "the other side")
    leg.channel.bridged_ms = switch.clock.now_ms() + 1  # as if it had been joined this instant
    switch.commands.run("uuid_park", "a")
    assert [level for level, text in on.bench.logged if "is taken away while it is being joined" in text] == [
        "CRIT"
    ]
    on.api(f"uuid_kill {call}")
    on.api("uuid_kill a")
    on.ended("a")
