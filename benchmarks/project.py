"""A project for the benchmarks: one scenario, one gateway that takes everything, callees that answer at once."""

from __future__ import annotations

from pathlib import Path

from benchmarks.freeswitch import free_port

POPULATION = "population.yaml"

SETTINGS = """\
project: bench
clock: simulated
speech: {speech}
switches:
  main:
    port: {port}
    gateways: {{main: {{cps: 1000, channels: 400}}}}
"""

SCENARIO = """\
scenario: bench
kind: robocall
languages: [en]
contact: {name: text, order: digits}
messages:
  hello: {en: "Hello, {{ name }}. Order {{ order | digits }} has arrived."}
  choice: {en: "Press 1 to confirm."}
flow:
  start:
    - say: hello
    - menu: {prompt: choice, timeout: 5s, tries: 1, keys: {1: yes}, otherwise: no}
  yes: [{result: confirmed}]
  no: [{result: no_choice}]
machine: off
dial: {gateways: [main], caller_id: +74951234567, ring: 30s, attempts: 1, timezone: Europe/Moscow}
rules:
  confirmed: {status: confirmed}
  no_choice: {status: heard}
"""

CALLEES = """\
population: bench
about: Everybody answers after two seconds and presses 1.
timezone: Europe/Moscow
callees:
  people:
    kind: person
    answers: 1.0
    rings: 2
    keys: {any: {1: 1}}
    presses_after: 1
    stays: 600
"""


def make_project(folder: Path, *, speech: str = "{engine: switch}") -> None:
    """Write prozvon.yaml, the scenario and the population into `folder`."""
    (folder / "prozvon.yaml").write_text(SETTINGS.format(port=free_port(), speech=speech), encoding="utf-8")
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "bench.yaml").write_text(SCENARIO, encoding="utf-8")
    (folder / POPULATION).write_text(CALLEES, encoding="utf-8")


def write_contacts(folder: Path, count: int) -> Path:
    """`count` contacts with valid numbers, each another."""
    path = folder / "contacts.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("phone,name,order\n")
        file.writelines(f"+7999{number:07},Anna,{number % 100000:05}\n" for number in range(count))
    return path
