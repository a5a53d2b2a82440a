"""Delivers the outbox: makes deliveries of its entries, takes what is due, tries again, parks what nobody takes."""

from __future__ import annotations

import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping

import gevent
import structlog
from gevent import Greenlet
from gevent.event import Event

from orchestrator.domain.delivery import Delivery, Taken
from orchestrator.domain.problem import KnownError
from orchestrator.outside.service import Services
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.outbox.carriers import carriers
from orchestrator.runtime.outbox.correspondence import MESSAGES
from orchestrator.runtime.outbox.hooks import HOOK, HookRoutes, is_hooks
from orchestrator.runtime.outbox.place import Carry, Lines, NotYet
from orchestrator.runtime.outbox.retention import Retention
from orchestrator.runtime.outbox.routes import astray, deliveries_of
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings import Settings
from orchestrator.simulator.clock import RealClock
from orchestrator.store.rows import OutboxRow

log = structlog.get_logger()

LOOK_S = 0.25  # real time between looks at the outbox
AT_ONCE = 500  # entries made deliveries in one go
AWAY_S = 1.0  # real time after the store was away
BEATS = 4  # heartbeats per lease
TIDY_S = 3600.0  # real time between rounds of retention
GOODBYE_S = 5.0  # real time for what is under way when it is stopped
WARN_S = 60.0  # real time between two warnings about one place
SPREAD = 0.1  # of a pause, so that not everything is tried at the same moment


class Deliveries:
    """One for a worker; several share the work. What it has under way when it dies is taken by the others.

    lines: name -> line of each switch, for recordings. services: shared with others of the process, so that their
    limits and rests hold for all; default: its own. carry: how each kind is brought to its place; default: the
    usual ways. broke: told of a bug that ends it.
    """

    def __init__(
        self,
        project: Project,
        lines: Lines,
        *,
        services: Services | None = None,
        carry: Mapping[str, Carry] | None = None,
        broke: Callable[[Greenlet[..., None]], None] = lambda _: None,
    ) -> None:
        self._project = project
        self._settings = project.settings
        self._book = project.store.deliveries
        self._now_ms = project.clock.now_ms
        self._aside = Aside()
        self._carry = carriers(project, lines, self._aside, services) if carry is None else carry
        self._hooks = HookRoutes(self._settings.webhooks, project.store)
        self._retention = Retention(self._settings, lines, self._book, RealClock().now_ms)
        self._broke = broke
        self._by = f"d-{uuid.uuid4().hex[:12]}"
        self._beat_at: float | None = None
        self._warned: dict[
            str, tuple[float, int]
        ] = {}  # lane -> when it was told of, how often it was not since
        self._under_way: dict[str, tuple[Taken, Greenlet[..., None]]] = {}
        self._loops: list[Greenlet[..., None]] = []
        self._wake = Event()

    @property
    def is_busy(self) -> bool:
        """Whether something is under way, due, or not looked at yet. KnownError when the store is away."""
        return bool(self._under_way) or self._book.has_due(self._now_ms())

    def start(self) -> None:
        self._loops = [gevent.spawn(self._for_ever, step) for step in (self._look, self._tidy)]
        for loop in self._loops:
            loop.link_exception(self._broke)

    def stop(self) -> None:
        """Take no more; wait a moment for what is under way. The rest is for the others, at once."""
        gevent.killall(self._loops)
        running = [greenlet for _, greenlet in self._under_way.values()]
        gevent.joinall(running, timeout=GOODBYE_S)
        gevent.killall(running)
        self._aside.stop()
        try:
            self._book.share(self._by, ttl_ms=None, running=())
        except KnownError as error:  # the store is away: the others find out by the heartbeat
            log.warning("deliverer_left_without_a_word", error=str(error))

    def _for_ever(self, step: Callable[[], None]) -> None:
        while True:
            try:
                step()
            except KnownError as error:
                log.error("store_unreachable", error=str(error))
                gevent.sleep(AWAY_S)

    def _tidy(self) -> None:
        gevent.sleep(LOOK_S)
        self._retention.tidy()
        gevent.sleep(TIDY_S)

    # -- taking. One greenlet does all of it: nothing that was just taken is given back as if nobody worked on it.

    def _look(self) -> None:
        self._beat()
        has_more = self._route()
        self._take()
        if not has_more:  # otherwise whoever is through wakes us
            self._wake.wait(LOOK_S)
            self._wake.clear()

    def _beat(self) -> None:
        now_s = time.monotonic()
        if self._beat_at is not None and now_s - self._beat_at < self._settings.lease_s / BEATS:
            return
        ttl_ms = round(self._settings.lease_s * 1000)
        back = self._book.share(self._by, ttl_ms=ttl_ms, running=list(self._under_way))
        self._beat_at = now_s
        if back:
            log.warning("deliveries_taken_over", chains=back)

    def _route(self) -> bool:
        """Entries become deliveries, unless another worker was faster. Whether there may be more."""
        after, entries = self._book.unrouted(AT_ONCE)
        if not entries:
            return False
        made = [delivery for entry in entries for delivery in self._made_of(entry)]
        self._book.route(after, entries[-1].entry_id, made)
        return len(entries) == AT_ONCE

    def _made_of(self, entry: OutboxRow) -> tuple[Delivery, ...]:
        """One that we cannot read is parked, for a person to look at; it stops neither calls nor the others."""
        try:
            hooked = self._hooks.wanted(entry)
            return deliveries_of(entry, self._settings.project, self._settings.mailboxes, hooked)
        except KnownError:  # the store is away: later
            raise
        except Exception:
            log.exception("outbox_entry_not_understood", entry_id=entry.entry_id, kind=entry.kind)
            return (astray(entry, self._settings.project),)

    def _take(self) -> None:
        busy = Counter(taken.lane for taken, _ in self._under_way.values())
        found = self._book.take(
            self._by,
            uuid.uuid4().hex,
            self._now_ms(),
            at_once=self._settings.outbox.at_once,
            busy=busy,
        )
        for taken in found:
            self._under_way[taken.token] = (taken, gevent.spawn(self._deliver, taken))

    # -- delivering

    def _deliver(self, taken: Taken) -> None:
        try:
            failure = self._try(taken)
            self._tell(taken, failure)
        finally:
            del self._under_way[taken.token]
            self._wake.set()

    def _try(self, taken: Taken) -> Undelivered | NotYet | None:
        """None when it was delivered. A bug of ours is a failure like any other: it stops neither calls nor others."""
        first = taken.deliveries[0]
        carry = self._carry.get(HOOK if is_hooks(first.lane) else first.kind)
        if carry is None:
            return Undelivered(f"nothing is known of how to deliver {first.kind!r}", is_final=True)
        try:
            carry(taken.deliveries)
        except (Undelivered, NotYet) as failure:
            return failure
        except KnownError as error:  # the store is away
            return Undelivered(str(error))
        except Exception as error:
            log.exception("delivery_broke", delivery_id=first.delivery_id, kind=first.kind)
            return Undelivered(f"a bug, please report it: {type(error).__name__}: {error}")
        return None

    def _tell(self, taken: Taken, failure: Undelivered | NotYet | None) -> None:
        """The store hears of it, however long it is away: otherwise it would be delivered again."""
        while True:
            try:
                is_ours = self._noted(taken, failure)
            except KnownError as error:
                log.error("store_unreachable", error=str(error))
                gevent.sleep(AWAY_S)
                continue
            if not is_ours:
                log.warning("delivery_was_taken_over", delivery_id=taken.deliveries[0].delivery_id)
            return

    def _noted(self, taken: Taken, failure: Undelivered | NotYet | None) -> bool:
        first, now = taken.deliveries[0], self._now_ms()
        about = {
            "delivery_id": first.delivery_id,
            "kind": first.kind,
            "lane": first.lane,
            "call_id": first.attempt_id,
            "count": len(taken.deliveries),
            "tries": first.tries + 1,
        }
        if failure is None:
            log.info("delivered", **about)
            self._warned.pop(first.lane, None)
            return self._book.done(taken, now)
        if isinstance(failure, NotYet):
            log.info("delivery_waits", why=failure.why, **about)
            return self._book.wait(taken, now, due=failure.due, why=failure.why)
        if failure.is_spared:
            due = now + pause_ms(self._settings, first.tries, random.random())
            return self._book.wait(taken, now, due=due, why=failure.told)
        if failure.is_final or first.tries + 1 >= self._settings.outbox.tries:
            log.error("delivery_parked", why=failure.why, **about)
            if first.kind in MESSAGES:
                self._project.store.messages.failed(first.key, now, failure.told)
            return self._book.park(taken, now, why=failure.told)
        due = now + pause_ms(self._settings, first.tries, random.random())
        self._warn(why=failure.why, **about)
        return self._book.later(taken, now, due=due, why=failure.told)

    def _warn(self, **about: object) -> None:
        """A place that is away for hours is told of now and then, with how often it was not told of since."""
        lane = str(about["lane"])
        at, unsaid = self._warned.get(lane, (float("-inf"), 0))
        now_s = time.monotonic()
        if now_s - at < WARN_S:
            self._warned[lane] = (at, unsaid + 1)
            return
        self._warned[lane] = (now_s, 0)
        log.warning("delivery_failed", unsaid=unsaid, **about)


def pause_ms(settings: Settings, tries: int, chance: float) -> int:
    """How long to wait after one more failure than `tries`: doubled each time, up to the most; spread by `chance`."""
    seconds = min(settings.outbox.first_s * 2.0 ** min(tries, 60), settings.outbox.most_s)
    return round(seconds * (1 - SPREAD * chance) * 1000)
