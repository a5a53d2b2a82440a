"""Who a webhook comes from, and when: HMAC-SHA256 over its time and its bytes. docs/webhooks.md has the other side."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

HEADER: Final = "Prozvon-Signature"


def signature(secrets: Sequence[str], what: bytes, at_s: int) -> str:
    """`t=SECONDS,v1=HEX`, with a `v1` for each secret. at_s: epoch seconds. what: the body as it is sent."""
    signed = f"{at_s}.".encode() + what
    made = (hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join((f"t={at_s}", *(f"v1={each}" for each in made)))
