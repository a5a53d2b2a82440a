"""One worker's lead, from the moment it has the token until it has it no more: the floor and all that serves it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, Protocol

import gevent
import structlog
from gevent import Greenlet

from orchestrator.domain.agent import AgentState
from orchestrator.domain.call_event import CallEvent, CallEventKind
from orchestrator.domain.lead import Ending
from orchestrator.domain.problem import KnownError
from orchestrator.engine.floor.clock import LATE_MS
from orchestrator.engine.floor.floor import Floor
from orchestrator.engine.floor.news import (
    LegEnded,
    LegFailed,
    News,
    Queues,
    Staff,
    TalkBegan,
)
from orchestrator.engine.floor.state import FloorState
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.inbound.questions import Question
from orchestrator.runtime.operators.answering import Answering
from orchestrator.runtime.operators.book import Book
from orchestrator.runtime.operators.carrier import SETTLE_S, Carrier
from orchestrator.runtime.operators.codes import Codes
from orchestrator.runtime.operators.commands import Commands
from orchestrator.runtime.operators.hearing import KEY, LEG_PREFIX, heard
from orchestrator.runtime.operators.keys import Keys
from orchestrator.runtime.operators.looks import Looks
from orchestrator.runtime.operators.paced import Dial, Paced
from orchestrator.runtime.operators.rota import Rota, Rules
from orchestrator.runtime.operators.screens import Screens
from orchestrator.runtime.operators.shift import Shift
from orchestrator.runtime.operators.tally import Tally
from orchestrator.runtime.operators.writing import PACER, pacer_parts, state_of
from orchestrator.runtime.project import Project
from orchestrator.runtime.switches.line import Line
from orchestrator.store.floor import NotLeading

log = structlog.get_logger()

# Real seconds between two of each; the second of a pair on a clock that runs faster than ours
RULES_S: Final = (1.0, 0.2)
LOOK_S: Final = (5.0, 0.5)
CHECK_S: Final = (5.0, 0.5)
FIGURES_S: Final = 0.9
COMMANDS_S: Final = 0.1
SAVE_S: Final = 0.25
PACERS_S: Final = 5.0
LEARNED_S: Final = 300.0
AT_REST: Final = frozenset({AgentState.OFFLINE, AgentState.BREAK, AgentState.AVAILABLE})
FIRST_LOOK_S: Final = 1.0  # so long taking over waits for switches to say what is on them


class Ears(Protocol):
    """What is needed of runtime.inbound.ear.Ear."""

    def follow(self, switch: str, leg_id: str, *, is_followed: bool) -> None: ...


class Lead:
    """`begin` reads what the leader before us has left, and starts; `end` stops. `lost()` is called when somebody else
    leads. may_write: whether our lease certainly holds.
    """

    def __init__(
        self,
        project: Project,
        lines: Mapping[str, Line],
        *,
        token: int,
        bundles: Bundles,
        dial: Dial,
        worker_id: str,
        may_write: Callable[[], bool],
        lost: Callable[[], None],
        ear: Ears | None,
        broke: Callable[[Greenlet[..., None]], object],
    ) -> None:
        self.token = token
        self._project, self._lines = project, lines
        self._store, self._clock = project.store, project.clock
        self._worker_id = worker_id
        self._lost, self._broke, self._ear = lost, broke, ear
        self._rota = Rota(project, bundles, is_logging=True)
        self._rules = self._rota.read()
        now = self._clock.now_ms()
        state = state_of(self._store.floor.read(), now)
        self._zone = _zone_of(self._rules)
        # What is lag on a real clock is `speed` times as much on a fast one
        late_ms = int(LATE_MS * max(1.0, self._clock.speed / 4))
        floor = Floor(_new_leg_id, zone=self._zone, late_ms=late_ms)
        book = Book.of(state, time.monotonic())
        tally = Tally(self._zone)
        tally.load(self._store.quarters, now)
        self._shift = Shift(
            floor,
            book,
            tally,
            self._clock,
            write=partial(self._store.floor.write, token),
            carry=lambda orders: self._carrier.carry(orders),
            place=lambda order: self._paced.place(order),
            show=lambda pop: self._screens.show(pop),
            project_of=lambda queue_id: self._rules.project_of(queue_id),
            lost=lost,
        )
        feed, rules = self._shift.feed, lambda: self._rules
        self._paced = Paced(self._store, self._clock, dial, feed=feed, rules=rules)
        self._carrier = Carrier(
            lines,
            project.settings,
            book,
            spec_of=lambda agent_id: self._rules.agents.get(agent_id),
            attempt_switch=self._paced.switch_of,
            now_ms=self._clock.now_ms,
            may_write=may_write,
            settle_s=SETTLE_S / max(1.0, self._clock.speed),
            tell=feed,
            broke=broke,
        )
        codes = Codes(feed=feed, rules=rules, state_of=self._state_of)
        self._answering = Answering(
            self._store, self._clock, book, self._paced, codes, feed=feed, rules=rules
        )
        self._screens = Screens(
            self._store, self._clock, rules=rules, caller_of=book.caller, write=self._shift.show_event
        )
        self._looks = Looks(lines, book, feed)
        self._commands = Commands(
            self._store.commands, token, feed=feed, reply=self._shift.reply, reload=self._reload
        )
        self._keys = Keys(
            feed=feed,
            state=lambda: floor.state(with_pacers=False),
            agent_of=lambda leg_id: "" if (leg := book.leg(leg_id)) is None else leg.agent_id,
        )
        self._state = state
        self._learned_at = time.monotonic()
        self._greenlets: list[Greenlet[..., None]] = []
        self._looking: dict[str, Greenlet[..., None]] = {}

    # -- life

    def begin(self) -> None:
        """Take over what is under way, then go on. KnownError: the store is away; `end` all the same."""
        self._feed_rules(is_first=True)
        self._shift.restore(self._state)
        self._look()
        gevent.joinall(list(self._looking.values()), timeout=FIRST_LOOK_S)
        self._adopt()
        self._paced.look()
        is_fast = self._clock.speed > 1
        steps = (
            (self._read_rules, RULES_S[is_fast]),
            (self._look, LOOK_S[is_fast]),
            (self._check, CHECK_S[is_fast]),
            (self._show_figures, FIGURES_S),
            (self._commands.look, COMMANDS_S),
            (self._shift.save, SAVE_S),
            (self._save, PACERS_S),
        )
        self._greenlets = [gevent.spawn(self._repeat, step, every_s) for step, every_s in steps]
        self._greenlets += [gevent.spawn(self._screens.shows), *self._shift.steps()]
        for greenlet in (*self._greenlets, gevent.spawn(self._paced.dials)):
            greenlet.link_exception(self._broke)
        self._carrier.start()

    def end(self, *, in_good_order: bool) -> None:
        """in_good_order: we lead still, and tell the next one all we know. Talks go on in either case."""
        self._paced.stop()
        gevent.killall([*self._greenlets, *self._looking.values()])
        self._carrier.stop()
        if in_good_order:
            try:
                self._save(is_last=True)
                self._shift.flush()
            except KnownError as error:
                log.warning("floor_not_saved", error=str(error))

    def rest(self) -> None:
        """Make no more calls of campaigns."""
        self._paced.rest()

    def _repeat(self, step: Callable[[], object], every_s: float) -> None:
        while True:
            try:
                step()
            except NotLeading:
                self._lost()
                return
            except KnownError as error:
                log.error("store_unreachable", error=str(error))
            gevent.sleep(every_s)

    def _adopt(self) -> None:
        """Calls of campaigns that were under way when we took the lead, whoever has made them."""
        calls = {each.attempt_id for each in self._state.attempts}
        calls |= {each.attempt_id for each in self._state.errands if each.attempt_id}
        live = self._store.live()
        paced = [each for each in live if each.campaign_id in self._rules.paced or each.attempt_id in calls]
        for worker_id in {attempt.worker_id for attempt in paced} - {self._worker_id}:
            for line in self._lines.values():
                line.also_hear(worker_id)
        self._paced.adopt(paced, calls)

    # -- what is heard

    def hear(self, switch: str, event: Mapping[str, object]) -> None:
        """An event of the ear."""
        if event.get("Event-Name") == KEY:
            self._keys.pressed(event)
            return
        news = tuple(heard(switch, event, self._shift.book))
        for each in news:
            if isinstance(each, TalkBegan):
                self._follow(switch, each.leg_id, is_followed=True)
            elif isinstance(each, LegEnded):
                self._follow(switch, each.leg_id, is_followed=False)
                self._keys.forget(each.leg_id)
        self._shift.feed(*news)

    def _follow(self, switch: str, leg_id: str, *, is_followed: bool) -> None:
        """An agent who called in has a leg that was not named by us."""
        if self._ear is not None and not leg_id.startswith(LEG_PREFIX):
            gevent.spawn(self._ear.follow, switch, leg_id, is_followed=is_followed).link_exception(
                self._broke
            )

    def happened(self, event: CallEvent) -> None:
        """An event of a call that some worker has made, or of an agent's leg."""
        if self._shift.book.is_leg(event.attempt_id):
            if event.kind is CallEventKind.JOB_FAILED:
                self._shift.feed(LegFailed(leg_id=event.attempt_id, cause=event.facts.cause))
        elif event.kind in (CallEventKind.ANSWERED, CallEventKind.JOB_OK):
            self._paced.answered(event.attempt_id)
        elif event.kind is CallEventKind.ENDED:
            self._paced.ended(event.attempt_id)  # ours have ended already, with their ending

    def ended(self, attempt_id: str, ending: Ending | None) -> None:
        """A call of ours is over, or was never made (None)."""
        self._paced.ended(attempt_id, ending)

    def knows(self, call_id: str) -> bool:
        """Whether this caller is known, and need not be heard of again."""
        return self._shift.book.caller(call_id) is not None

    def answer(self, question: Question) -> dict[str, object] | None:
        return self._answering.answer(question)

    def came_up(self, switch: str) -> None:
        """Look at a switch, which is asked: in a greenlet of its own, so that a slow one holds up nobody."""
        before = self._looking.get(switch)
        if before is None or before.ready():
            self._looking[switch] = looking = gevent.spawn(self._looks.look, switch)
            looking.link_exception(self._broke)

    def went_down(self, switch: str) -> None:
        self._looks.went_down(switch)

    def _state_of(self, agent_id: str) -> AgentState | None:
        found = (
            each.state
            for each in self._shift.floor.state(with_pacers=False).agents
            if each.agent_id == agent_id
        )
        return next(found, None)

    # -- now and then

    def _reload(self) -> str:
        self._read_rules()
        return self._rota.fault

    def _read_rules(self) -> None:
        self._feed_rules()
        self._paced.look()

    def _feed_rules(self, *, is_first: bool = False) -> None:
        before = self._rules
        state = self._shift.floor.state(with_pacers=False)
        self._rules = after = self._rota.read(kept=before.at_work(state))
        news: list[News] = []
        if is_first or after.agents != before.agents or after.breaks != before.breaks:
            news.append(Staff(specs=tuple(after.agents.values()), breaks=after.breaks))
        if is_first or after.queues != before.queues:
            news.append(Queues(rules=tuple(after.queues.values())))
        self._shift.feed(*news)

    def _look(self) -> None:
        for switch in self._lines:
            self.came_up(switch)

    def _check(self) -> None:
        self._paced.check()
        state = self._shift.floor.state(with_pacers=False)
        self._paced.check_ghosts(each for each in state.callers if each.is_ghost)
        self._shift.book.keep_callers(each.call_id for each in state.callers)

    def _show_figures(self) -> None:
        now = self._clock.now_ms()
        floor = self._shift.floor
        figures = self._shift.tally.figures(
            floor.state(with_pacers=False),
            self._rules,
            now,
            pacer=lambda name: None if (pacer := floor.pacer(name)) is None else pacer.figures(now),
            held={name: reason.value for name, reason in self._paced.held.items()},
            estimate=lambda queue_id: _seconds(floor.estimate_ms(queue_id, now)),
        )
        self._store.figures.write(self.token, figures, now)

    def _save(self, *, is_last: bool = False) -> None:
        """What the pacers know, which is much, is kept now and then; the rest with every step of the floor."""
        state = self._shift.floor.state()
        gone = {each.campaign_id for each in self._state.campaigns} - {
            each.campaign_id for each in state.campaigns
        }
        self._shift.keep(pacer_parts(state) | {f"{PACER}{campaign_id}": None for campaign_id in gone})
        self._state = state
        at = time.monotonic()
        if is_last or at - self._learned_at > LEARNED_S:
            self._learned_at = at
            self._remember(state)

    def _remember(self, state: FloorState) -> None:
        for campaign in state.campaigns:
            pacer = self._shift.floor.pacer(campaign.campaign_id)
            if pacer is not None:
                self._store.quarters.remember(campaign.queue_id, pacer.history())
        keep_ms = self._project.settings.operators.keep_days * 86_400_000
        self._store.quarters.forget(self._clock.now_ms() - keep_ms)

    @property
    def is_busy(self) -> bool:
        return self._shift.is_busy or self._carrier.is_busy or self._paced.is_busy

    def next_at(self) -> int | None:
        """When something is due for an agent or a caller; None while nobody has or waits for a call."""
        state = self._shift.floor.state(with_pacers=False)
        is_at_rest = not state.callers and all(each.state in AT_REST for each in state.agents)
        return None if is_at_rest else self._shift.next_at()


def _zone_of(rules: Rules) -> str:
    """On whose clock a day begins: of the first queue, or campaign, that says it."""
    zones = [queue.zone for _, queue in sorted(rules.queues.items())]
    zones += [compiled.plan.zone.name or "" for _, (_, compiled) in sorted(rules.paced.items())]
    return next((zone for zone in zones if zone and zone != "UTC"), "UTC")


def _seconds(ms: float | None) -> int | None:
    return None if ms is None else round(ms / 1000)


def _new_leg_id() -> str:
    return LEG_PREFIX + str(uuid.uuid4())[len(LEG_PREFIX) :]
