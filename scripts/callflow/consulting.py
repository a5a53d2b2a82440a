"""Asks the orchestrator something in an event, and waits for the answer in a variable of the channel; what it says
unasked comes in a variable too.
"""

from __future__ import annotations

import base64
import binascii
import json

from .course import Course
from .moves import Answered, Consult, Gone, Input, Offered
from .names import encode
from .switch import Session, fire, log, now_s, variable

SUBCLASS = "prozvon::ask"
HEADER = "Prozvon-Ask"
ANSWER = "prozvon_answer_"
ASKS = "prozvon_asks"  # "true" on a channel that has asked: the orchestrator hears its further events
OFFER = "prozvon_offer"  # base64url of JSON with a number `n` that grows
ASK_MAX = 12_000  # characters of a question
ANSWER_MAX = 65_536
POLL_MS = 100
LATE_BREAK_MS = 40
ASKS_MAX = 10_000  # in a call: one who waits for a day asks every ten seconds


def consult(session: Session, action: Consult, course: Course) -> Input:
    """The answer, or None when there was none in time. Keys pressed meanwhile are kept by the switch."""
    if not session.ready():
        return Gone()
    course.asked += 1
    question = encode({**action.body, "n": course.asked, "what": action.what})
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
        offer = pushed(session, course) if action.offers else None
        if offer is not None:
            return Offered(offer)
        if now_s(session) >= until_s:
            return Answered(None)
        session.sleep(POLL_MS)
    return Gone()


def pushed(session: Session, course: Course) -> dict[str, object] | None:
    """An offer that was not taken yet. It stays on the channel, where the next one replaces it: taken away, one that
    comes at the same instant would be lost.
    """
    text = variable(session, OFFER)
    if not text or text == course.offer:
        return None
    course.offer = text
    body = decoded(text)
    number = None if body is None else body.get("n")
    if body is None or isinstance(number, bool) or not isinstance(number, int) or number <= course.offered:
        return None
    course.offered = number
    if "join" not in body:  # what is said next is not to be cut short by the break that comes with the offer
        session.sleep(LATE_BREAK_MS)
    return body


def forget_answers(session: Session, course: Course) -> None:
    """Take answers off the channel that came when nobody waited for them any more, and the last offer: they would be in
    the CDR.
    """
    if variable(session, OFFER):
        session.setVariable(OFFER, "")
    for number in range(1, min(course.asked, ASKS_MAX) + 1):
        if variable(session, ANSWER + str(number)):
            session.setVariable(ANSWER + str(number), "")


def decoded(answer: str) -> dict[str, object] | None:
    """What was answered; None when it cannot be read."""
    if len(answer) > ANSWER_MAX:
        return None
    try:
        body = json.loads(base64.urlsafe_b64decode(answer + "=" * (-len(answer) % 4)))
    except (binascii.Error, ValueError, RecursionError):  # not ASCII, not base64, not UTF-8, not JSON
        return None
    return body if isinstance(body, dict) else None
