"""A project whose scenarios take calls, for the tests of what serves them."""

from __future__ import annotations

from pathlib import Path

from tests.runtime.factories import make_folder

SHOP = """\
scenario: shop
kind: ivr
languages: [en]
numbers: [+74950000001, "+7495000????"]
hours: {mon-fri: 09:00-21:00}
queues: {sales: {agents: [+79990000001], ring: 15s}}
messages:
  welcome: {en: "Welcome."}
  main: {en: "One for sales, two to leave a message, three for your order."}
  closed_now: {en: "We are closed."}
  enter: {en: "Enter the number of your order."}
  status_is: {en: "Your order {{ order | digits }} is {{ card.status }}."}
  you_called: {en: "You called us."}
  bye: {en: "Goodbye."}
flow:
  start:
    - say: welcome
    - menu: {prompt: main, keys: {1: sales, 2: message, 3: order}, timeout: 3s, tries: 2, otherwise: bye}
  closed: [{say: closed_now}]
  sales: [{queue: {name: sales, max_wait: 40s, overflow: message}}, {result: served}]
  message: [{voicemail: office}]
  order:
    - ask: {prompt: enter, digits: 4, into: order}
    - fetch: {get: crm/orders, send: {number: "{{ order }}"}, into: card, timeout: 2s, otherwise: bye}
    - say: status_is
    - store: asked
  bye: [{say: bye}]
missed:
  after: 2m
  attempts: 2
  flow: [{say: you_called}, {queue: sales}]
  notify: {email: office}
  per_number: {1d: 2}
dial: {gateways: [main], caller_id: +74950000001, ring: 20s}
"""
OFFICE = """\
scenario: office
kind: ivr
languages: [ru]
numbers: [any]
timezone: Europe/Moscow
messages:
  welcome: {ru: Здравствуйте.}
flow:
  start: [{say: welcome}]
"""
SETTINGS = """\
project: test
fsync: everysec
clock: simulated
lease_s: 2
reconcile_s: 2
speech: {{engine: switch}}
mailboxes: {{office: {{}}}}
services: {{crm: {{url: "http://127.0.0.1:9/", private: yes}}}}
switches:
  main:
    port: {port}
    gateways:
      main: {{cps: 100, channels: 50}}
      spare: {{dial: "sofia/gateway/other/{{digits}}"}}
"""


def inbound_folder(folder: Path, *, settings: str = SETTINGS, speed: float = 1e-9, **scenarios: str) -> Path:
    """A project with these scenarios beside `shop`; see `make_folder`."""
    made = make_folder(folder, settings=settings, speed=speed)
    for name, text in {"shop": SHOP, **scenarios}.items():
        (made / "scenarios" / f"{name}.yaml").write_text(text, "utf-8")
    return made


def add_settings(folder: Path, text: str) -> None:
    path = folder / "prozvon.yaml"
    path.write_text(path.read_text("utf-8") + text, "utf-8")
