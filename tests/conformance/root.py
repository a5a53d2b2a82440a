"""What a switch runs from, as the product publishes it, with programs of this suite."""

from __future__ import annotations

import json
import math
import struct
import wave
from pathlib import Path
from typing import Any, Final

from tests.deploy.factories import make_root as deploy

SHORT: Final = "1" * 32  # digest of a program that says something for SHORT_S, concludes `told`, and ends
LONG: Final = "2" * 32  # one that goes on for LONG_S
SHORT_S: Final = 0.4
LONG_S: Final = 30.0
UNRUNNABLE: Final = "unrunnable"  # context whose extension names a script that is not there

_UNRUNNABLE_XML: Final = """\
<context name="unrunnable">
  <extension name="robocall">
    <condition field="destination_number" expression="^robocall$">
      <action application="python" data="no_such_script"/>
      <action application="set" data="prozvon_flow=error"/>
      <action application="hangup"/>
    </condition>
  </extension>
</context>
"""


def make_root(root: Path) -> None:
    deploy(root)
    (root / "current" / "dialplan" / "unrunnable.xml").write_text(_UNRUNNABLE_XML, "utf-8")
    for name in ("programs", "prompts", "cdr"):
        (root / name).mkdir(exist_ok=True)
    for digest, seconds in ((SHORT, SHORT_S), (LONG, LONG_S)):
        (root / "programs" / f"{digest}.json").write_text(json.dumps(_program(f"{digest}.wav")), "utf-8")
        _write_tone(root / "prompts" / f"{digest}.wav", seconds)


def _program(sound: str) -> dict[str, Any]:
    return {
        "format": 1,
        "scenario": "conformance",
        "kind": "robocall",
        "languages": ["ru"],
        "columns": {"name": "text"},
        "machine": "off",
        "messages": {"hello": {"ru": [{"file": sound}]}},
        "flow": {
            "start": [
                {"do": "set", "name": "who", "value": {"ref": "name"}, "line": 1},
                {"do": "say", "message": "hello", "line": 2},
                {"do": "result", "name": "told", "line": 3},
            ]
        },
    }


def _write_tone(path: Path, seconds: float) -> None:
    samples = (int(4000 * math.sin(2 * math.pi * 440 * n / 8000)) for n in range(int(8000 * seconds)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
