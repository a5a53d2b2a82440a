"""The project that bench_switch calls with: scenarios that play tones, and callees that only listen."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from benchmarks.sound import LOUD, SOFT, tone, write_wav

AT_ONCE: Final = (
    200  # calls on the line, of the product and of the bare loop: more than the machine can keep busy
)
SCENARIOS: Final = ("rate", "first", "listening", "crowd")
STEPS: Final = 80  # messages of a crowd's call
SOUNDS: Final = {"short": (0.2, LOUD), "long": (0.6, LOUD), "soft": (0.3, SOFT), "loud": (0.3, LOUD)}
PASSWORD_ENV: Final = "PROZVON_BENCH_PASSWORD"

SETTINGS = """\
project: bench
switches:
  main:
    port: {port}
    password_env: {password_env}
    sps: 10000
    max_sessions: 2000
    profiles: {{prozvon: {{ip: 127.0.0.1, port: {sip_port}, codecs: PCMA}}}}
    gateways:
      main: {{cps: 1000, channels: {at_once}, proxy: "127.0.0.1:{callees}", ping_s: 0}}
"""

SCENARIO = """\
scenario: {name}
kind: robocall
languages: [en]
contact: {{name: text}}
messages:
{messages}
flow:
  start:
    - set: {{who: "{{{{ name }}}}"}}
{says}
    - result: told
machine: {machine}
dial:
  gateways: [main]
  caller_id: +74951234567
  hours: always
  timezone: Europe/Moscow
  attempts: 1
  per_day: no_limit
rules:
  told: {{status: told}}
"""


def make_project(folder: Path, *, port: int, sip_port: int, callees: int) -> None:
    """prozvon.yaml with the callees as its trunk, the sounds, and the scenarios `SCENARIOS`."""
    text = SETTINGS.format(
        port=port, sip_port=sip_port, callees=callees, password_env=PASSWORD_ENV, at_once=AT_ONCE
    )
    (folder / "prozvon.yaml").write_text(text, "utf-8")
    sounds = folder / "scenarios" / "sounds"
    sounds.mkdir(parents=True)
    for name, (seconds, amplitude) in SOUNDS.items():
        write_wav(sounds / f"{name}.wav", tone(seconds, amplitude))
    _write_scenario(folder, "rate", ["short"])
    _write_scenario(folder, "first", ["long"])
    _write_scenario(folder, "listening", ["long"], machine="treat_as_human")
    _write_scenario(folder, "crowd", ["soft", "loud"] * (STEPS // 2))


def _write_scenario(folder: Path, name: str, says: Iterable[str], *, machine: str = "off") -> None:
    messages = "\n".join(f"  {sound}: {{en: {{file: sounds/{sound}.wav}}}}" for sound in sorted(set(says)))
    text = SCENARIO.format(
        name=name, messages=messages, says="\n".join(f"    - say: {sound}" for sound in says), machine=machine
    )
    (folder / "scenarios" / f"{name}.yaml").write_text(text, "utf-8")


def write_contacts(folder: Path, count: int) -> Path:
    """`count` contacts whose numbers are answered at once, each another."""
    path = folder / "contacts.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("phone,name\n")
        file.writelines(f"+79990{number:06},Anna\n" for number in range(count))
    return path
