"""The one way contact data travels to a switch, and the flow's words come back: base64url of JSON.

The text is made of `[A-Za-z0-9_-]` and `=` only, so that whatever a contact's fields hold cannot be syntax in
a dial string (where `}` cannot even be escaped), a channel variable or a dialplan (where `${...}` is expanded).
"""

from __future__ import annotations

import base64
import binascii
import json

LIMIT = 65_536  # characters of encoded text worth reading; a flow's path is about 2 000


def encode(value: object) -> str:
    """base64url of the compact UTF-8 JSON of `value` (of plain JSON types); a lone surrogate becomes `?`."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode("utf-8", "replace")).decode("ascii")


def decode(text: str) -> object | None:
    """The JSON value in `text`, or None when it is missing, too long or not one. Never raises."""
    if not text or len(text) > LIMIT:
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        value: object = json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        return None
    return value
