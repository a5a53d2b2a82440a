"""Asks one switch everything that the doctor wants to know, over one connection."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from orchestrator.doctor.facts import Reach, SwitchFacts, Wanted
from orchestrator.doctor.questions import first_questions, more_questions, script_questions
from orchestrator.domain.problem import KnownError
from orchestrator.esl.connection import Connection
from orchestrator.esl.errors import AccessDenied, AuthFailed
from orchestrator.esl.protocol import EslError
from orchestrator.esl.timeouts import Timeouts
from orchestrator.runtime.settings_parts.switch_settings import DEFAULT_PASSWORD, Switch

TIMEOUTS = Timeouts(connect_s=3.0, greeting_s=3.0, auth_s=3.0)
ASK_S = 5.0  # for each answer


def ask_switch(
    wanted: Wanted, switch: Switch, now_ms: Callable[[], int], *, ask_s: float = ASK_S
) -> SwitchFacts:
    """What the switch says, or why it says nothing. now_ms: the clock that its own is held against; ask_s: for each
    answer.
    """
    try:
        password = switch.password()
    except KnownError as error:
        return SwitchFacts(wanted=wanted, reach=Reach.NO_PASSWORD, said=str(error))
    connection = Connection(switch.host, switch.port, password, timeouts=TIMEOUTS)
    ask = partial(_asked, connection, ask_s)
    try:
        connection.connect()
        replies = ask(first_questions(wanted))
        if not replies:
            return SwitchFacts(wanted=wanted, reach=Reach.SILENT, said="no answer to `api`")
        replies |= ask(more_questions(wanted, replies))
        before_ms = now_ms()
        replies |= ask(script_questions(wanted))
        asked_at_ms = (before_ms + now_ms()) // 2
    except AuthFailed:
        return SwitchFacts(wanted=wanted, reach=Reach.PASSWORD)
    except AccessDenied:
        return SwitchFacts(wanted=wanted, reach=Reach.ACL)
    except EslError as error:
        reach = Reach.AWAY if str(error).startswith("cannot connect") else Reach.SILENT
        return SwitchFacts(wanted=wanted, reach=reach, said=str(error))
    finally:
        connection.close()
    return SwitchFacts(
        wanted=replace(wanted, has_default_password=password == DEFAULT_PASSWORD),
        reach=Reach.IN,
        replies=replies,
        asked_at_ms=asked_at_ms,
    )


def _asked(connection: Connection, ask_s: float, questions: Iterable[str]) -> dict[str, str]:
    """Question -> what was printed. The first that is not answered in time ends it: the others wait behind it."""
    replies: dict[str, str] = {}
    for question in questions:
        try:
            replies[question] = connection.api(question, ask_s)
        except EslError:
            break
    return replies
