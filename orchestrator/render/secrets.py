"""The one file on a switch that holds passwords, and the names under which its configuration uses them."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAME = re.compile(r"[a-z0-9_-]{1,64}\Z")
_PLAIN = re.compile(r"[^A-Za-z0-9]")
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!-- Made by prozvon: passwords, for this switch alone. Keep its mode 0600; the next deploy writes it anew. -->
<include>
"""


def variable_of(secret: str) -> str:
    """The global variable that holds a secret while the switch reads its configuration."""
    return f"prozvon_secret_{secret}"


def render_secrets(secrets: Mapping[str, str]) -> bytes:
    """`secrets.xml`: name of each secret -> its value, as global variables of the switch's preprocessor.

    That puts values into XML as they stand (switch_xml.c, expand_vars), before the XML is parsed: hence every character
    but letters and digits is a character reference. ValueError: a name or value that no XML can hold; it does not
    tell the value.
    """
    lines = [_line(name, secrets[name]) for name in sorted(secrets)]
    return (_HEAD + "".join(lines) + "</include>\n").encode()


def _line(name: str, value: str) -> str:
    if not _NAME.match(name) or not value or not value.isprintable():
        raise ValueError(f"the secret {name[:64]!r} is empty, or holds a control character")
    escaped = _PLAIN.sub(lambda found: f"&#{ord(found[0])};", value)
    return f'  <X-PRE-PROCESS cmd="set" data="{variable_of(name)}={escaped}"/>\n'
