"""What a person's yes and no come to, in whatever order we were told of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from orchestrator.domain.consent import Consent, Withdrawal


def history_of(consents: Iterable[Consent], withdrawals: Iterable[Withdrawal]) -> tuple[Consent, ...]:
    """All consents of a number, the newest first, each with its end: the first withdrawal at its moment or later."""
    said = sorted(withdrawals, key=lambda withdrawal: withdrawal.at)
    newest = sorted(consents, key=lambda consent: consent.given_at, reverse=True)
    return tuple(_ended(consent, said) for consent in newest)


def _ended(consent: Consent, withdrawals: Iterable[Withdrawal]) -> Consent:
    for said in withdrawals:
        if said.purpose in (None, consent.purpose) and said.at >= consent.given_at:
            return replace(consent, withdrawn_at=said.at, withdrawn_how=said.how)
    return consent


def consent_body(consent: Consent) -> dict[str, object]:
    """What the world outside is told of a person's yes."""
    return {
        "what": "given",
        "number": consent.number,
        "purpose": consent.purpose,
        "how": consent.how.value,
        "given_at": consent.given_at,
        "words": consent.words,
        "source": consent.source,
    }


def withdrawal_body(withdrawal: Withdrawal) -> dict[str, object]:
    """What the world outside is told of a person's no; purpose "": everything."""
    return {
        "what": "withdrawn",
        "number": withdrawal.number,
        "purpose": withdrawal.purpose or "",
        "how": withdrawal.how.value,
        "withdrawn_at": withdrawal.at,
        "note": withdrawal.note,
        "do_not_call": withdrawal.do_not_call,
    }
