"""Named HTTP services: what scenarios fetch from and tell to. Callers name a service, never an address."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace

import gevent
import structlog
from gevent import ssl
from gevent.lock import BoundedSemaphore

from orchestrator.engine.service_rest import WELL, ServiceHealth, asked, failed, may_ask, said_nothing, worked
from orchestrator.outside.addresses import Lookups
from orchestrator.outside.exchange import Answer, Failed, exchange, tls_context
from orchestrator.outside.request import Content, Request, request_fault
from orchestrator.outside.spec import Reply, ServiceSpec, Why
from orchestrator.outside.target import Target, redirected

log = structlog.get_logger()

REDIRECTS = 3
MOVED = frozenset({301, 302, 303, 307, 308})
MOST_TRIES = 10
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 2.0
BUSY = frozenset({408, 425, 429})  # 4xx by which it says that it may be well in a moment, as by 5xx


class Services:
    """Calls services; `call` never raises, and returns within its time. One for a whole process.

    is_logged: whether failures go into the log. chance: numbers 0 <= x < 1 that spread the tries; monotonic: seconds.
    """

    def __init__(
        self,
        specs: Mapping[str, ServiceSpec],
        *,
        is_logged: bool = True,
        chance: Callable[[], float] = random.random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._is_logged = is_logged
        lookups = Lookups()
        self._services = {name: _Service(spec, chance, monotonic, lookups) for name, spec in specs.items()}
        self._apart: dict[tuple[str, str], _Service] = {}

    def call(
        self,
        name: str,
        method: str,
        path: str,
        *,
        send: Mapping[str, object] | Content | None = None,
        timeout_s: float | None = None,
        tries: int | None = None,
        key: str = "",
        apart: str = "",
    ) -> Reply:
        """Ask service `name` for `path` below its URL.

        method: GET, POST, PUT or PATCH. send: the query of a GET, the JSON body of the others; or `Content`.
        timeout_s: for all tries together; tries: at most so many; default of both: the service's. key: what makes a
        repeated POST or PUT known to the service (its Idempotency-Key); one is made up when it is empty. apart: who
        asks, when its failures are to keep nobody else from the service, nor theirs it: one path of a service may be
        broken while the others are well. `at_once` is for all of them together.
        """
        service = self._of(name, apart)
        if service is None:
            there = ", ".join(self._services) or "none"
            reply = Reply(
                why=Why.UNKNOWN_SERVICE,
                detail=f"no service {name[:40]!r} in prozvon.yaml (there are: {there})",
            )
        else:
            reply = service.call(method, path, send or {}, timeout_s, tries, key)
        if not reply.is_ok and reply.why is not Why.BREAKER and self._is_logged:  # who rests was not asked
            log.warning(
                "service_failed",
                service=name[:40],
                method=method[:8],
                path=""
                if isinstance(send, Content)
                else path[:100],  # a webhook's may hold what callers said
                status=reply.status,
                why=str(reply.why),
                detail=reply.detail,
                tries=reply.tries,
                took_ms=reply.took_ms,
            )
            if service is not None and service.begins_to_rest():
                log.error("service_rests", service=name, **({"of": apart} if apart else {}))
        return reply

    def _of(self, name: str, apart: str) -> _Service | None:
        whole = self._services.get(name)
        if whole is None or not apart:
            return whole
        if (name, apart) not in self._apart:
            self._apart[name, apart] = whole.apart()
        return self._apart[name, apart]


class _Service:
    def __init__(
        self,
        spec: ServiceSpec,
        chance: Callable[[], float],
        monotonic: Callable[[], float],
        lookups: Lookups,
    ) -> None:
        self._spec = spec
        self._lookups = lookups
        self._chance = chance
        self._monotonic = monotonic
        self._room = BoundedSemaphore(spec.at_once)
        self._health: ServiceHealth = WELL
        self._is_rest_told = True
        self._context: ssl.SSLContext | None = None

    def apart(self) -> _Service:
        """The same service, with a health of its own."""
        twin = copy(self)
        twin._health, twin._is_rest_told = WELL, True
        return twin

    def call(
        self,
        method: str,
        path: str,
        send: Mapping[str, object] | Content,
        timeout_s: float | None,
        tries: int | None,
        key: str,
    ) -> Reply:
        began = self._monotonic()
        deadline = began + (self._spec.timeout_s if timeout_s is None else timeout_s)
        fault = self._spec.fault or request_fault(method, path, send)
        if fault:
            return Reply(why=Why.REFUSED, detail=fault)
        reply = Reply()
        most = min(max(self._spec.tries if tries is None else tries, 1), MOST_TRIES)
        ready = Request(self._spec, method, path, send, key)
        if ready.fault:
            return Reply(why=ready.why, detail=ready.fault)
        for number in range(1, most + 1):
            earlier = reply
            reply, pause_s = self._try(ready, deadline)
            if reply.why is Why.BREAKER and number > 1:
                reply = earlier  # it says more than that we gave up
                break
            was_sent = reply.may_have_been_sent or earlier.may_have_been_sent
            reply = replace(reply, tries=number, may_have_been_sent=was_sent)
            pause_s = max(pause_s, self._pause_s(number))
            if (
                reply.is_ok
                or number == most
                or not _may_repeat(method, reply)
                or self._monotonic() + pause_s >= deadline
            ):
                break
            gevent.sleep(pause_s)
        return replace(reply, took_ms=round((self._monotonic() - began) * 1000))

    def _pause_s(self, number: int) -> float:
        return min(FIRST_PAUSE_S * 2.0 ** (number - 1), LONGEST_PAUSE_S) * (0.5 + self._chance() / 2)

    def _try(self, ready: Request, deadline: float) -> tuple[Reply, float]:
        """What one try came to, and how long the service asks to be left alone (seconds)."""
        if not self._room.acquire(timeout=max(deadline - self._monotonic(), 0.0)):
            detail = f"{self._spec.at_once} calls of it are under way (`at_once`), and none ended in time"
            return Reply(why=Why.SLOW, detail=detail), 0.0
        try:
            if not may_ask(self._health, self._now()):
                detail = f"left alone after {self._health.fails} failures in a row"
                return Reply(why=Why.BREAKER, detail=detail), 0.0
            self._health = asked(self._health)
            try:
                answer = self._exchanged(ready, deadline)
            except Failed as error:
                self._judge(error.why, error.says_nothing)
                reply = Reply(
                    why=error.why,
                    status=error.status,
                    detail=error.detail,
                    may_have_been_sent=error.is_sent,
                )
                return reply, 0.0
            except BaseException:
                self._health = said_nothing(self._health)
                raise
            reply = _judged(answer)
            self._judge(reply.why, says_nothing=False)
            return reply, _seconds(answer.retry_after)
        finally:
            self._room.release()

    def _judge(self, why: Why | None, says_nothing: bool) -> None:
        """What this try says of the service. An answer that cannot be used is one all the same."""
        if says_nothing:
            self._health = said_nothing(self._health)
        elif why not in (Why.SLOW, Why.DOWN):
            self._health = worked(self._health)
        else:
            until = self._health.until
            self._health = failed(self._health, self._spec.rest, self._now())
            self._is_rest_told = self._is_rest_told and self._health.until == until

    def begins_to_rest(self) -> bool:
        """Whether it is left alone from now on, and this was not said before."""
        is_new, self._is_rest_told = not self._is_rest_told, True
        return is_new

    def _exchanged(self, ready: Request, deadline: float) -> Answer:
        """The answer, after redirects that stay below the service's URL (of a GET: others mean something new)."""
        target: Target | None = ready.target
        for _ in range(REDIRECTS + 1):
            assert target is not None  # noqa: S101  # see below
            answer = exchange(
                ready.method,
                target,
                headers=ready.signed(),
                body=ready.body,
                deadline=deadline,
                max_bytes=self._spec.max_bytes,
                is_private=self._spec.is_private,
                context=self._trusted() if target.scheme == "https" else None,
                lookups=self._lookups,
            )
            if answer.status not in MOVED:
                return answer
            target = redirected(self._spec.url, target, answer.location) if ready.method == "GET" else None
            if target is None:
                break
        said = "too many redirects" if target else "a redirect that is not followed"
        raise Failed(Why.REFUSED, f"{said} ({answer.status})", status=answer.status, is_sent=True)

    def _trusted(self) -> ssl.SSLContext:
        """Made once: it reads all of the system's certificates."""
        if self._context is None:
            try:
                self._context = tls_context(self._spec.ca)
            except (OSError, ValueError) as error:
                said = f"the certificates in {self._spec.ca} cannot be used: {error}"
                raise Failed(Why.REFUSED, said, says_nothing=True) from None
        return self._context

    def _now(self) -> int:
        return round(self._monotonic() * 1000)


def _judged(answer: Answer) -> Reply:
    why, detail = None, ""
    if answer.status in BUSY or answer.status >= 500:
        why, detail = Why.DOWN, f"it answered {answer.status}"
    elif not 200 <= answer.status < 300:
        why = Why.REFUSED if answer.status >= 300 else Why.NONSENSE
        detail = f"it answered {answer.status}"
    return Reply(
        status=answer.status,
        why=why,
        detail=detail,
        body=answer.body,
        content_type=answer.content_type,
        may_have_been_sent=True,
    )


def _may_repeat(method: str, reply: Reply) -> bool:
    """Whether asking again is safe, and of any use."""
    if reply.why not in (Why.SLOW, Why.DOWN, Why.NONSENSE):
        return False
    return method not in ("POST", "PATCH") or not reply.may_have_been_sent


def _seconds(retry_after: str) -> float:
    """`Retry-After: 2`; its other form, a date, needs a clock that two machines share."""
    return float(retry_after) if re.fullmatch(r"\d{1,5}", retry_after.strip()) else 0.0
