"""What a service answers, as somebody at a keyboard writes it."""

from __future__ import annotations

import json
import re
from typing import Final

from orchestrator.domain.problem import KnownError
from orchestrator.scenario.rehearsal_answers import (
    DOWN,
    FAULTS,
    REFUSALS,
    QueueAnswer,
    ServiceAnswer,
    fields_of,
)

FORMS: Final = (
    'JSON such as {"status": "ready"}, name=value ..., a status such as 404, down, slow or nonsense'
)
_STATUS = re.compile(r"[2-5]\d\d\Z", re.ASCII)
_PAIRS = re.compile(r"([A-Za-z0-9_.-]+)=(\S*)\Z", re.ASCII)


def read_answer(text: str) -> ServiceAnswer:
    """ValueError, with what is wrong, when it is none. An empty text is an answer without fields."""
    text = text.strip()
    if text in FAULTS:
        return ServiceAnswer(status=200 if text == "nonsense" else 0, why=text)
    if _STATUS.match(text):
        return ServiceAnswer(status=int(text))
    if text.startswith(("{", "[")):
        return ServiceAnswer(fields=_fields(text))
    pairs = [_PAIRS.match(word) for word in text.split()]
    if all(pairs):
        return ServiceAnswer(fields={pair[1]: pair[2] for pair in pairs if pair})
    raise ValueError(f"{text!r} is no answer: write {FORMS}")


def _fields(text: str) -> dict[str, str]:
    """Numbers stay as they are written, as the worker reads them."""
    try:
        tree = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"that is not JSON: {error}") from None
    return fields_of(_plain(tree))


def _plain(tree: object) -> object:
    match tree:
        case dict():
            return {key: _plain(value) for key, value in tree.items()}
        case list():
            return [_plain(value) for value in tree]
        case bool():
            return "yes" if tree else "no"
        case None:
            return ""
        case _:
            return tree


def read_services(written: tuple[str, ...]) -> dict[str, tuple[ServiceAnswer, ...]]:
    """`crm/orders=ANSWER` of the command line; the same service again is its next answer. KnownError."""
    found: dict[str, tuple[ServiceAnswer, ...]] = {}
    for each in written:
        path, equals, text = each.partition("=")
        if not equals or not path:
            raise KnownError(f"--service {each!r} is not SERVICE/PATH=ANSWER")
        try:
            found[path] = (*found.get(path, ()), read_answer(text))
        except ValueError as error:
            raise KnownError(f"--service {path}: {error}") from None
    return found


def read_queues(written: tuple[str, ...]) -> dict[str, QueueAnswer]:
    """`sales=3`, `sales=full` or `sales=down` of the command line. KnownError."""
    found = {}
    for each in written:
        name, _, text = each.partition("=")
        if text == DOWN:
            found[name] = QueueAnswer(is_down=True)
        elif text in REFUSALS:
            found[name] = QueueAnswer(why=text)
        elif text.isascii() and text.isdigit() and 1 <= int(text) <= 1000:
            found[name] = QueueAnswer(position=int(text))
        else:
            raise KnownError(f"--queue {each!r} is not NAME=POSITION, or NAME={', '.join((*REFUSALS, DOWN))}")
    return found
