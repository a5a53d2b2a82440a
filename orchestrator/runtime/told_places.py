"""What rules may tell: the places that the settings have, and what waits because they have none."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.domain.plan import DialPlan
from orchestrator.domain.telling import TellKind
from orchestrator.runtime.settings import Settings
from orchestrator.scenario.check_telling import Outside


def outside_of(settings: Settings) -> Outside:
    """For the check of scenarios. Where the settings name none of a kind, nothing is held against a scenario: what it
    tells then waits in the outbox.
    """
    has_targets = bool(settings.services or settings.webhooks)
    return Outside(
        mailboxes=frozenset(settings.mailboxes) or None,
        services=frozenset(settings.services) if has_targets else None,
        webhooks=frozenset(settings.webhooks) if has_targets else None,
    )


def untold(plan: DialPlan, settings: Settings) -> Iterator[str]:
    """What its rules tell, and nobody would bring anywhere: a line for people each."""
    kinds = {(tell.kind, tell.is_column) for rule in plan.rules.values() for tell in rule.tells}
    told = {kind for kind, _ in kinds}
    if TellKind.SMS in told and settings.sms.service is None and settings.sms.apprise_env is None:
        yield "its SMS wait, parked, until prozvon.yaml says how they are sent: `sms`"
    has_boxes = bool(settings.mailboxes)
    if (TellKind.EMAIL, False) in kinds and not has_boxes:
        yield "its letters wait, parked, until prozvon.yaml has their mailboxes: `mailboxes`"
    if (TellKind.EMAIL, True) in kinds and settings.mail.server is None:
        yield "its letters to contacts wait, parked, until prozvon.yaml has a mail server: `mail`"
    if TellKind.WEBHOOK in told and not (settings.services or settings.webhooks):
        yield "its webhooks wait, parked, until prozvon.yaml has their places: `webhooks`, `services`"
