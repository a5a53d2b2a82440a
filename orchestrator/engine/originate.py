"""Builds the commands that make a call, or ring an agent. Nothing but checked characters ever gets into them."""

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
AGENT_EXTENSION = "agent"  # of CONTEXT: an agent's leg, parked until a caller joins it
LINK_CONTEXT = f"{CONTEXT}_link"  # where other switches of ours bring callers for a leg that is parked here
LINK_PREFIX = "join-"  # and the leg's id: the number they dial
AGENTS_CONTEXT = f"{CONTEXT}_agents"  # feature codes

LEG_SILENT_MS = 300_000  # a telephone that sends nothing for so long is gone
STANDING_SILENT_MS = 3_600_000  # some send nothing while nobody speaks, and nobody does between two calls
STANDING = (  # what a leg needs that stays: sound that never stops, or telephones and routers take it for dead
    ("park_after_bridge", "true"),
    ("send_silence_when_idle", "-1"),
    ("prozvon_standing", "true"),
)
TONE = "tone_stream://%(120,40,880);%(120,0,1175)"  # what an agent with a standing leg hears before a call

_LEG = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


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


def agent_command(
    *,
    leg_id: str,
    agent_id: str,
    dial: str,
    ring_s: int,
    caller_id: str = "",
    queue: str = "",
    call_id: str = "",
    is_standing: bool = False,
    whisper: str = "",
    language: str = "",
) -> str:
    """The `originate ...` that rings an agent, without `bgapi`; its Job-UUID is the leg's id. Answered, the agent hears
    the whisper, presses the key that it may ask for, and the leg is parked.

    leg_id: a UUID. dial: where the agent is, with nothing left to fill in (`user/1001`). queue, call_id: for which
    call, "" for none yet. is_standing: the leg is parked again after each talk. whisper: as the caller's script has
    told it (`line_join`), "" for none. language: the agent's, "" for the caller's. ValueError names the part that
    holds a character which could be syntax.
    """
    if not _LEG.match(leg_id):
        raise ValueError(f"the leg's id is no UUID: {leg_id[:80]!r}")
    variables = [
        ("origination_uuid", leg_id),
        ("ignore_early_media", "true"),
        ("originate_timeout", str(ring_s)),
        *_shown(caller_id),
        ("media_timeout", str(STANDING_SILENT_MS if is_standing else LEG_SILENT_MS)),
        (
            "process_cdr",
            "false",
        ),  # the caller's CDR tells of the talk; an attempt's CDR is named as a leg would be
        ("bridge_filter_dtmf", "true"),  # keys of an agent who talks are for us, and not for the caller
        ("prozvon_floor", "true"),  # by which its events are told from others
        ("prozvon_agent", agent_id),
        *(STANDING if is_standing else ()),
        *((name, value) for name, value in (("prozvon_queue", queue), ("prozvon_call", call_id)) if value),
        *(
            (name, value)
            for name, value in (("prozvon_whisper", whisper), ("prozvon_language", language))
            if value
        ),
    ]
    for name, value in variables:
        _require(name, value)
    _require("dial string", dial)
    braces = ",".join(f"{name}={value}" for name, value in variables)
    return f"originate {{{braces}}}{dial} {AGENT_EXTENSION} XML {CONTEXT}"


def tone_command(leg_id: str) -> str:
    """Lets the agent of a standing leg hear that a call comes: said right before the offer, it is heard as the two are
    joined, over the caller's voice, and holds up neither. ValueError: no leg's id.
    """
    if not _LEG.match(leg_id):
        raise ValueError(f"the leg's id is no UUID: {leg_id[:80]!r}")
    return f"uuid_displace {leg_id} start {TONE} 0 mux"


def _shown(caller_id: str) -> list[tuple[str, str]]:
    if not caller_id:
        return []
    return [("origination_caller_id_number", caller_id), ("origination_caller_id_name", caller_id)]


def _require(name: str, value: str) -> None:
    if not _VALUE.match(value) or _NESTED in value:
        raise ValueError(f"{name} holds what an originate must not: {value[:80]!r}")
