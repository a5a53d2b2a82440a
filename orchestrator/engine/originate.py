"""Builds the one command that makes a call. Nothing but checked characters ever gets into it."""

from __future__ import annotations

import re

from orchestrator.domain.lead import Attempt

# Outside of it lie all characters that mean something to originate: braces, quotes, commas, spaces, `$|&`
_VALUE = re.compile(r"[A-Za-z0-9_=+.:/@-]+\Z")
_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}\Z")  # E.164
# Anywhere in a dial string it lets `${...}` expand without checks; switch_ivr_originate.c:2271
_NESTED = "origination_nested_vars=true"

CONTEXT = "prozvon"
INBOUND_CONTEXT = f"{CONTEXT}_inbound"
EXTENSION = "robocall"


def originate_command(
    attempt: Attempt, *, program: str, ring_s: int, caller_id: str, dial: str, payload: str
) -> str:
    """The `originate ...` of an attempt, without `bgapi`; its Job-UUID is the attempt's id.

    dial: the gateway's dial string with `{number}` (E.164 with +) or `{digits}` (without) in it.
    payload: what `payload.encode` made. caller_id: "" shows the gateway's own.
    ValueError names the part that holds a character which could be syntax, or is empty.
    """
    variables = [
        ("origination_uuid", attempt.attempt_id),
        ("ignore_early_media", "true"),  # or a 183 counts as answered before anyone did
        ("originate_timeout", str(ring_s)),
        *_shown(caller_id),
        ("prozvon_attempt", attempt.attempt_id),
        ("prozvon_worker", attempt.worker_id),
        ("prozvon_campaign", attempt.campaign_id),
        ("prozvon_program", program),
        ("prozvon_payload", payload),
    ]
    for name, value in variables:
        _require(name, value)
    braces = ",".join(f"{name}={value}" for name, value in variables)
    return f"originate {{{braces}}}{dial_string(dial, attempt.number)} {EXTENSION} XML {CONTEXT}"


def dial_string(dial: str, number: str) -> str:
    """`dial` with the number in place. ValueError when either could be more than a place to call."""
    if not _NUMBER.match(number):
        raise ValueError(f"not an E.164 number: {number[:40]!r}")
    filled = dial.replace("{number}", number).replace("{digits}", number[1:])
    _require("dial string", filled)
    if number[1:] not in filled:
        raise ValueError(f"the dial string has no {{number}} or {{digits}}: {dial[:80]!r}")
    return filled


def _shown(caller_id: str) -> list[tuple[str, str]]:
    if not caller_id:
        return []
    return [("origination_caller_id_number", caller_id), ("origination_caller_id_name", caller_id)]


def _require(name: str, value: str) -> None:
    if not _VALUE.match(value) or _NESTED in value:
        raise ValueError(f"{name} holds what an originate must not: {value[:80]!r}")
