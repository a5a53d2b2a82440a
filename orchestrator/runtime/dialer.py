"""Claims due leads of a campaign and writes one originate for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import structlog

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Campaign, Ending, WaitReason
from orchestrator.domain.problem import KnownError
from orchestrator.engine.caller_id import choose
from orchestrator.engine.originate import originate_command
from orchestrator.engine.payload import encode
from orchestrator.runtime.budgets import Zones, gateway_budgets, quota_of
from orchestrator.runtime.bundles import Bundles, ZoneBook
from orchestrator.runtime.prompts.prompting import Prompting, Unsayable, Words
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.switches.line import Line
from orchestrator.runtime.trials import Trials
from orchestrator.scenario.compile import Compiled
from orchestrator.store import ClaimReply, ClaimRequest, GatewayBudget, Store

log = structlog.get_logger()

BATCH = 20  # leads per claim: saves round trips, and at most this many are undone when a switch goes away
LATE_MS = 30_000  # business time from claim to originate after which hours and caps are looked at again


Claimed = Callable[[tuple[Attempt, ...]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one turn of a campaign did. `again_at`: when it is worth asking again (epoch ms), None: not by time."""

    claimed: int
    again_at: int | None
    reason: WaitReason


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What a campaign's calls can be made with now."""

    compiled: Compiled
    most: int  # calls whose prompts there is room for
    zones: Zones
    gateways: tuple[GatewayBudget, ...]


class Dialer:
    """One worker's hand on the telephone. `track` is told of an attempt before its originate is written;
    `failed(attempt, error)` when the switch refused the line or it may not have got there; `impossible(attempt,
    ending)` when no safe originate can be made of it; `undo(attempt)` to have it claimed again, nothing being written.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        store: Store,
        worker_id: str,
        lines: Mapping[str, Line],
        bundles: Bundles,
        prompting: Prompting,
        now_ms: Callable[[], int],
        new_id: Callable[[], str],
        may_write: Callable[[], bool],
        track: Callable[[Attempt, int], None],
        failed: Callable[[Attempt, Exception], None],
        impossible: Callable[[Attempt, Ending], None],
        undo: Callable[[Attempt], None],
        trials: Trials,
        heard_ms: int,
    ) -> None:
        self._settings = settings
        self._store = store
        self._worker_id = worker_id
        self._lines = lines
        self._bundles = bundles
        self._prompting = prompting
        self._now_ms = now_ms
        self._zones = ZoneBook(store)
        self._new_id = new_id
        self._may_write = may_write
        self._track = track
        self._failed = failed
        self._impossible = impossible
        self._undo = undo
        self._trials = trials
        self._heard_ms = heard_ms

    def turn(
        self,
        campaign: Campaign,
        now: int,
        *,
        most: int = BATCH,
        only: tuple[int, ...] = (),
        claimed: Claimed = lambda _: None,
    ) -> Turn:
        """Claim up to `most`, and never more than BATCH, leads of `campaign` and originate them. only: none but these
        leads, which may need an agent. claimed: told of them before anything else can be heard of them.
        """
        ground = self._ground(campaign, now)
        if isinstance(ground, Turn):
            return ground
        limits = self._settings.limits.per_number
        plan = ground.compiled.plan
        reply = self._store.claim(
            ClaimRequest(
                campaign_id=campaign.campaign_id,
                worker_id=self._worker_id,
                now=now,
                attempt_ids=tuple(self._new_id() for _ in range(min(most, ground.most))),
                zones=ground.zones.open,
                per_day=plan.per_day,
                gateways=ground.gateways,
                project_per_day=limits.day,
                project_ever=limits.ever,
                heard_ms=self._heard_ms,
                only=only,
                per_hour=quota_of(plan, ground.zones, now),
                consent=plan.consent,
            )
        )
        self._trials.add(reply.trials)
        claimed(reply.attempts)
        self._originate(reply.attempts, ground.compiled, now)
        return Turn(
            claimed=len(reply.attempts),
            again_at=_again_at(reply, ground.zones.next_opening),
            reason=reply.reason,
        )

    def held(self, campaign: Campaign, now: int) -> Turn | None:
        """Why no call of a campaign can be made now, whatever its leads; None when one can. KnownError: as `turn`."""
        ground = self._ground(campaign, now)
        return ground if isinstance(ground, Turn) else None

    def _ground(self, campaign: Campaign, now: int) -> _Ground | Turn:
        if not self._may_write():
            return Turn(claimed=0, again_at=None, reason=WaitReason.NO_WORKER)
        compiled = self._bundles.of(campaign)
        most = min(BATCH, self._prompting.room(compiled))
        if not most:
            return Turn(claimed=0, again_at=None, reason=WaitReason.SPEECH)
        zones = self._zones.at(campaign, compiled, now)
        if not zones.open:
            return Turn(claimed=0, again_at=zones.next_opening, reason=WaitReason.HOURS)
        up = {name: line.dials_as for name, line in self._lines.items() if line.dials_as}
        gateways = gateway_budgets(self._settings, compiled.plan, up)
        if not gateways:
            return Turn(claimed=0, again_at=None, reason=WaitReason.SWITCH_DOWN)
        gateways = tuple(each for each in gateways if self._prompting.is_ready(compiled, each.switch))
        if not gateways:
            return Turn(claimed=0, again_at=None, reason=WaitReason.SPEECH)
        return _Ground(compiled=compiled, most=most, zones=zones, gateways=gateways)

    def ring_s(self, campaign: Campaign) -> int:
        """How long a call of this campaign rings at most."""
        return self._bundles.of(campaign).plan.ring_s

    def held_by_speech(self, campaigns: Iterable[Campaign]) -> dict[str, str]:
        """Campaign id -> why its calls' prompts cannot be made now, of those that we have dialed or tried to."""
        known = ((each.campaign_id, self._bundles.known(each)) for each in campaigns)
        why = {name: self._prompting.held(compiled) for name, compiled in known if compiled is not None}
        return {name: text for name, text in why.items() if text}

    def forget(self, campaign_id: str) -> None:
        self._zones.forget(campaign_id)

    def _originate(self, attempts: tuple[Attempt, ...], compiled: Compiled, now: int) -> None:
        """Call those that have all their prompts; the others once those are made."""
        ready = []
        for attempt in attempts:
            words = self._prompting.words(compiled, attempt.contact, attempt.switch)
            if words.missing:
                self._prepare(attempt, compiled, words)
            else:
                ready.append((attempt, words))
        self._write(ready, compiled, now)

    def _prepare(self, attempt: Attempt, compiled: Compiled, words: Words) -> None:
        def prepared(error: Exception | None) -> None:
            now = self._now_ms()
            if isinstance(error, Unsayable):
                self._impossible(attempt, _not_sent(attempt, now, str(error)))
            elif error is None and now - attempt.claimed_at <= LATE_MS and self._may_still_be_called(attempt):
                self._write([(attempt, words)], compiled, now)
            else:
                self._undo(attempt)

        self._prompting.prepare(attempt, words, prepared)

    def _may_still_be_called(self, attempt: Attempt) -> bool:
        """While its prompts were made its lead may have been withdrawn, and whom it calls have asked for no more calls:
        then it is claimed anew, if at all.
        """
        store, number, basis = self._store, attempt.number, attempt.basis
        try:
            if store.is_withdrawn(attempt.campaign_id, attempt.lead_id) or store.dnc_contains(number):
                return False
            return basis is None or any(
                said.purpose == basis.purpose and said.withdrawn_at is None
                for said in store.consents.of(number)
            )
        except KnownError:  # the store is away: nobody knows
            return False

    def _write(self, calls: list[tuple[Attempt, Words]], compiled: Compiled, now: int) -> None:
        """Write the one originate of each stored attempt; undo the claims that certainly are not written."""
        jobs: dict[str, list[tuple[str, str]]] = {}
        for attempt, words in calls:
            if self._lines[attempt.switch].dials_as != attempt.switch_uuid or not self._may_write():
                self._undo(attempt)
                continue
            try:
                command = self._command(attempt, compiled, words)
            except ValueError as error:  # refused before it could be syntax: nothing of it goes to the switch
                self._impossible(attempt, _not_sent(attempt, now, str(error)))
                continue
            jobs.setdefault(attempt.switch, []).append((command, attempt.attempt_id))
            self._track(attempt, compiled.plan.ring_s)
        by_id = {attempt.attempt_id: attempt for attempt, _ in calls}

        def replied(job_id: str, error: Exception | None) -> None:
            if error is not None:
                self._failed(by_id[job_id], error)

        for switch, lines in jobs.items():
            self._lines[switch].originate(lines, replied)

    def _command(self, attempt: Attempt, compiled: Compiled, words: Words) -> str:
        contact = attempt.contact
        gateway = self._settings.switches[attempt.switch].gateways[attempt.gateway]
        payload = {"c": contact.fields, "l": contact.language, "s": words.said}
        if words.voice:
            payload["v"] = words.voice
        return originate_command(
            attempt,
            program=compiled.digest,
            ring_s=compiled.plan.ring_s,
            caller_id=choose(
                compiled.plan.caller_id, attempt.number, attempt.lead_id, allowed=gateway.may_show()
            ),
            dial=gateway.dial_string(attempt.gateway),
            payload=encode(payload),
        )


def _not_sent(attempt: Attempt, now: int, why: str) -> Ending:
    return Ending(
        attempt_id=attempt.attempt_id,
        disposition=Disposition.FAILED,
        cause="",
        ended_at=max(now, attempt.claimed_at),
        detail=f"not originated: {why}",
    )


def _again_at(reply: ClaimReply, next_opening: int | None) -> int | None:
    times = (reply.wait_until, reply.next_due_at, next_opening)
    return min((at for at in times if at is not None), default=None)
