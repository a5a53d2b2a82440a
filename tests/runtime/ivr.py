"""A line that is called, written out for a test."""

from __future__ import annotations

from pathlib import Path

from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import Compiled, compile_scenario

LINE = """
scenario: line
kind: ivr
languages: [ru, en]
numbers: [+74950000001, "+7495000010?"]
hours: {mon-fri: 09:00-18:00}
messages:
  hello: {ru: "Алло.", en: "Hello."}
  choice: {ru: "Заказ - 1, люди - 2, запись - 3, очередь - 4.", en: "Order 1, people 2, record 3, queue 4."}
  which: {ru: "Номер.", en: "Number."}
  secret: {ru: "Код.", en: "Code."}
  told: {ru: "Заказ {{ card.state }}, {{ card.sum | money }}.", en: "Order {{ card.state }}."}
  sorry: {ru: "Не вышло.", en: "Sorry."}
  bye: {ru: "Пока.", en: "Bye."}
  shut: {ru: "Закрыто.", en: "Closed."}
  back: {ru: "Вы звонили.", en: "You called."}
  note: {ru: "Заказ {{ order }}.", en: "Order {{ order }}."}
queues:
  sales: {agents: [+79990000011, +79990000012], strategy: in_turn, ring: 10s}
flow:
  start:
    - say: {message: hello, barge_in: no}
    - menu: {prompt: choice, keys: {1: order, 2: people, 3: tape, 4: sales}, tries: 2, otherwise: over}
  closed: [{say: shut}, {offer_callback: next_opening}]
  order:
    - ask: {prompt: which, digits: 2..4, into: order}
    - ask: {prompt: secret, digits: 3, into: pin, private: yes, end: none}
    - fetch:
        post: crm/orders
        send: {order: "{{ order }}", pin: "{{ pin }}"}
        into: card
        timeout: 4s
        not_found: lost
        otherwise: failed
    - result: told
    - say: told
    - store: {into: asked, values: {order: "{{ order }}"}, webhook: crm/asked}
    - sms: note
  lost: [{result: unknown_order}, {say: sorry}]
  failed: [{result: no_service}, {say: sorry}]
  people:
    - forward: {to: [+79990000021, +79990000022], ring: 10s, otherwise: nobody}
    - result: talked
    - say: bye
  nobody: [{result: nobody}, {say: sorry}]
  tape:
    - record: {into: words, max: 30s, silence: 3s, review: yes, email: office}
    - result: recorded
    - say: bye
  sales:
    - queue:
        name: sales
        max_waiting: 3
        max_wait: 60s
        offer_callback: after 20s
        announce: {every: 15s, position: yes, wait: no}
        overflow: nobody
    - say: bye
  over: [{say: bye}]
missed:
  after: 2m
  attempts: 2
  rules: {no_answer: {retry: 30m}, busy: {retry: 10m}}
  flow: [{say: back}, {queue: sales}]
"""


def write_line(folder: Path, tests: str = "", text: str = LINE) -> Path:
    """The scenario's file. tests: as below `tests:`, each line as in a list."""
    path = folder / "line.yaml"
    body = text + (
        "tests:\n" + "".join(f"  {line}\n" for line in tests.strip("\n").splitlines()) if tests else ""
    )
    path.write_text(body, encoding="utf-8")
    return path


def compiled_line(folder: Path, tests: str = "", text: str = LINE) -> Compiled:
    """The same, compiled. AssertionError names its problems."""
    scenarios, problems = check_path([write_line(folder, tests, text)])
    assert not problems, [str(problem) for problem in problems]
    return compile_scenario(scenarios[0])
