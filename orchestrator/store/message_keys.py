"""Keys of the book of messages."""

from __future__ import annotations

from orchestrator.store.key import Key

_KEPT = "`outbox.keep_days` after it was last tried, in real time"

MESSAGE_KEYS: tuple[Key, ...] = (
    Key(
        pattern="messages",
        type="zset",
        life="an entry for `outbox.keep_days`",
        holds="ids of SMS and letters to people; score: epoch ms of their cause",
    ),
    Key(
        pattern="messages_to:ADDRESS",
        type="zset",
        life=_KEPT,
        holds="those to one number or address (other characters than letters, figures, `._-` are `_`)",
    ),
    Key(
        pattern="messages_in:CAMPAIGN",
        type="zset",
        life=_KEPT,
        holds="those of one campaign, or of one scenario's calls that came in",
    ),
    Key(
        pattern="message:MESSAGE",
        type="hash",
        life=_KEPT,
        holds="one of them: kind, to, text, state, why and so on; counted: it counts against its number's limit",
    ),
    Key(
        pattern="message_of:REFERENCE",
        type="string",
        life=_KEPT,
        holds="id of the message that the gateway calls so",
    ),
    Key(
        pattern="sms_had:DAY",
        type="hash",
        life="three days after its last SMS, in real time",
        holds="`n NUMBER`, `c CALL` -> SMS of that day to a number that a caller typed, and of one call",
    ),
)
