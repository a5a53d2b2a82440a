"""What scripts ask about queues with agents, and agents by codes: told to the floor, and answered with what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from orchestrator.domain.queue import CallerKind
from orchestrator.engine.floor.news import CallerHere, CallerJoined, CallerLeft, JoinFailed
from orchestrator.engine.floor.orders import Answer, Refused
from orchestrator.runtime.inbound.questions import Question, What
from orchestrator.runtime.inbound.waiting import most_waiting
from orchestrator.runtime.operators.book import Book
from orchestrator.runtime.operators.codes import Codes
from orchestrator.runtime.operators.paced import Paced
from orchestrator.runtime.operators.rota import Rules
from orchestrator.simulator.clock import Clock
from orchestrator.store import Store

UNKNOWN: Final = "unknown"
LONGEST_S: Final = 86_400

_QUEUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}(:[A-Za-z0-9][A-Za-z0-9_.-]{0,63})?\Z")
_WORD = re.compile(r"[a-z][a-z_]{0,30}\Z")
_LEG = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}\Z")
_WHISPER = re.compile(r"[A-Za-z0-9_=-]{0,8000}\Z")
_KINDS = {kind.value: kind for kind in CallerKind}

Feed = Callable[..., tuple[Answer | Refused, ...]]


class Answering:
    """Of one leader. `answer` may ask the store (KnownError: it is away), and raises nothing because of what it was
    asked.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        book: Book,
        paced: Paced,
        codes: Codes,
        *,
        feed: Feed,
        rules: Callable[[], Rules],
    ) -> None:
        self._store, self._clock, self._book, self._paced = store, clock, book, paced
        self._codes, self._feed, self._rules = codes, feed, rules

    def answer(self, question: Question) -> dict[str, object] | None:
        """What a caller's script is told; None: nobody waits for it."""
        body = question.body
        match question.what:
            case What.LINE_JOIN:
                return _told(self._join(question))
            case What.LINE_HERE:
                return _told(self._here(question))
            case What.AGENT_CODE:
                return self._codes.obey(body)
            case What.LINE_LEAVE:
                self._feed(
                    CallerLeft(call_id=question.call_id, why=_text(_WORD, body.get("why")) or "hung_up")
                )
            case What.LINE_UNMET:
                leg_id = _text(_LEG, body.get("leg"))
                why = _text(_WORD, body.get("why"))
                self._feed(JoinFailed(call_id=question.call_id, leg_id=leg_id, why=why))
        return None

    def _here(self, question: Question) -> Answer | None:
        """Asked every few seconds; of somebody whom an earlier leader knew it is a join that keeps their time."""
        known = self._book.caller(question.call_id)
        if known is not None:
            known.whisper = _text(_WHISPER, question.body.get("whisper")) or known.whisper
            said = _answer(self._feed(CallerHere(call_id=question.call_id)))
            if said is None or said.why != UNKNOWN:
                return said
        return self._join(question)

    def _join(self, question: Question) -> Answer | None:
        body = question.body
        queue = _text(_QUEUE, body.get("queue"))
        queue_id = queue if ":" in queue else f"{self._scenario(question)}:{queue}"
        rules = self._rules().queues.get(queue_id)
        if rules is None:
            return Answer(call_id=question.call_id, why=UNKNOWN)
        paced = self._paced.attempt(question.call_id)
        attempt = paced or (None if question.is_inbound else self._store.live_attempt(question.call_id))
        if (
            attempt is None and not question.is_inbound
        ):  # it is over: asked just before the end, heard after it
            return Answer(call_id=question.call_id, why=UNKNOWN)
        if paced is not None:
            self._paced.person(question.call_id)
        number = question.caller if attempt is None else attempt.number
        contact = {} if attempt is None else attempt.contact.fields
        value = body.get("priority_value")
        per_agent = body.get("max_waiting")
        waited_s = _seconds(body.get("waited_s")) or 0.0
        news = CallerJoined(
            call_id=question.call_id,
            queue_id=queue_id,
            switch=question.switch,
            number=number,
            kind=_KINDS.get(str(body.get("kind")), CallerKind.INBOUND),
            joined_at=self._clock.now_ms() - int(waited_s * 1000),
            ahead_s=self._rules().ahead_of(queue_id, number, value if isinstance(value, str) else ""),
            max_wait_s=_whole(body.get("max_wait")),
            max_waiting=None if isinstance(per_agent, dict) else most_waiting(per_agent, None),
            per_agent=_whole(per_agent.get("per_agent")) if isinstance(per_agent, dict) else None,
            within_s=_seconds(body.get("within")),
            campaign_id="" if attempt is None else attempt.campaign_id,
            attempt_id="" if attempt is None else attempt.attempt_id,
            lead_id=None if attempt is None else attempt.lead_id,
            contact=tuple(sorted(contact.items())),
        )
        said = _answer(self._feed(news))
        caller = self._book.caller(question.call_id)
        if caller is not None:
            caller.whisper, caller.called = _text(_WHISPER, body.get("whisper")), question.called
        return said

    def _scenario(self, question: Question) -> str:
        """Whose queue it is; a call that we make only says which attempt it is."""
        if question.scenario:
            return question.scenario
        attempt = self._paced.attempt(question.call_id) or self._store.live_attempt(question.call_id)
        campaign = None if attempt is None else self._store.campaign(attempt.campaign_id)
        return "" if campaign is None else campaign.standing or campaign.scenario


def _answer(said: tuple[Answer | Refused, ...]) -> Answer | None:
    return next((each for each in said if isinstance(each, Answer)), None)


def _told(said: Answer | None) -> dict[str, object] | None:
    if said is None:
        return None
    if said.why:
        return {"ok": False, "why": said.why}
    return {"ok": True, "position": said.position, "wait_s": said.wait_s, "free": said.is_free}


def _text(pattern: re.Pattern[str], value: object) -> str:
    return value if isinstance(value, str) and pattern.match(value) else ""


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST_S:
        return None
    return float(value)


def _whole(value: object) -> int | None:
    found = _seconds(value)
    return None if found is None else int(found)
