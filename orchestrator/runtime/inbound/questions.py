"""What a call asks, as it comes in an event, and how it is answered. Whoever places a call chose some of its bytes."""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

QUESTION_CHARS = 64_000
MOST_QUESTIONS = 100_000  # of one call

_CALL = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}\Z")  # it stands in a command: no blank, no line break
_SCENARIO = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")
_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}\Z")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}\Z")


class What(StrEnum):
    FETCH = "fetch"
    QUEUE_JOIN = "queue_join"
    QUEUE_WAIT = "queue_wait"
    QUEUE_LEAVE = "queue_leave"
    # of queues with agents, and of agents: for whoever leads
    LINE_JOIN = "line_join"
    LINE_HERE = "line_here"
    LINE_LEAVE = "line_leave"
    LINE_UNMET = "line_unmet"
    AGENT_CODE = "agent_code"


OF_LEADER: Final = frozenset(
    {What.LINE_JOIN, What.LINE_HERE, What.LINE_LEAVE, What.LINE_UNMET, What.AGENT_CODE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """number: from 1, of one call; it stands in the name of the variable that is the answer. body: as it came. caller,
    called: E.164, "" when not known. is_inbound: whoever asks has called; else we have called them.
    """

    call_id: str
    switch: str
    scenario: str
    number: int
    what: What
    body: Mapping[str, object]
    caller: str = ""
    called: str = ""
    is_inbound: bool = False


def question_of(switch: str, event: Mapping[str, object]) -> Question | None:
    """The question in a prozvon::ask event; None when it is none that can be answered. Never raises."""
    call_id, text = event.get("Unique-ID"), event.get("Prozvon-Ask")
    scenario = event.get("variable_prozvon_scenario")
    if not isinstance(call_id, str) or not _CALL.match(call_id) or not isinstance(text, str):
        return None
    body = _decoded(text)
    number, what = body.get("n"), body.get("what")
    if type(number) is not int or not 1 <= number <= MOST_QUESTIONS:
        return None
    if not isinstance(what, str) or what not in list(What):
        return None
    return Question(
        call_id=call_id,
        switch=switch,
        scenario=scenario if isinstance(scenario, str) and _SCENARIO.match(scenario) else "",
        number=number,
        what=What(what),
        body=body,
        caller=_number(event.get("variable_prozvon_caller")),
        called=_number(event.get("variable_prozvon_called")),
        is_inbound=event.get("variable_prozvon_inbound") == "true",
    )


def _number(value: object) -> str:
    return value if isinstance(value, str) and _NUMBER.match(value) else ""


def _decoded(text: str) -> dict[str, object]:
    if len(text) > QUESTION_CHARS or not _BASE64URL.match(text):
        return {}
    try:
        raw = b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
        found = json.loads(raw.decode("utf-8"))
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def answer_line(question: Question, answer: Mapping[str, object]) -> str:
    """The command that gives a call its answer."""
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    encoded = urlsafe_b64encode(text).decode().rstrip("=")
    return f"uuid_setvar {question.call_id} prozvon_answer_{question.number} {encoded}"
