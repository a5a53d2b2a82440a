"""The keys of the HTTP API; a part of the table in keys.py."""

from __future__ import annotations

from orchestrator.store.key import Key

WEB_KEYS: tuple[Key, ...] = (
    Key(
        pattern="tokens",
        type="hash",
        life="an entry until it is revoked",
        holds="SHA-256 of a token of the API -> name, scopes, created_at, expires_at (JSON)",
    ),
    Key(
        pattern="tokens:used",
        type="hash",
        life="an entry until its token is revoked",
        holds="SHA-256 of a token -> when it was used last (epoch ms, to the minute)",
    ),
    Key(
        pattern="token:DIGEST",
        type="string",
        life="until the token may ask as fast as ever again",
        holds="its rate limiter (epoch ms)",
    ),
    Key(
        pattern="reply:DIGEST:KEY",
        type="string",
        life="a day, in real time; twenty seconds while what was asked is being done",
        holds="of a token's request with an `Idempotency-Key` (both as digests): the request's digest, and the try "
        "that is at it, or the reply (JSON)",
    ),
)
