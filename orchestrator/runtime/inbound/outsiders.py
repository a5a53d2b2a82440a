"""What scenarios that take calls name outside of themselves: services, mailboxes, the way of short messages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.settings import Settings
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.findings import did_you_mean

Step = Mapping[str, Any]


class Named(NamedTuple):
    """`kind` is the part of prozvon.yaml where `name` belongs."""

    kind: str
    name: str
    verb: str
    line: int


def require_outsiders(scenarios: Iterable[Compiled], settings: Settings) -> None:
    """KnownError, one line for each name that prozvon.yaml does not have: a call would only find out in the end."""
    known: dict[str, Collection[str]] = {"services": settings.services, "mailboxes": settings.mailboxes}
    lines = []
    for compiled in scenarios:
        for named in sorted(set(_named(compiled)), key=lambda each: (each.line, each)):
            where = f"{compiled.source}:{named.line}" if named.line else str(compiled.source)
            if named.kind == "sms":
                if settings.sms.service is None and settings.sms.apprise_env is None:
                    lines.append(f"{where}: `sms` is used, and prozvon.yaml does not say how (sms.service)")
            elif named.name not in known[named.kind]:
                hint = did_you_mean(named.name, known[named.kind])
                lines.append(
                    f"{where}: `{named.verb}` names `{named.name}`, and prozvon.yaml has no {named.kind}.{named.name}"
                    + (f" ({hint})" if hint else "")
                )
    if lines:
        raise KnownError("\n".join(lines))


def _named(compiled: Compiled) -> Iterator[Named]:
    programs = [compiled.program] + ([compiled.callback.program] if compiled.callback else [])
    for program in programs:
        for block in program["flow"].values():
            for step in _steps(block):
                yield from _named_by(step)
    if compiled.missed is not None and compiled.missed.notify is not None:
        yield Named("mailboxes", compiled.missed.notify, "missed.notify", 0)


def _named_by(step: Step) -> Iterator[Named]:
    verb, line = step["do"], step.get("line", 0)
    match verb:
        case "fetch" | "webhook":
            yield Named("services", step["service"], verb, line)
        case "store" if step["webhook"] is not None:
            yield Named("services", step["webhook"]["service"], verb, line)
        case "voicemail":
            yield Named("mailboxes", step["mailbox"], verb, line)
        case "record" if step["email"] is not None:
            yield Named("mailboxes", step["email"], verb, line)
        case "email":
            yield Named("mailboxes", step["to"], verb, line)
        case "sms":
            yield Named("sms", "", verb, line)
        case _:
            pass


def _steps(steps: Any) -> Iterator[Step]:
    """Those of an `if` and a `switch` included."""
    for step in steps:
        yield step
        inner = [step.get("then", []), step.get("else", [])]
        inner += [branch for _, branch in step.get("cases", [])]
        for each in inner:
            yield from _steps(each)
