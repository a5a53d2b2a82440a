"""What agents dial, and the keys that they press in a talk."""

from __future__ import annotations

from orchestrator.domain.agent import AgentSpec, AgentState
from orchestrator.domain.queue import CallerKind
from orchestrator.engine.floor.news import AgentSays, Command, News
from orchestrator.engine.floor.orders import Refused
from orchestrator.engine.floor.state import CallerPhase, CallerRecord, FloorState
from orchestrator.runtime.operators.codes import Codes
from orchestrator.runtime.operators.keys import Keys
from orchestrator.runtime.operators.rota import Rules

AGENTS = {
    "anna": AgentSpec(agent_id="anna", user="1001", language="ru"),
    "boris": AgentSpec(agent_id="boris", pin_env="PIN_BORIS"),
    "vera": AgentSpec(agent_id="vera", pin_env="PIN_VERA"),
    "short": AgentSpec(agent_id="short", pin_env="PIN_SHORT"),
}
ENVIRON = {"PIN_BORIS": "482915", "PIN_VERA": "482915x", "PIN_SHORT": "12"}


class Bench:
    def __init__(self, state: AgentState = AgentState.AVAILABLE) -> None:
        self.fed: list[News] = []
        self.why = ""
        self.codes = Codes(
            feed=self.feed,
            rules=lambda: Rules(agents=AGENTS, breaks=("lunch", "training")),
            state_of=lambda _: state,
            environ=ENVIRON,
        )

    def feed(self, *news: News) -> tuple[Refused, ...]:
        self.fed += news
        [said] = news
        assert isinstance(said, AgentSays)
        return (Refused(agent_id=said.agent_id, command=said.command, why=self.why),) if self.why else ()

    def obey(self, code: str, digits: str = "", user: str = "1001", pin: str = "") -> tuple[object, object]:
        said = self.codes.obey({"code": code, "digits": digits, "user": user, "pin": pin, "caller": "+7"})
        return said["ok"], said["say"]


def test_a_telephone_that_proved_itself_speaks_for_its_agent() -> None:
    bench = Bench()
    assert bench.obey("20") == (True, "available")
    assert bench.obey("21", "2") == (True, "on_break")
    assert bench.fed == [
        AgentSays(agent_id="anna", command=Command.AVAILABLE, by="phone"),
        AgentSays(agent_id="anna", command=Command.BREAK, reason="training", by="phone"),
    ]
    assert bench.codes.obey({"code": "24", "user": "1001"})["language"] == "ru"


def test_a_pin_speaks_for_the_one_agent_who_has_it() -> None:
    bench = Bench()
    assert bench.obey("20", user="", pin="482915") == (True, "available")
    assert bench.obey("20", user="", pin="12") == (False, "unknown")  # too short to prove anything
    assert bench.obey("20", user="", pin="") == (False, "unknown")
    assert bench.obey("20", user="9999", pin="482915") == (False, "unknown")  # a telephone of somebody else
    assert [each.agent_id for each in bench.fed if isinstance(each, AgentSays)] == ["boris"]


def test_what_there_is_not_is_said_to_be_so() -> None:
    bench = Bench()
    assert bench.obey("29") == (False, "no_such_code")
    assert [bench.obey("21", digit)[1] for digit in ("0", "3", "", "x", "²")] == ["no_such_break"] * 5
    bench.why = "not now"
    assert bench.obey("25") == (False, "refused")


def test_in_a_call_a_break_comes_after_it_and_no_second_leg_is_taken() -> None:
    bench = Bench(AgentState.TALKING)
    assert bench.obey("22") == (True, "after_call")
    assert bench.obey("23") == (False, "refused")
    assert Bench(AgentState.OFFLINE).obey("23") == (True, "standing")


class Pressed:
    def __init__(self, phase: CallerPhase = CallerPhase.TALKING) -> None:
        caller = CallerRecord(
            call_id="c1",
            queue_id="shop:sales",
            switch="main",
            kind=CallerKind.INBOUND,
            phase=phase,
            joined_at=0,
            agents=("anna",),
        )
        self.fed: list[AgentSays] = []
        self.now = 0.0
        self.keys = Keys(
            feed=self.fed.append,
            state=lambda: FloorState(at=0, callers=(caller,)),
            agent_of=lambda leg: "anna" if leg == "leg-1" else "",
            monotonic=lambda: self.now,
        )

    def press(self, *digits: str, leg: str = "leg-1") -> list[Command]:
        for digit in digits:
            self.keys.pressed({"Event-Name": "DTMF", "Unique-ID": leg, "DTMF-Digit": digit})
        return [each.command for each in self.fed]


def test_a_star_and_a_figure_are_a_command() -> None:
    assert Pressed().press("*", "1", "*", "2", "*", "3", "*", "9") == [
        Command.HOLD,
        Command.COMPLETE,
        Command.CANCEL,
        Command.HANG_UP,
    ]
    assert Pressed(CallerPhase.HELD).press("*", "1") == [Command.UNHOLD]


def test_other_keys_are_nothing() -> None:
    assert Pressed().press("1", "9", "*", "5", "9", "#") == []
    assert Pressed().press("*", "9", leg="c1") == []
    late = Pressed()
    late.press("*")
    late.now = 3.5
    assert late.press("9") == []
    gone = Pressed()
    gone.press("*")
    gone.keys.forget("leg-1")
    assert gone.press("9") == []
