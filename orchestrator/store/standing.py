"""Standing campaigns, which call back whoever called a scenario in vain; and the scenarios that take calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import redis

from orchestrator.domain.lead import Campaign
from orchestrator.domain.problem import KnownError
from orchestrator.store.campaigns import FIELDS, counts
from orchestrator.store.db import Db
from orchestrator.store.keys import LEADS_A_BUCKET
from orchestrator.store.leads import read_leads
from orchestrator.store.records import check_id
from orchestrator.store.rows import CallbackRow
from orchestrator.store.terms import TermsBook, pack_order

KEPT_PROGRAMS = 8  # of a scenario: calls that are recorded late began with one of them
_STEP = 10 * LEADS_A_BUCKET


def standing_id(scenario: str) -> str:
    """The id of the standing campaign of a scenario, and the name of what it runs."""
    return f"{scenario}-missed"


def ensure(db: Db, campaign: Campaign, bundle: bytes, *, is_dropped_when_reached: bool) -> None:
    """KnownError when an ordinary campaign has its id."""
    fields = {name: str(getattr(campaign, name)) for name in FIELDS}
    fields |= {"first": pack_order(()), "unless": "reached" if is_dropped_when_reached else "never"}
    request = {"campaign": check_id(campaign.campaign_id, "campaign id"), "fields": fields}
    check_id(campaign.program, "program")
    check_id(campaign.standing, "scenario")
    if not db.run("ensure_standing", request, bundle):
        raise KnownError(
            f"there is a campaign {campaign.campaign_id!r} already that calls nobody back: rename the scenario"
        )


def serve(db: Db, scenario: str, digest: str, bundle: bytes) -> None:
    request: dict[str, object] = {
        "scenario": check_id(scenario, "scenario"),
        "digest": check_id(digest, "program"),
        "keep": KEPT_PROGRAMS,
    }
    db.run("serve_scenario", request, bundle)


def served(db: Db) -> dict[str, str]:
    """Scenario -> digest of the program that takes its calls now."""
    found = db.read(lambda client: client.hgetall(db.key("served")))
    return {scenario.decode(): digests.decode().split()[0] for scenario, digests in found.items()}


def callbacks(
    db: Db, terms: TermsBook, campaign_id: str, lead_ids: Sequence[int] | None
) -> Iterator[CallbackRow]:
    """Those leads of a standing campaign, or all, a thousand at a time; in the order asked for."""
    wanted = range(1, counts(db, campaign_id).leads + 1) if lead_ids is None else lead_ids
    for begin in range(0, len(wanted), _STEP):
        page = wanted[begin : begin + _STEP]
        missed = dict(zip(page, db.read(_reader(db, campaign_id, page)), strict=True))
        for lead in read_leads(db, terms, campaign_id, page):
            raw = missed[lead.lead_id]
            if raw is not None:
                first, last, calls, promised, how, at, _, _ = raw.decode().split(" ")
                yield CallbackRow(
                    lead=lead,
                    first_at=int(first),
                    last_at=int(last),
                    calls=int(calls),
                    is_promised=promised == "1",
                    reached_by=None if how == "-" else how,
                    reached_at=int(at) or None,
                )


def _reader(db: Db, campaign_id: str, lead_ids: Sequence[int]) -> Any:
    base = db.key(f"campaign:{campaign_id}:missed")

    def read_slots(client: redis.Redis) -> Any:
        pipe = client.pipeline(transaction=False)
        for lead_id in lead_ids:
            bucket, field = divmod(lead_id, LEADS_A_BUCKET)
            pipe.hget(f"{base}:{bucket}", str(field))
        return pipe.execute()

    return read_slots
