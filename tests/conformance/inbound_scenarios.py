"""Scenarios that take the calls of this suite, one for each number; the product checks, compiles and deploys them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.conformance.programs import PROMPT_S, SHORT_S, write_tone

MENU: Final = "+74950000001"  # 1: `one`; 9: the menu again; nothing: `nothing`
ASK: Final = "+74950000002"  # four digits, which are to be confirmed by 1; then four that nothing may keep
RECORD: Final = "+74950000003"  # a message of at most 9 s, ended by 2 s of silence or #
FORWARD: Final = "+74950000004"  # to who picks up and leaves; the talk is recorded
FORWARD_BUSY: Final = "+74950000005"
FORWARD_RINGS: Final = "+74950000006"  # to who never picks up; 5 s
WHISPER: Final = "+74950000007"  # to who picks up and must press 1, at once with one who presses nothing
EARLY: Final = "+74950000008"  # 180 for a second, then a message, then the answer
QUEUE: Final = "+74950000009"  # in_turn: one who is busy, one who picks up and leaves
FETCHES: Final = "+74950000010"  # asks a service; `ok` or `unanswered`
TAPED: Final = "+74950000011"  # recorded from the answer on, in stereo; private digits in the middle
LONG: Final = "+74950000012"  # half a minute
LINE: Final = (
    "+74950000013"  # a queue of the agent anna; 5 s without a word of the orchestrator, and it is over
)
NOBODY: Final = "+74950000099"  # no scenario takes it
FETCH_S: Final = 2.0
WHISPER_S: Final = 1.5  # of the sound it is

_SOUNDS: Final = {"prompt": PROMPT_S, "word": SHORT_S, "whisper": WHISPER_S, "long": 30.0}
_MESSAGES: Final = """\
messages:
  prompt: {ru: {file: sounds/prompt.wav}}
  word: {ru: {file: sounds/word.wav}}
  confirm: {ru: {file: sounds/word.wav}}
  whisper: {ru: {file: sounds/whisper.wav}}
  long: {ru: {file: sounds/long.wav}}
"""
_FLOWS: Final = {
    MENU: """\
  start:
    - menu: {prompt: prompt, timeout: 2s, tries: 1, keys: {1: one, 9: start}, otherwise: nothing}
  one: [{result: one}, {say: word}]
  nothing: [{result: nothing}]
""",
    ASK: """\
  start:
    - ask:
        {prompt: prompt, digits: 4, into: code, tries: 2, timeout: 2s, confirm: {prompt: confirm}, otherwise: nothing}
    - ask: {prompt: word, digits: 4, into: card, tries: 1, timeout: 2s, private: yes, otherwise: nothing}
    - result: entered
  nothing: [{result: nothing}]
""",
    RECORD: """\
  start:
    - record: {into: message, prompt: word, max: 9s, silence: 2s, end: "#"}
    - result: recorded
""",
    FORWARD: """\
  start:
    - forward: {to: +79990000002, ring: 5s, record: yes, otherwise: nobody}
    - result: talked
  nobody: [{result: nobody}]
""",
    FORWARD_BUSY: """\
  start:
    - forward: {to: +79990000486, ring: 5s, otherwise: nobody}
    - result: talked
  nobody: [{result: nobody}, {say: word}]
""",
    FORWARD_RINGS: """\
  start:
    - forward: {to: +79990000180, ring: 5s, otherwise: nobody}
    - result: talked
  nobody: [{result: nobody}]
""",
    WHISPER: """\
  start:
    - forward:
        {to: [+79990000001, +79990000021], order: all_at_once, ring: 9s, whisper: whisper, accept: 1, otherwise: nobody}
    - result: talked
  nobody: [{result: nobody}]
""",
    EARLY: """\
  start:
    - ring: 1s
    - say: {message: word, early: yes}
    - answer
    - say: word
    - result: told
""",
    QUEUE: """\
  start:
    - queue: {name: sales, max_wait: 20s, overflow: nobody}
    - result: talked
  nobody: [{result: nobody}]
""",
    FETCHES: """\
  start:
    - answer
    - fetch: {get: crm/orders, send: {order: "17"}, into: card, timeout: 2s, tries: 1, otherwise: no_answer}
    - result: ok
  no_answer: [{result: unanswered}, {say: word}]
""",
    TAPED: """\
  start:
    - say: word
    - ask: {prompt: word, digits: 4, into: card, tries: 1, timeout: 3s, private: yes, otherwise: nothing}
    - say: word
    - result: entered
  nothing: [{result: nothing}]
""",
    LINE: """\
  start:
    - queue: {name: desk, max_wait: 20s, silent: 5s, overflow: nobody}
    - result: talked
  nobody: [{result: nobody}, {say: word}]
""",
    LONG: """\
  start: [{say: long}, {result: told}]
""",
}
_MORE: Final = {
    TAPED: "record: {what: yes, stereo: yes}\n",
    LINE: "queues: {desk: {agents: [anna]}}\n",
    QUEUE: "queues: {sales: {agents: [+79990000486, +79990000002], strategy: in_turn, ring: 5s}}\n",
}


def write_scenarios(folder: Path) -> None:
    """One file for each number, and the sounds they play."""
    (folder / "sounds").mkdir(parents=True)
    for name, seconds in _SOUNDS.items():
        write_tone(folder / "sounds" / f"{name}.wav", seconds)
    for number, flow in _FLOWS.items():
        name = f"line_{number[-2:]}"
        head = f"scenario: {name}\nkind: ivr\nlanguages: [ru]\nnumbers: [{number}]\ntimezone: Europe/Moscow\n"
        text = f"{head}{_MORE.get(number, '')}{_messages(flow)}flow:\n{flow}"
        (folder / f"{name}.yaml").write_text(text, "utf-8")


def _messages(flow: str) -> str:
    """Those that the flow says: one that nobody says is a mistake."""
    first, *lines = _MESSAGES.splitlines(keepends=True)
    said = [line for line in lines if f": {line.split(':')[0].strip()}" in flow]
    return "".join([first, *said]) if said else ""
