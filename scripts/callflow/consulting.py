"""Asks the orchestrator something in an event, and waits for the answer in a variable of the channel."""

from __future__ import annotations

import base64
import binascii
import json

from .course import Course
from .moves import Answered, Consult, Gone, Input
from .switch import Session, fire, log, now_s, variable

SUBCLASS = "prozvon::ask"
HEADER = "Prozvon-Ask"
ANSWER = "prozvon_answer_"
ASKS = "prozvon_asks"  # "true" on a channel that has asked: the orchestrator hears its further events
ASK_MAX = 12_000  # characters of a question
ANSWER_MAX = 65_536
POLL_MS = 100
ASKS_MAX = 1000  # in a call


def consult(session: Session, action: Consult, course: Course) -> Input:
    """The answer, or None when there was none in time. Keys pressed meanwhile are kept by the switch."""
    if not session.ready():
        return Gone()
    course.asked += 1
    question = encoded({**action.body, "n": course.asked, "what": action.what})
    if len(question) > ASK_MAX or course.asked > ASKS_MAX:
        log("err", f"a question of {len(question)} characters is not asked: {action.what}")
        return Answered(None)
    if course.asked == 1:
        session.setVariable(ASKS, "true")
    fire(session, SUBCLASS, HEADER, question)
    if action.quiet:
        return Answered(None)
    name, until_s = ANSWER + str(course.asked), now_s(session) + action.timeout_s
    while session.ready():
        answer = variable(session, name)
        if answer:
            session.setVariable(name, "")  # it would be in the CDR
            return Answered(decoded(answer))
        if now_s(session) >= until_s:
            return Answered(None)
        session.sleep(POLL_MS)
    return Gone()


def forget_answers(session: Session, course: Course) -> None:
    """Take answers off the channel that came when nobody waited for them any more: they would be in the CDR."""
    for number in range(1, min(course.asked, ASKS_MAX) + 1):
        if variable(session, ANSWER + str(number)):
            session.setVariable(ANSWER + str(number), "")


def encoded(body: dict[str, object]) -> str:
    """base64url of JSON without padding: nothing in it means anything to the switch."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode("utf-8", "replace")).decode("ascii").rstrip("=")


def decoded(answer: str) -> dict[str, object] | None:
    """What was answered; None when it cannot be read."""
    if len(answer) > ANSWER_MAX:
        return None
    try:
        body = json.loads(base64.urlsafe_b64decode(answer + "=" * (-len(answer) % 4)))
    except (binascii.Error, ValueError, RecursionError):  # not ASCII, not base64, not UTF-8, not JSON
        return None
    return body if isinstance(body, dict) else None
