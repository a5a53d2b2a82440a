"""One call of a scenario's test: the flow on one side, a scripted person on the other, in virtual time.

The person does what the moves say, listens to messages to their end, and after the last move stays on the line in
silence until the flow hangs up. Whoever is rung takes no call unless a move says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

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
from orchestrator.runtime.rehearsal.rehearsed_answers import NoAnswerGiven, RehearsedAnswers
from orchestrator.runtime.rehearsal.rehearsed_flow import JOIN_S, PICK_UP_S, TALK_S, WAITS, RehearsedFlow
from orchestrator.runtime.rehearsal.timeline import Entry
from orchestrator.scenario.rehearsal_moves import Move, MoveKind

A_LEG = "00000000-0000-4000-8000-000000000001"  # of an agent


class Misfit(Exception):  # noqa: N818  # the wrong thing is the test or the scenario, told to its author
    """A move that does not fit what the flow does; None: the test as a whole. The text says what came instead."""

    def __init__(self, move: Move | None, text: str) -> None:
        super().__init__(text)
        self.move = move


@dataclass(slots=True)
class ScriptedCall:
    """`entries` have times since the call began."""

    flow: RehearsedFlow
    answers: RehearsedAnswers = field(default_factory=lambda: RehearsedAnswers({}, {}))
    entries: list[Entry] = field(default_factory=list)
    _typed: str = ""  # keys pressed for the question under way, not enough yet
    _is_listened_to: bool = False  # the question under way was heard by a `hears` already
    _is_agent_free: bool = False  # the move under way is one that takes the call

    def run(self, party: str, moves: Iterable[Move]) -> None:
        """Play all moves, then silence to the end. Raises Misfit where one does not fit."""
        self._give(Started(party))
        for move in moves:
            self._move(move)
        while not self.flow.is_over:
            self._let_pass()

    def _move(self, move: Move) -> None:
        match move.kind:
            case MoveKind.HEARS:
                self._hear(move)
            case MoveKind.PRESSES:
                self._press(move)
            case MoveKind.SAYS_NOTHING:
                self._until_asked(move, "nothing is asked any more: the call is over")
                self._note("says nothing")
                self._let_pass()
            case MoveKind.WAITS:
                self._wait(move.seconds)
            case MoveKind.SPEAKS:
                self._speak(move)
            case MoveKind.TAKES if move.is_agents:
                self._be_joined(move)
            case MoveKind.TAKES:
                self._take(move)
            case MoveKind.OUTCOME:
                pass  # said after the call
            case MoveKind.NOBODY_TAKES:
                self._take_nothing(move)
            case _:
                self._hang_up(move)

    # -- listening --------------------------------------------------------------------------------------------

    def _hear(self, move: Move) -> None:
        """Listen on until this message is over; what is said before it is heard too."""
        while not self.flow.is_over:
            action = self.flow.action
            if self._is_saying(move.text):
                self._listen()
                self._is_listened_to = True
                if isinstance(action, Play):
                    self._let_pass()
                return
            self._refuse_question(move, f"expected to hear `{move.text}`", move.text)
            self._let_pass()
        raise Misfit(move, f"expected to hear `{move.text}`, but the call is over")

    def _is_saying(self, message: str) -> bool:
        """Whether it is being said right now, and no `hears` has listened to it yet."""
        action = self.flow.action
        if isinstance(action, Gather) and (action.typed or self._is_listened_to):
            return False
        return isinstance(action, Play | Gather) and action.message == message

    def _refuse_question(self, move: Move, expected: str, message: str = "") -> None:
        """A question is not let pass by a move that does not mean to, unless its answer was begun."""
        action = self.flow.action
        if isinstance(action, Gather) and not self._typed and not action.typed:
            again = " again" if message and action.message == message else ""
            raise Misfit(move, f"{expected}{again}, but `{action.message}` asks for a key")

    def _listen(self) -> None:
        """To the end of what is said."""
        if not isinstance(self.flow.action, Record | Dial | Music | Hold):
            self.flow.now_s = max(self.flow.now_s, self.flow.began_s + self.flow.length_s())

    # -- keys -------------------------------------------------------------------------------------------------

    def _press(self, move: Move) -> None:
        self._until_asked(
            move, f"`{move.text}` is pressed when nobody listens: the call is over", move.text[0]
        )
        self._listen()
        self._note(f"presses {move.text}")
        left = move.text
        while left:
            if self.flow.is_over:
                raise Misfit(move, f"`{left}` is pressed when nobody listens: the call is over")
            left = self._type(left)

    def _type(self, keys: str) -> str:
        """Give the flow what it takes of `keys`; the rest."""
        action, key, rest = self.flow.action, keys[0], keys[1:]
        match action:
            case Gather():
                self._type_answer(action, key)
            case Record():
                if not action.end or key == action.end:
                    self._give(Recorded(self.flow.spoken_s, "key"))
            case Dial():
                if key == action.key:
                    self._give(Dialed("key"))
            case Consult():
                self._let_pass()
                return keys
            case Music() | Hold():
                if key in action.keys:
                    self._give(Played(key))
            case Play() if not action.barge_in:
                pass
            case _:
                self._give(Played(key))
        return rest

    def _type_answer(self, action: Gather, key: str) -> None:
        if key == action.end and key:
            self._give(Digits(action.typed + self._typed))
            return
        self._typed += key
        if len(action.typed + self._typed) >= action.max:
            self._give(Digits(action.typed + self._typed))

    def _until_asked(self, move: Move, otherwise: str, key: str = "") -> None:
        """Listen until the flow asks for keys, or for this one while it plays music or rings somebody."""
        while not self._takes(key):
            if self.flow.is_over:
                raise Misfit(move, otherwise)
            self._let_pass()

    def _takes(self, key: str) -> bool:
        match self.flow.action:
            case Gather():
                return True
            case Record():
                return key != ""
            case Dial() as dial:
                return key != "" and key == dial.key
            case Music() as music:
                return key != "" and music.keys != ALL_KEYS and key in music.keys
            case Hold() as hold:
                return key != "" and key in hold.keys
            case _:
                return False

    # -- time, voice, other people ----------------------------------------------------------------------------

    def _wait(self, seconds: float) -> None:
        self._note(f"waits {seconds:g}s")
        until = self.flow.now_s + seconds
        while not self.flow.is_over and self.flow.end_s() <= until:
            self._let_pass()
        self.flow.now_s = max(self.flow.now_s, until)

    def _speak(self, move: Move) -> None:
        """Say something into a recording. It goes on until a key, silence, or its limit ends it."""
        while not isinstance(self.flow.action, Record):
            if self.flow.is_over:
                raise Misfit(move, "nothing is recorded any more: the call is over")
            self._refuse_question(move, "expected a recording")
            self._let_pass()
        self._note(f"speaks for {move.seconds:g}s")
        limit_s = self.flow.action.max_s
        said_s = min(move.seconds, limit_s - self.flow.spoken_s)
        self.flow.spoken_s += said_s
        self.flow.now_s += said_s
        if self.flow.spoken_s >= limit_s:
            self._give(Recorded(limit_s, "limit"))

    def _take(self, move: Move) -> None:
        """This number takes the call when it is rung, talks, and hangs up first."""
        dial = self._dial_of(move)
        while move.text not in dial.numbers:
            self._let_pass()
            dial = self._dial_of(move)
        self.flow.now_s += min(PICK_UP_S, dial.ring_s)
        accepted = f", hears the whisper and presses {dial.accept}" if dial.accept else ""
        self._note(f"{move.text} takes the call{accepted}")
        self.flow.now_s += TALK_S
        self._note(f"{move.text} hangs up after {TALK_S:g}s")
        self._give(Dialed("talked", move.text, TALK_S, "NORMAL_CLEARING"))

    def _be_joined(self, move: Move) -> None:
        """This agent is given the call, talks, and hangs up first."""
        self._is_agent_free = True
        expected = f"`{move.text}` to take the call"
        while not self.flow.may_be_offered:
            if self.flow.is_over:
                raise Misfit(move, f"expected {expected}, but the call is over")
            self._refuse_question(move, f"expected {expected}")
            self._let_pass()
        self._is_agent_free = False
        agents = self.flow.agents.get(self.flow.queue, ())
        if agents and move.text not in agents:
            raise Misfit(move, f"`{move.text}` is no agent of the queue `{self.flow.queue}`")
        self.flow.now_s += min(JOIN_S, self.flow.length_s())
        self._note(f"{move.text} takes the call")
        self._give(Offered({"join": A_LEG, "agent": move.text}))
        self.flow.now_s += TALK_S
        self._note(f"{move.text} hangs up after {TALK_S:g}s")
        self._give(Joined("talked", TALK_S))

    def _dial_of(self, move: Move) -> Dial:
        """Listen until somebody is rung."""
        what = f"`{move.text}` to be rung"
        while not isinstance(self.flow.action, Dial):
            if self.flow.is_over:
                raise Misfit(move, f"expected {what}, but the call is over")
            self._refuse_question(move, f"expected {what}")
            self._let_pass()
        return self.flow.action

    def _take_nothing(self, move: Move) -> None:
        """Nobody takes the call, as often as this step rings somebody."""
        while not isinstance(self.flow.action, Dial | Hold):
            if self.flow.is_over:
                raise Misfit(move, "expected somebody to be rung, but the call is over")
            self._refuse_question(move, "expected somebody to be rung")
            self._let_pass()
        where = self.flow.where
        while not self.flow.is_over and self.flow.where == where and not self._is_told_off():
            self._let_pass()

    def _is_told_off(self) -> bool:
        """Whether the line is over, and its last words are being said."""
        action = self.flow.action
        return isinstance(action, Play) and not action.offers and self.flow.queue != ""

    def _hang_up(self, move: Move) -> None:
        while isinstance(self.flow.action, Consult):
            self._let_pass()  # nobody hangs up within the moment that a question takes
        if self.flow.is_over:
            raise Misfit(move, "there is nothing to hang up: the call is over")
        self._note("hangs up")
        if isinstance(self.flow.action, Record):
            self._give(Recorded(self.flow.spoken_s, "gone"))
        if not self.flow.is_over:
            self._give(Gone())

    # -- one step ---------------------------------------------------------------------------------------------

    def _let_pass(self) -> None:
        """Let the action under way run to its end, a question to its time-out."""
        self.flow.now_s = max(self.flow.now_s, self.flow.end_s())
        match self.flow.action:
            case Gather() as asked:
                self._give(Digits(asked.typed + self._typed))
            case Record() as record:
                is_full = self.flow.spoken_s >= record.max_s
                self._give(Recorded(self.flow.spoken_s, "limit" if is_full else "silence"))
            case Dial():
                self._note("nobody takes it")
                self._give(Dialed("no_answer", cause="NO_ANSWER"))
            case Consult() as consult:
                self._consult(consult)
            case _:
                self._give(Played())

    def _consult(self, consult: Consult) -> None:
        try:
            body, seconds = self.answers.to(consult, is_free=self._is_agent_free)
        except NoAnswerGiven as missing:
            text = f"`{missing}` is asked, and the test does not say what it answers"
            raise Misfit(None, f"{text}: write `services: {{{missing}: ...}}`") from None
        self.flow.now_s += seconds
        if consult.what == "fetch" and body is not None:
            what = str(body.get("fields") or "") if body["ok"] else f"{body['why']} (status {body['status']})"
            self._note(f"it answers {what}".rstrip())
        self._give(Answered(body))

    def _give(self, inp: Input) -> None:
        self.flow.give(inp)
        self._typed, self._is_listened_to = "", False
        told = self.flow.told()
        if told and not (isinstance(self.flow.action, Hold) and self._is_held()):
            self._note(f"{self.flow.where} {told}")

    def _is_held(self) -> bool:
        """Whether waiting in the line is the last thing told: that is told once, however long it is."""
        return bool(self.entries) and self.entries[-1].text.startswith(f"{self.flow.where} {WAITS}")

    def _note(self, text: str) -> None:
        self.entries.append(Entry(at_s=self.flow.now_s, text=text))
