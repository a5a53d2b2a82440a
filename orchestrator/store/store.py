"""The store: everything prozvon remembers, behind one door. Atomic decisions are Lua (lua/), one file each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from orchestrator.domain.consent import ConsentDemand
from orchestrator.domain.inbound import InboundCall, MissedDecision
from orchestrator.domain.lead import (
    Attempt,
    Campaign,
    CampaignState,
    Decision,
    Ending,
    OutboxEntry,
)
from orchestrator.domain.plan import OrderKey
from orchestrator.domain.problem import KnownError
from orchestrator.store import (
    calls,
    campaigns,
    claiming,
    dnc,
    finishing,
    gateways,
    leads,
    outbox,
    reasons,
    standing,
    workers,
)
from orchestrator.store.added_agents import AddedAgents
from orchestrator.store.commands import CommandBook
from orchestrator.store.consents import ConsentBook
from orchestrator.store.db import PATIENCE_S, Db, let_go
from orchestrator.store.deliveries import DeliveryBook
from orchestrator.store.embedded import EmbeddedServer, Fsync
from orchestrator.store.figures import FigureBook
from orchestrator.store.floor import FloorBook
from orchestrator.store.foreign import ForeignServer, connect, warnings_of, without_password
from orchestrator.store.history import history, history_between
from orchestrator.store.intake import IntakeBook
from orchestrator.store.lead_doors import LeadDoors
from orchestrator.store.messages import MessageBook
from orchestrator.store.meters import Measured, MeterBook
from orchestrator.store.outcomes import OutcomeBook
from orchestrator.store.quarters import Quarters
from orchestrator.store.records import check_id
from orchestrator.store.replies import ReplyBook
from orchestrator.store.requests import ClaimReply, ClaimRequest, GatewayBudget, HourQuota, OpenZone
from orchestrator.store.rows import (
    AttemptRow,
    CallbackRow,
    CallRow,
    CampaignCounts,
    DncRow,
    DueNow,
    Earlier,
    OutboxRow,
    RestRow,
    Why,
)
from orchestrator.store.screens import Screens
from orchestrator.store.tokens import TokenBook
from orchestrator.store.waiting import WaitingRoom


def open_store(
    url: str | None, *, folder: Path, project: str, fsync: Fsync = "always", patience_s: float = PATIENCE_S
) -> Store:
    """The store of a project: the Redis at `url`, or the embedded one in `folder` (the data folder).

    fsync: of the embedded one; see docs/keys.md. patience_s: how long each call tries to reach a lost Redis.
    KnownError with one clear line when it cannot be used.
    """
    check_id(project, "project")
    if url is None:
        server = EmbeddedServer(folder, fsync=fsync)
        return Store(Db(server.client(), server, project, patience_s=patience_s), warnings=())
    client, where = connect(url), without_password(url)
    try:
        found = warnings_of(client, where)
    except KnownError:
        let_go(client)
        raise
    return Store(Db(client, ForeignServer(where=where), project, patience_s=patience_s), warnings=found)


class Store(LeadDoors):
    """Synchronous; safe to share between greenlets, and between threads. `now` is the caller's clock, epoch ms, real or
    virtual; only the heartbeats run on real time. Any method may raise KnownError: Redis cannot be reached, there is no
    such campaign.
    """

    def __init__(self, db: Db, *, warnings: tuple[str, ...]) -> None:
        self.warnings = warnings  # about a foreign Redis, for people
        self.deliveries = DeliveryBook(db)  # what is to be brought outside
        self.messages = MessageBook(db)  # what people were written, and what became of it
        self.waiting_room = WaitingRoom(db)  # callers in queues
        self.floor = FloorBook(db)  # who leads, and where each agent is
        self.commands = CommandBook(db)  # for whoever leads
        self.figures = FigureBook(db)  # how it is now
        self.quarters = Quarters(db)  # how it was, by quarters of an hour
        self.screens = Screens(db)  # what agents are shown
        self.meters = MeterBook(db)  # what workers have measured
        self.added_agents = AddedAgents(db)  # agents that are not in the agents file
        self.consents = ConsentBook(db)  # what people agreed to
        self.tokens = TokenBook(db)  # who may use the API
        self.replies = ReplyBook(db)  # what the API has said, by idempotency key
        self.intakes = IntakeBook(db)  # drop folders and polled sources
        super().__init__(db)
        self.outcomes = OutcomeBook(db, self._terms)  # what agents say of calls

    def close(self) -> None:
        """Let go of Redis; the last store of an embedded one stops it."""
        self._db.close()

    # -- campaigns --------------------------------------------------------------------------------------------

    def create_campaign(self, campaign: Campaign, bundle: bytes, first: tuple[OrderKey, ...]) -> None:
        """KnownError when the id is taken."""
        campaigns.create(self._db, campaign, bundle, first)

    def campaign(self, campaign_id: str) -> Campaign | None:
        return campaigns.read(self._db, campaign_id)

    def campaigns(self) -> tuple[Campaign, ...]:
        """All, in the order of creation."""
        return campaigns.read_all(self._db)

    def bundle(self, digest: str) -> bytes | None:
        """The compiled scenario that a campaign's `program` names."""
        return campaigns.bundle(self._db, digest)

    def set_state(
        self, campaign_id: str, to: CampaignState, *, among: frozenset[CampaignState], now: int
    ) -> bool:
        """False, and nothing changed, when the campaign is in none of the states `among`."""
        return campaigns.set_state(self._db, campaign_id, to, among=among, now=now)

    def finish_if_done(self, campaign_id: str, now: int) -> bool:
        """RUNNING -> FINISHED when no lead is ready, waiting or being dialed."""
        return campaigns.finish_if_done(self._db, campaign_id, now)

    def close_campaign(self, campaign_id: str) -> bool:
        """An open campaign takes no more contacts. False: it was not open."""
        return campaigns.close(self._db, campaign_id)

    def delete_campaign(self, campaign_id: str) -> None:
        """Remove a campaign in LOADING without a trace. KnownError in any other state."""
        campaigns.delete(self._db, campaign_id)
        self._terms.forget(campaign_id)

    def counts(self, campaign_id: str) -> CampaignCounts:
        return campaigns.counts(self._db, campaign_id)

    def zones(self, campaign_id: str) -> tuple[str, ...]:
        """Zone keys in which leads are ready, waiting or being dialed."""
        return campaigns.zones(self._db, self._terms, campaign_id)

    def why(
        self,
        campaign_id: str,
        *,
        now: int,
        zones: Iterable[OpenZone],
        closed: Mapping[str, int | None] | None = None,
        per_day: int | None = None,
        project_per_day: int | None = None,
        project_ever: int | None = None,
        gateways: Iterable[GatewayBudget] = (),
        per_hour: HourQuota | None = None,
        consent: ConsentDemand | None = None,
        number: str | None = None,
        as_running: bool = False,
    ) -> Why:
        """What every lead waits for, summed; or the one lead with this number (no reasons: it is not in there).

        zones, gateways, caps: as in a claim. closed: next opening of the other zones. as_running: as if the campaign
        were running. Precedence of reasons: docs/keys.md.
        """
        question = reasons.Question(
            now=now,
            zones=tuple(zones),
            closed=closed or {},
            cap_day=min((cap for cap in (per_day, project_per_day) if cap is not None), default=None),
            cap_ever=project_ever,
            gateways=tuple(gateways),
            as_running=as_running,
            per_hour=per_hour,
            consent=consent,
        )
        if number is not None:
            return reasons.of_number(self._db, self._terms, campaign_id, number, question)
        return reasons.of_campaign(self._db, self._terms, campaign_id, question)

    # -- attempts ---------------------------------------------------------------------------------------------

    def claim(self, request: ClaimRequest) -> ClaimReply:
        """Take due leads; their attempts are stored before they are returned."""
        return claiming.claim(self._db, self._terms, request)

    def due_for_agent(self, campaign_id: str, now: int, most: int = 100) -> tuple[int, ...]:
        """Leads that are due and wait for an agent (`WaitReason.AGENT`), first due first: for `ClaimRequest.only`."""
        return leads.due_for_agent(self._db, campaign_id, now, most)

    def due_now(self, campaign_id: str, now: int) -> DueNow:
        """How many leads may be claimed now by their own waits: also those that no claim has made ready yet."""
        return leads.due_now(self._db, campaign_id, now)

    def lead_of_attempt(self, attempt_id: str) -> tuple[str, int] | None:
        """Campaign and lead of an attempt that ended in the last two days, and that an agent had, or whose lead waits
        for one (the customer kept a place in a queue). None: nothing is known of it.
        """
        return leads.lead_of_attempt(self._db, attempt_id)

    def give_place_up(self, campaign_id: str, lead_id: int, now: int) -> bool:
        """A lead that waits for an agent (a callback whose place in a queue is no more) is due as any other now.
        False: it does not wait for one.
        """
        return leads.give_place_up(self._db, campaign_id, lead_id, now)

    def finish(self, attempt: Attempt, ending: Ending, decision: Decision, now: int) -> bool:
        """Apply an ending. False: it had ended before, and nothing was changed (or Redis's reply was lost and asked
        for again: then it is this very ending that was applied).
        """
        return self.finish_many([(attempt, ending, decision)], now)[0]

    def finish_many(
        self,
        items: Sequence[tuple[Attempt, Ending, Decision]],
        now: int,
        *,
        decide: finishing.Decide | None = None,
    ) -> list[bool]:
        """`finish` for each, in batches of one round trip. decide: asked for those of which an agent has said something
        while they were on the line (`outcomes`); its decision is applied instead.
        """
        return finishing.finish_many(self._db, self._terms, items, now, decide)

    def release(self, attempt: Attempt, now: int) -> bool:
        """Undo a claim whose originate was never written. False: it had ended or been released before."""
        return workers.release(self._db, attempt, now)

    def live(self, worker_id: str | None = None) -> list[Attempt]:
        """Attempts that have not ended, oldest first; of one worker, or all."""
        return workers.live(self._db, self._terms, worker_id)

    def live_attempt(self, attempt_id: str) -> Attempt | None:
        return workers.live_attempt(self._db, self._terms, attempt_id)

    def history(self, campaign_id: str) -> Iterator[AttemptRow]:
        """Ended attempts in the order they ended."""
        return history(self._db, self._terms, campaign_id)

    def history_between(self, campaign_id: str, since: int, until: int) -> Iterator[AttemptRow | Earlier]:
        """The same of attempts that were claimed in a period, with little of those before it."""
        return history_between(self._db, self._terms, campaign_id, since, until)

    # -- calls that come in -----------------------------------------------------------------------------------

    def note_call(
        self, call: InboundCall, outbox: Sequence[OutboxEntry], missed: MissedDecision | None, now: int
    ) -> bool:
        """Record a call that has ended, once; with it the outbox hears of `outbox`, and callbacks are made, merged or
        dropped as `missed` says. False: it was recorded before, and nothing was changed.
        """
        return calls.note_call(self._db, self._terms, call, outbox, missed, now)

    def caller_reached(self, number: str, at: int, now: int) -> int:
        """Somebody talks with the caller of a call that began at `at`: callbacks that this makes superfluous are
        dropped now; `note_call` does the same when it has ended. How many.
        """
        return calls.caller_reached(self._db, number, at, now)

    def call(self, call_id: str, began_at: int) -> CallRow | None:
        """The recorded call that began at about `began_at` (epoch ms, a day more or less)."""
        return calls.call(self._db, call_id, began_at)

    def calls(self, since: int, until: int) -> Iterator[CallRow]:
        """Recorded calls that began from `since` on and before `until` (epoch ms), in that order."""
        return calls.calls(self._db, since, until)

    def forget_calls(self, before: int) -> int:
        """Forget the calls of days (UTC) before that of `before` (epoch ms); how many days."""
        return calls.forget_calls(self._db, before)

    def claim_ask(self, call_id: str, number: int) -> bool:
        """Whether this question of a call is ours to answer: the first that asks has it."""
        return calls.claim_ask(self._db, call_id, number)

    def ensure_standing(self, campaign: Campaign, bundle: bytes, *, is_dropped_when_reached: bool) -> None:
        """Have the standing campaign (`Campaign.standing`), or give the one that is there this program; its state and
        leads stay. KnownError when an ordinary campaign has its id.
        """
        standing.ensure(self._db, campaign, bundle, is_dropped_when_reached=is_dropped_when_reached)

    def callbacks(self, campaign_id: str, lead_ids: Sequence[int] | None = None) -> Iterator[CallbackRow]:
        """Leads of a standing campaign with the missed calls they stand for: these ones, or all in their order."""
        return standing.callbacks(self._db, self._terms, campaign_id, lead_ids)

    def serve(self, scenario: str, digest: str, bundle: bytes) -> None:
        """A scenario takes calls by this program from now on; `bundle(digest)` finds it."""
        standing.serve(self._db, scenario, digest, bundle)

    def served(self) -> dict[str, str]:
        """Scenario -> digest of the program that takes its calls now."""
        return standing.served(self._db)

    # -- gateways ---------------------------------------------------------------------------------------------

    def rests(self) -> tuple[RestRow, ...]:
        """Gateways, and switches themselves, that fail or rest; those of which all is well are not in it."""
        return gateways.rests(self._db)

    def calls_on_gateways(self) -> dict[tuple[str, str], int]:
        """(switch, gateway) -> attempts on it now, for those that have any."""
        return gateways.calls(self._db)

    def rest_gateway(self, switch: str, gateway: str, *, now: int, for_ms: int) -> None:
        """No new calls by this gateway for so long; then one tries it."""
        gateways.rest(self._db, switch, gateway, now=now, for_ms=for_ms)

    def wake_gateway(self, switch: str, gateway: str) -> bool:
        """Use it again at once (gateway "": the switch itself). False: it had not failed."""
        return gateways.wake(self._db, switch, gateway)

    def answered(self, attempt_ids: Iterable[str], now: int) -> None:
        """These trials were answered (`ClaimReply.trials`): what they try need not rest until they have ended."""
        gateways.answered(self._db, attempt_ids, now)

    # -- workers ----------------------------------------------------------------------------------------------

    def heartbeat(
        self, worker_id: str, ttl_ms: int, info: Mapping[str, str], meters: Measured | None = None
    ) -> None:
        """Say that the worker lives for `ttl_ms` of real time from now, and what it says of itself."""
        workers.heartbeat(self._db, worker_id, ttl_ms, info, meters or Measured())

    def forget_worker(self, worker_id: str) -> None:
        """A worker ends in good order."""
        workers.forget(self._db, worker_id)

    def workers(self) -> dict[str, dict[str, str]]:
        """Living workers and what they say of themselves."""
        return workers.living(self._db)

    def adopt(self, dead: str, by: str) -> list[Attempt]:
        """Take over the live attempts of a worker whose heartbeat has run out; none of a living one's.

        After a lost connection it may return attempts that `by` has had before.
        """
        return workers.adopt(self._db, self._terms, dead, by)

    # -- do not call, outbox ----------------------------------------------------------------------------------

    def dnc_add(self, numbers: Iterable[str], note: str, now: int) -> int:
        """How many were not on the list. ValueError for a number that is not E.164."""
        return dnc.add(self._db, numbers, note, now)

    def dnc_remove(self, numbers: Iterable[str]) -> int:
        """How many were on the list."""
        return dnc.remove(self._db, numbers)

    def dnc_contains(self, number: str) -> bool:
        return dnc.contains(self._db, number)

    def dnc_of(self, number: str) -> DncRow | None:
        """What the list says of a number; None: it is not on it."""
        return dnc.of(self._db, number)

    def dnc_list(self, after: str | None = None) -> Iterator[DncRow]:
        """All of the list, ordered by the last four digits; or what is behind the number `after` in that order."""
        return dnc.listed(self._db, after)

    def outbox(self, after: str = outbox.BEGIN, limit: int = 1000) -> list[OutboxRow]:
        """Entries after the one with id `after`, oldest first."""
        return outbox.read(self._db, after, limit)

    def outbox_end(self) -> str:
        """Id of the latest entry: whoever reads behind it gets what comes from now on."""
        return outbox.end(self._db)

    def outbox_has(self, entry_id: str) -> bool:
        """Whether this entry is kept (still)."""
        return outbox.has(self._db, entry_id)
