"""Compiled programs of this suite, and the sounds they play."""

from __future__ import annotations

import json
import math
import struct
import wave
from pathlib import Path
from typing import Any, Final

SHORT: Final = "1" * 32  # says something for SHORT_S, concludes `told`, and ends
LONG: Final = "2" * 32  # goes on for LONG_S
MENU: Final = "3" * 32  # 1: concludes `pressed`; nothing: `no_key`
ASK: Final = "4" * 32  # five digits and #, kept as `code`; nothing: `no_key`
LISTENS: Final = "5" * 32  # to who answers, and leaves machines the message
HANGS_UP: Final = "6" * 32  # on machines
FETCHED: Final = "7" * 32  # as SHORT, its sound being no file of the switch
FETCHED_WAV: Final = f"9{'0' * 31}.wav"
SHORT_S: Final = 0.4
LONG_S: Final = 30.0
PROMPT_S: Final = 3.0


def write_programs(root: Path, www: Path) -> None:
    """Below the root of a switch; `www` is served to it by HTTP."""
    write_tone(www / FETCHED_WAV, SHORT_S)
    for name in ("programs", "prompts"):
        (root / name).mkdir(exist_ok=True)
    for name, seconds in (("short", SHORT_S), ("long", LONG_S), ("prompt", PROMPT_S)):
        write_tone(root / "prompts" / _SOUNDS[name], seconds)
    for digest, (sound, machine, flow) in _FLOWS.items():
        program = _program(_SOUNDS[sound], machine, flow)
        (root / "programs" / f"{digest}.json").write_text(json.dumps(program), "utf-8")


_TELLS: Final[dict[str, Any]] = {
    "start": [
        {"do": "set", "name": "who", "value": {"ref": "name"}, "line": 1},
        {"do": "say", "message": "hello", "line": 2},
        {"do": "result", "name": "told", "line": 3},
    ]
}
_NO_KEY: Final = [{"do": "result", "name": "no_key", "line": 9}]
_ASKS: Final = {
    "prompt": "hello",
    "timeout": 2.0,
    "tries": 1,
    "otherwise": "nothing",
    "invalid": None,
    "line": 1,
}
_MENU: Final[dict[str, Any]] = {
    "start": [{"do": "menu", "keys": {"1": "one"}} | _ASKS],
    "one": [{"do": "result", "name": "pressed", "line": 2}],
    "nothing": _NO_KEY,
}
_ASK: Final[dict[str, Any]] = {
    "start": [
        {"do": "ask", "into": "code", "min": 5, "max": 6, "end": "#"} | _ASKS,
        {"do": "result", "name": "pressed", "line": 2},
    ],
    "nothing": _NO_KEY,
}
_SOUNDS: Final = {
    "short": f"0{'0' * 31}.wav",
    "long": f"1{'0' * 31}.wav",
    "prompt": f"2{'0' * 31}.wav",
    "fetched": FETCHED_WAV,
}
# Digest -> (what `hello` sounds like, policy for machines, flow)
_FLOWS: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    SHORT: ("short", "off", _TELLS),
    LONG: ("long", "off", _TELLS),
    MENU: ("prompt", "off", _MENU),
    ASK: ("prompt", "off", _ASK),
    LISTENS: ("short", "leave_message", _TELLS),
    HANGS_UP: ("short", "hang_up", _TELLS),
    FETCHED: ("fetched", "off", _TELLS),
}


def _program(sound: str, machine: str, flow: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": 1,
        "scenario": "conformance",
        "kind": "robocall",
        "languages": ["ru"],
        "columns": {"name": "text"},
        "machine": machine,
        "messages": {"hello": {"ru": [{"file": sound}]}},
        "flow": flow,
    }


def write_tone(path: Path, seconds: float) -> None:
    samples = (int(4000 * math.sin(2 * math.pi * 440 * n / 8000)) for n in range(int(8000 * seconds)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
