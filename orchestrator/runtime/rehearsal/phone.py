"""A telephone on which a flow can be tried: what it says is shown, what the person does is given to it.

Nothing here knows of a terminal or a clock: a `Hand` tells what the person does and how long that took, a `Screen`
shows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from callflow.moves import (
    ALL_KEYS,
    Answered,
    Consult,
    Dial,
    Dialed,
    Digits,
    Gather,
    Gone,
    Hold,
    Input,
    Joined,
    Music,
    Offered,
    Play,
    Played,
    Record,
    Recorded,
    Started,
)
from orchestrator.runtime.rehearsal.rehearsed_answers import FETCH, NoAnswerGiven, RehearsedAnswers
from orchestrator.runtime.rehearsal.rehearsed_flow import PICK_UP_S, TALK_S, RehearsedFlow, service_path
from orchestrator.runtime.rehearsal.scripted_call import A_LEG
from orchestrator.runtime.rehearsal.walk import Walk
from orchestrator.scenario.rehearsal_answers import ServiceAnswer

HANG_UP = "h"
AN_AGENT = "agent"  # of a queue whose agents stand elsewhere
KEYS = ALL_KEYS


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the person says into a recording. end: the key that ends it, HANG_UP, or "" for silence."""

    seconds: float = 0.0
    end: str = ""


class Hand(Protocol):
    """The person at the telephone, and everybody else who is not the flow."""

    def listen(self, seconds: float, asked: str) -> tuple[str, float]:
        """While something goes on for `seconds`: a key or HANG_UP and after how long, or "" and `seconds`.

        asked: keys that are asked for here, and not only stop what is being said.
        """

    def type(self, seconds: float) -> tuple[str, float]:
        """When a key is asked for: as `listen`."""

    def taker(self, dial: Dial) -> tuple[str, float]:
        """While somebody is rung: the number that takes the call, `dial.key`, HANG_UP, or "" for nobody."""

    def speak(self, record: Record) -> Spoken:
        """What is said into a recording."""

    def service(self, path: str, consult: Consult) -> ServiceAnswer:
        """What the service answers."""


class Screen(Protocol):
    """Where it is shown."""

    def begins(self, flow: RehearsedFlow) -> None:
        """Another action is under way."""

    def tell(self, flow: RehearsedFlow, text: str) -> None:
        """Something was done."""


@dataclass(slots=True)
class Phone:
    """One call. `walk` tells it as a test; `given` are the answers of services that were asked for on the way."""

    flow: RehearsedFlow
    hand: Hand
    screen: Screen
    answers: RehearsedAnswers
    walk: Walk = field(default_factory=Walk)
    given: dict[str, list[ServiceAnswer]] = field(default_factory=dict)

    def run(self, party: str) -> None:
        """From the beginning to the end of the call."""
        self._give(Started(party))
        while not self.flow.is_over:
            match self.flow.action:
                case Gather() as gather:
                    self._gather(gather)
                case Record() as record:
                    self._record(record)
                case Dial() as dial:
                    self._dial(dial)
                case Hold() as hold:
                    self._hold(hold)
                case Consult() as consult:
                    self._consult(consult)
                case _:
                    self._pass()
        self.walk.is_over()

    def _give(self, inp: Input) -> None:
        self.flow.give(inp)
        if not self.flow.is_over:
            self.screen.begins(self.flow)

    def _pass(self) -> None:
        """What goes on by itself: a message, music, silence. A key may cut it short."""
        action, length_s = self.flow.action, self.flow.length_s()
        key = self._listen(length_s) if length_s else ""
        if key == HANG_UP:
            self._hang_up()
            return
        if key:
            if isinstance(action, Music) and action.keys != ALL_KEYS:
                self.walk.pressed(key, self.flow.now_s)  # asked for: it takes an offer
            else:
                self.walk.only_skipped(key, self.flow.now_s)
            self.screen.tell(self.flow, f"presses {key}")
        elif isinstance(action, Play):
            self.walk.heard(action.message, self.flow.now_s)
        self._give(Played(key))

    def _listen(self, seconds: float) -> str:
        """The key that stops what goes on, HANG_UP, or "" when it went on to its end."""
        action, left_s = self.flow.action, seconds
        stops, asked = KEYS, ""
        if isinstance(action, Play | Gather) and not action.barge_in:
            stops = ""
        elif isinstance(action, Music):
            stops, asked = action.keys, "" if action.keys == ALL_KEYS else action.keys
        while True:
            key, took_s = self.hand.listen(left_s, asked)
            self.flow.now_s += took_s
            if key == HANG_UP or not key or key in stops:
                return key
            self.screen.tell(self.flow, f"{key} does nothing here")
            left_s = max(0.0, left_s - took_s)

    def _gather(self, asked: Gather) -> None:
        typed = ""
        self.walk.was_asked()
        if not asked.typed:
            key = self._listen(self.flow.length_s())
            if key == HANG_UP:
                self._hang_up()
                return
            if not key:
                self.walk.heard(asked.message, self.flow.now_s)
            typed = key
        while not self._is_complete(asked, typed):
            key, took_s = self.hand.type(asked.timeout_s)
            self.flow.now_s += took_s
            if key == HANG_UP:
                self.walk.pressed(typed, self.flow.now_s)
                self._hang_up()
                return
            if not key:
                break
            typed += key
        self._answer(asked, typed)

    def _is_complete(self, asked: Gather, typed: str) -> bool:
        return len(asked.typed + typed) >= asked.max or (asked.end != "" and typed.endswith(asked.end))

    def _answer(self, asked: Gather, typed: str) -> None:
        self.walk.pressed(typed, self.flow.now_s)
        if typed:
            self.screen.tell(self.flow, f"presses {'.' * len(typed) if asked.private else typed}")
        if not self._is_complete(asked, typed):
            self.walk.was_silent(self.flow.now_s)
            self.screen.tell(self.flow, "(nothing more in time)" if typed else "(no key in time)")
        value = asked.typed + (typed.removesuffix(asked.end) if asked.end else typed)
        self._give(Digits(value))

    def _record(self, record: Record) -> None:
        said = self.hand.speak(record)
        self.flow.spoken_s = min(said.seconds, record.max_s)
        self.flow.now_s += self.flow.spoken_s
        self.walk.spoke(self.flow.spoken_s, self.flow.now_s)
        self.screen.tell(self.flow, f"(spoke for {self.flow.spoken_s:g}s)")
        if said.seconds >= record.max_s:
            self._give(Recorded(record.max_s, "limit"))
        elif said.end == HANG_UP:
            self.walk.hung_up(self.flow.now_s)
            self._give(Recorded(self.flow.spoken_s, "gone"))
            self._leave()
        elif said.end and said.end in (record.end or KEYS):
            self.walk.pressed(said.end, self.flow.now_s)
            self._give(Recorded(self.flow.spoken_s, "key"))
        else:
            self.flow.now_s = max(self.flow.now_s, self.flow.end_s())
            self._give(Recorded(self.flow.spoken_s, "silence"))

    def _dial(self, dial: Dial) -> None:
        taker, took_s = self.hand.taker(dial)
        self.flow.now_s += took_s
        if taker == HANG_UP:
            self._hang_up()
        elif taker in dial.numbers:
            self.flow.now_s += min(PICK_UP_S, dial.ring_s)
            self.screen.tell(self.flow, f"{taker} takes the call; they talk for {TALK_S:g}s")
            self.flow.now_s += TALK_S
            self.walk.taken_by(taker, self.flow.now_s)
            self._give(Dialed("talked", taker, TALK_S, "NORMAL_CLEARING"))
        elif taker and taker == dial.key:
            self.walk.pressed(taker, self.flow.now_s)
            self._give(Dialed("key"))
        else:
            self.flow.now_s = max(self.flow.now_s, self.flow.end_s())
            self.screen.tell(self.flow, "nobody takes it")
            self._give(Dialed("no_answer", cause="NO_ANSWER"))

    def _hold(self, hold: Hold) -> None:
        """In the line of a queue: somebody may say which agent takes the call."""
        agents = self.flow.agents.get(self.flow.queue) or (AN_AGENT,)
        taker, took_s = self.hand.taker(Dial(agents, hold.seconds, "", key=hold.keys))
        self.flow.now_s += took_s
        if taker == HANG_UP:
            self._hang_up()
        elif taker in agents:
            self.screen.tell(self.flow, f"{taker} takes the call; they talk for {TALK_S:g}s")
            self._give(Offered({"join": A_LEG, "agent": taker}))
            self.flow.now_s += TALK_S
            self.walk.taken_by(taker, self.flow.now_s)
            self._give(Joined("talked", TALK_S))
        elif taker and taker in hold.keys:
            self.walk.pressed(taker, self.flow.now_s)
            self._give(Played(taker))
        else:
            self.flow.now_s = max(self.flow.now_s, self.flow.end_s())
            self._give(Played())

    def _consult(self, consult: Consult) -> None:
        answers = self.answers
        try:
            body, seconds = answers.to(consult)
        except NoAnswerGiven:
            path = service_path(consult)
            answer = self.hand.service(path, consult)
            self.given.setdefault(path, []).append(answer)
            body, seconds = RehearsedAnswers({path: (answer,)}, {}).to(consult)
        self.flow.now_s += seconds
        if consult.what == FETCH and body is not None:
            self.screen.tell(self.flow, f"it answers {_answer_text(body)}")
        self._give(Answered(body))

    def _hang_up(self) -> None:
        self.screen.tell(self.flow, "hangs up")
        self.walk.hung_up(self.flow.now_s)
        self._leave()

    def _leave(self) -> None:
        if not self.flow.is_over:
            self._give(Gone())


def _answer_text(body: dict[str, object]) -> str:
    if not body.get("ok"):
        return f"{body.get('why')} (status {body.get('status')})"
    fields = body.get("fields")
    told = [f"{name} = {value}" for name, value in fields.items()] if isinstance(fields, dict) else []
    return ", ".join(told) or "nothing that the flow asked for"
