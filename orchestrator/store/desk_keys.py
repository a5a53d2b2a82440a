"""Keys of leads that are known outside, changed and withdrawn; see `keys`."""

from __future__ import annotations

from orchestrator.store.key import CAMPAIGN, Key

DESK_KEYS: tuple[Key, ...] = (
    Key(
        pattern="campaign:CAMPAIGN:external:SHA",
        type="hash",
        life=CAMPAIGN,
        holds="external id -> the latest lead that has it; SHA: three hexadecimal digits of its SHA-1",
    ),
    Key(
        pattern="campaign:CAMPAIGN:was:BUCKET",
        type="hash",
        life=CAMPAIGN,
        holds="lead id % 100 -> what its contact was before, for attempts that were made then (JSON: tries, contact)",
    ),
    Key(
        pattern="campaign:CAMPAIGN:wished:BUCKET",
        type="hash",
        life="an entry until the call that is under way has ended",
        holds="lead id % 100 -> what its contact becomes then: length of the sort bytes, sort bytes, contact",
    ),
    Key(
        pattern="campaign:CAMPAIGN:withdrawn:BUCKET",
        type="hash",
        life=CAMPAIGN,
        holds="lead id % 100 -> when, by what and why it was withdrawn (JSON)",
    ),
    Key(
        pattern="cancels",
        type="hash",
        life="an entry until its worker has taken it, or the attempt has ended",
        holds="attempt id that need not ring on -> when that was said (epoch ms)",
    ),
)
