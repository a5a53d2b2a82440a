"""Every key in Redis: its name, type, life and content. docs/keys.md is made from this table.

All keys of a project begin with `{prozvon:PROJECT}:`, a hash tag: one project is in one slot of a Redis Cluster.
CAMPAIGN, NUMBER and so on stand for what varies; the Lua side builds the same names in lua/_keys.lua.
"""

from __future__ import annotations

from orchestrator.store.desk_keys import DESK_KEYS
from orchestrator.store.intake_keys import INTAKE_KEYS
from orchestrator.store.key import CAMPAIGN, FOR_EVER, Key
from orchestrator.store.live_keys import LIVE_KEYS
from orchestrator.store.message_keys import MESSAGE_KEYS
from orchestrator.store.people_keys import PEOPLE_KEYS
from orchestrator.store.web_keys import WEB_KEYS

LEADS_A_BUCKET = 100  # leads of one contact or lead hash; as in lua/_keys.lua
NUMBER_BUCKETS = 10_000  # numbers are bucketed by their last four digits
SEEN_BUCKETS = 16_384
EXTERNAL_BUCKETS = 4_096  # external ids are bucketed by three hexadecimal digits of their SHA-1


KEYS: tuple[Key, ...] = (
    Key(
        pattern="campaigns",
        type="zset",
        life=FOR_EVER,
        holds="campaign ids; score: number in the order of creation",
    ),
    Key(pattern="last_campaign", type="string", life=FOR_EVER, holds="the last such number given out"),
    Key(
        pattern="campaign:CAMPAIGN:deleted",
        type="hash",
        life="until the deletion is done",
        holds="what `campaign:CAMPAIGN` was, for the deletion to go by",
    ),
    Key(pattern="deleting", type="set", life="until done", holds="campaigns whose deletion has begun"),
    Key(
        pattern="campaign:CAMPAIGN",
        type="hash",
        life=CAMPAIGN,
        holds="seq, token (of the call that created it), scenario, program, state, state_at, created_at, title, "
        "source, project, first (JSON); of an open one also open: 1, or 0 once it was closed; of a standing one also "
        "standing (its scenario), unless (reached, never), before (the program before)",
    ),
    Key(
        pattern="campaign:CAMPAIGN:counts",
        type="hash",
        life=CAMPAIGN,
        holds="leads, one count per phase, attempts, answered, abandoned, `status S`, `disposition D`, `result R`, "
        "`outcome O`, `zone N` (leads ready, waiting or dialing whose next number is in that zone)",
    ),
    Key(pattern="campaign:CAMPAIGN:zones", type="hash", life=CAMPAIGN, holds="zone key -> its small number"),
    Key(
        pattern="campaign:CAMPAIGN:schemas",
        type="hash",
        life=CAMPAIGN,
        holds="column names (JSON) -> small number",
    ),
    Key(
        pattern="campaign:CAMPAIGN:routes",
        type="hash",
        life=CAMPAIGN,
        holds="gateway, switch, core UUID and worker of ended attempts -> small number",
    ),
    Key(
        pattern="campaign:CAMPAIGN:contact:BUCKET",
        type="hash",
        life=CAMPAIGN,
        holds="lead id % 100 -> contact: language, zones, digits, schema with external id and how many contacts it had "
        "before, JSON values",
    ),
    *DESK_KEYS,
    Key(
        pattern="campaign:CAMPAIGN:lead:BUCKET",
        type="hash",
        life=CAMPAIGN,
        holds="lead id % 100 -> record, from the first claim on: phase, due_at, reason, state, sort bytes",
    ),
    Key(
        pattern="campaign:CAMPAIGN:index:LAST4",
        type="hash",
        life=CAMPAIGN,
        holds="number without plus and last four digits -> lead id; in a standing or open campaign the latest one",
    ),
    Key(
        pattern="campaign:CAMPAIGN:missed:BUCKET",
        type="hash",
        life=CAMPAIGN,
        holds="of a standing campaign: lead id % 100 -> first and latest missed call (ms), how many, whether promised, "
        "how and when the caller was reached, status to close it with, the number's callback before",
    ),
    Key(
        pattern="campaign:CAMPAIGN:served:LAST4",
        type="hash",
        life=CAMPAIGN,
        holds="of a standing campaign: number without plus and last four digits -> when its scenario's flow served it",
    ),
    Key(
        pattern="campaign:CAMPAIGN:ready:ZONE",
        type="zset",
        life="while leads are ready there",
        holds="ready leads of a zone, all scores 0: sort bytes, attempts, lead id in 4 bytes",
    ),
    Key(
        pattern="campaign:CAMPAIGN:waiting:REASON",
        type="zset",
        life="while leads wait for that",
        holds="lead id; score: due_at (epoch ms). Reasons: retry, next_day, per_day, number_busy, agent",
    ),
    Key(
        pattern="campaign:CAMPAIGN:turns",
        type="hash",
        life=CAMPAIGN,
        holds="SWITCH/GATEWAY -> its credit in the weighted round robin",
    ),
    Key(
        pattern="campaign:CAMPAIGN:hour",
        type="hash",
        life=CAMPAIGN,
        holds="of a campaign with `per_hour`: hour (counted from 1970), claimed, spread (the hour's share of what was "
        "left)",
    ),
    Key(
        pattern="campaign:CAMPAIGN:outcomes",
        type="hash",
        life=CAMPAIGN,
        holds="attempt id -> what an agent said of it: ids, the latest first, fate (pending, applied, kept), key, "
        "it (JSON)",
    ),
    Key(
        pattern="campaign:CAMPAIGN:log",
        type="stream",
        life=CAMPAIGN,
        holds="one entry per ended attempt (JSON in field `e`), in the order they ended",
    ),
    Key(
        pattern="campaign:CAMPAIGN:loaded",
        type="hash",
        life="while it is loaded; of one that runs, an hour after the last batch, in real time",
        holds="tokens, `reply TOKEN`: what was said of the last batches of contacts, for a caller who lost the reply",
    ),
    Key(
        pattern="seen:SCENARIO:BUCKET",
        type="hash",
        life=FOR_EVER,
        holds="7 bytes of a row's fingerprint -> number of the campaign that has it",
    ),
    Key(
        pattern="bundle:DIGEST",
        type="string",
        life="with its campaigns, or with `served`",
        holds="a compiled scenario",
    ),
    Key(pattern="standing", type="set", life=FOR_EVER, holds="ids of the standing campaigns"),
    Key(
        pattern="served",
        type="hash",
        life=FOR_EVER,
        holds="scenario that takes calls -> digests of its programs, the one in force first, at most eight",
    ),
    Key(
        pattern="reached:LAST4",
        type="hash",
        life=FOR_EVER,
        holds="number without plus and last four digits -> when somebody last talked with it (epoch ms); kept once "
        "there is a standing campaign",
    ),
    Key(
        pattern="call_days",
        type="zset",
        life="an entry until `keep_days` are over",
        holds="days (UTC, 20261122) with recorded calls; score: the same number",
    ),
    Key(
        pattern="calls:DAY",
        type="zset",
        life="until `keep_days` are over",
        holds="ids of the calls that began on that day; score: when (epoch ms)",
    ),
    Key(
        pattern="call:DAY",
        type="hash",
        life="until `keep_days` are over",
        holds="call id -> what became of calling back, lead id, callbacks it dropped, the call (JSON)",
    ),
    Key(
        pattern="outcome:DAY",
        type="hash",
        life="until `keep_days` are over",
        holds="of calls that came in, by the day on which it was said: call id -> what an agent said of it, as for "
        "attempts",
    ),
    Key(
        pattern="ended:ATTEMPT",
        type="string",
        life="two days, in real time",
        holds="of an attempt that an agent may still speak of, or whose lead waits for one: campaign, lead, entry "
        "of its log",
    ),
    Key(
        pattern="past:LAST4",
        type="hash",
        life=FOR_EVER,
        holds="number without plus and last four digits -> its latest calls that somebody answered, or that came in "
        "(JSON, five at most, the newest first)",
    ),
    Key(
        pattern="ask:CALL:NUMBER",
        type="string",
        life="two minutes, in real time",
        holds="who answers a question that a call asked",
    ),
    Key(
        pattern="live",
        type="hash",
        life="an entry until its attempt has ended",
        holds="attempt id -> attempt: campaign, lead, digits, zone, day, gateway, switch, core UUID, worker, "
        "claimed_at, state before",
    ),
    Key(
        pattern="locks",
        type="hash",
        life="an entry until its attempt has ended",
        holds="digits of a number on the line -> attempt id",
    ),
    Key(
        pattern="gateways",
        type="hash",
        life=FOR_EVER,
        holds="`SWITCH/GATEWAY live` -> attempts on it now; `SWITCH/GATEWAY tat` -> its rate limiter (epoch ms); "
        "`SWITCH/GATEWAY rest`, `SWITCH rest` -> failures in a row, and until when it rests for them",
    ),
    Key(
        pattern="number:LAST4",
        type="hash",
        life=FOR_EVER,
        holds="number without plus and last four digits -> calls ever, calls of three days: `5 20261122:2`",
    ),
    Key(
        pattern="dnc:LAST4",
        type="hash",
        life="an entry until it is removed",
        holds="number without plus and last four digits -> epoch ms it was added, note",
    ),
    Key(
        pattern="consent:LAST4",
        type="hash",
        life=FOR_EVER,
        holds="number without plus and last four digits -> lines: `+` purpose, `-` purpose or `*`, then epoch ms, how, "
        "words and source or note (JSON); 200 at most",
    ),
    Key(
        pattern="outbox",
        type="stream",
        life="`outbox.keep_days` after an entry has become deliveries",
        holds="campaign, lead, attempt, kind, at, body (JSON)",
    ),
    Key(
        pattern="outbox:read",
        type="string",
        life=FOR_EVER,
        holds="id of the entry up to which the outbox has become deliveries",
    ),
    Key(
        pattern="outbox:deliveries",
        type="hash",
        life="an entry until it is delivered or dropped",
        holds="delivery id -> record (JSON): lane, chain, due, tries, why it failed, what to deliver",
    ),
    Key(
        pattern="outbox:chain:LANE:CHAIN",
        type="list",
        life="while deliveries are in it",
        holds="ids of the deliveries of one lane and contact, in order; parked ones are not in it",
    ),
    Key(
        pattern="outbox:due:LANE",
        type="zset",
        life="while chains wait there",
        holds="chains of a lane that nobody has taken; score: when their head is due",
    ),
    Key(pattern="outbox:lanes", type="set", life="while chains wait there", holds="lanes that have some"),
    Key(
        pattern="outbox:taken",
        type="hash",
        life="an entry while it is being delivered",
        holds="`LANE CHAIN` -> deliverer, token and how many (JSON)",
    ),
    Key(
        pattern="outbox:parked",
        type="zset",
        life="an entry until a person decides",
        holds="delivery ids; score: when it was given up",
    ),
    Key(
        pattern="outbox:figures",
        type="hash",
        life=FOR_EVER,
        holds="`LANE delivered`, `LANE failed`, `LANE dropped`, `LANE delivered_at`",
    ),
    Key(
        pattern="outbox:deliverer:DELIVERER",
        type="string",
        life="the heartbeat's time to live, in real time",
        holds="there while it lives",
    ),
    *PEOPLE_KEYS,
    *INTAKE_KEYS,
    *MESSAGE_KEYS,
    *LIVE_KEYS,
    *WEB_KEYS,
    Key(pattern="workers", type="hash", life=FOR_EVER, holds="worker id -> what it says of itself (JSON)"),
    Key(
        pattern="worker:WORKER",
        type="string",
        life="the heartbeat's time to live, in real time",
        holds="there while the worker lives",
    ),
)


_HEAD = ("| key | type | removed | holds |", "|---|---|---|---|")


def prefix(project: str) -> str:
    """What every key of the project begins with."""
    return f"{{prozvon:{project}}}:"


def key_of(name: str) -> Key | None:
    """The table's entry of a key, its name without the prefix; None when it is not documented."""
    return next((key for key in KEYS if key.matches(name)), None)


def keys_table() -> str:
    """The table of docs/keys.md (Markdown)."""
    rows = [f"| `{key.pattern}` | {key.type} | {key.life} | {key.holds} |" for key in KEYS]
    return "\n".join([*_HEAD, *rows]) + "\n"


def refreshed(page: str) -> str:
    """docs/keys.md with the table as it is now."""
    before, head, rest = page.partition(_HEAD[0])
    if not head:
        raise ValueError(f"no table in the page: it begins with {_HEAD[0]}")
    return before + keys_table() + "\n" + rest.partition("\n\n")[2]
