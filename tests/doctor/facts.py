"""Facts of a switch that is well, to be spoilt by tests."""

from __future__ import annotations

from typing import Any, Final

HELLO_SAID: Final[dict[str, Any]] = {
    "prozvon": 1,
    "release": "0123456789ab",
    "root": "/srv/prozvon",
    "callflow": "callflow_0123456789ab",
    "python": "3.11.2",
    "now_ms": 1_790_157_600_000,
    "user": "freeswitch",
    "pid": 42,
    "cdr": {"folder": "/srv/prozvon/cdr", "is_writable": True, "free_mb": 9000},
    "prompts": {"folder": "/srv/prozvon/prompts", "is_readable": True},
    "programs": {"folder": "/srv/prozvon/programs", "is_readable": True},
    "spoken": {"folder": "/srv/prozvon/spoken", "is_readable": True},
    "tmp": {"folder": "/srv/prozvon/tmp", "is_writable": True},
    "path": ["/srv/prozvon/current/scripts", "/usr/lib/python3.11"],
}
OURS: Final = """<context name="prozvon">
  <extension name="robocall">
    <condition field="destination_number" expression="^robocall$">
      <action application="python" data="prozvon_robocall"></action>
      <action application="hangup"></action>
    </condition>
  </extension>
</context>
"""
