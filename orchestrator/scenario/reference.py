"""Writes docs/scenario.md, docs/verbs.md, docs/problems.md and the JSON Schema from the model."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo

from orchestrator.domain.hours import WeeklyHours
from orchestrator.domain.plan import Rule, ZoneRule
from orchestrator.engine.rules import DEFAULT_RULES
from orchestrator.scenario import reference_examples
from orchestrator.scenario import reference_text as text
from orchestrator.scenario.codes import CODES, SECTIONS
from orchestrator.scenario.company import Company
from orchestrator.scenario.desk import Desk
from orchestrator.scenario.dial import Dial, Order, RuleSpec
from orchestrator.scenario.explain import written_rule
from orchestrator.scenario.hours import format_hours
from orchestrator.scenario.inbound import InboundDial, Missed, Notify, Taping
from orchestrator.scenario.melody import SoundFile
from orchestrator.scenario.model import Ivr, Predictive, Robocall, ScenarioModel
from orchestrator.scenario.operands import Value
from orchestrator.scenario.pacing import LAWS, Mode, Pacing
from orchestrator.scenario.part import Part
from orchestrator.scenario.queues import QueueSpec, Vip
from orchestrator.scenario.rehearsal import BEGINNINGS, ExpectSpec, TestSpec
from orchestrator.scenario.rule_tells import RuleEmail, RuleSms, RuleWebhook
from orchestrator.scenario.schema import agents_schema, scenario_schema
from orchestrator.scenario.staff import AgentPart, StaffFile
from orchestrator.scenario.standard_messages import STANDARD
from orchestrator.scenario.steps import ROBOCALL_VERBS, VERBS
from orchestrator.scenario.values import format_duration


def write_all(docs: Path) -> None:
    """Write every generated document below `docs`."""
    for name, content in documents().items():
        path = docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def documents() -> dict[str, str]:
    """Path below docs/ -> content."""
    schema = json.dumps(scenario_schema(), ensure_ascii=False, indent=2)
    return {
        "scenario.md": _tidy(_scenario()),
        "verbs.md": _tidy(_verbs()),
        "agents.md": _tidy(_agents()),
        "problems.md": _tidy(_problems()),
        "schema/scenario.schema.json": schema + "\n",
        "schema/agents.schema.json": json.dumps(agents_schema(), ensure_ascii=False, indent=2) + "\n",
    }


def _tidy(pieces: Iterable[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(pieces)).strip() + "\n"


def _scenario() -> Iterator[str]:
    yield text.INTRODUCTION
    yield "## An example that calls\n"
    yield f"```yaml\n{reference_examples.ROBOCALL}```\n"
    yield "## An example that is called\n"
    yield f"```yaml\n{reference_examples.IVR}```\n"
    yield "## An example that calls for agents\n"
    yield f"```yaml\n{reference_examples.PREDICTIVE}```\n"
    yield text.READING
    yield "## Keys of every file\n"
    yield _table(ScenarioModel)
    yield "## Keys of `kind: robocall`\n"
    yield _table(Robocall, without=ScenarioModel)
    yield "## Keys of `kind: predictive`\n"
    yield "Those of a robocall, and:\n"
    yield _table(Predictive, without=Robocall, also=("machine",))
    yield "## Keys of `kind: ivr`\n"
    yield _table(Ivr, without=ScenarioModel)
    for title, key, prose, model in (
        ("Messages", "messages", text.MESSAGES, None),
        ("The flow", "flow", text.FLOW, None),
        ("Contact columns", "contact", text.CONTACT, None),
        ("Answering machines", "machine", text.MACHINE, None),
        ("How to call", "dial", "", Dial),
        ("Rules", "rules", "", RuleSpec),
        ("Numbers and languages", "numbers", text.NUMBERS, None),
        ("Hours", "hours", text.HOURS, None),
        ("Recording", "record", "", Taping),
        ("How to ring for a caller", "dial` of an `ivr", "", InboundDial),
        ("Queues", "queues", text.QUEUES, QueueSpec),
        ("Pacing", "dial.pacing", "", Pacing),
        ("Who calls", "company", text.COMPANY, Company),
        ("What agents see", "desk", text.DESK, Desk),
        ("Missed calls", "missed", text.MISSED, Missed),
        ("Tests", "tests", text.TESTS.format(beginnings=_words(BEGINNINGS)), TestSpec),
        ("Shared files", "include", text.INCLUDE, None),
    ):
        yield f"## {title}: `{key}`\n"
        yield _table(model) if model is not None else ""
        yield prose
        if key == "messages":
            yield "### Standard messages\n"
            yield text.STANDARD
            yield _standard()
        if model is RuleSpec:
            yield text.RULES
            yield text.TELLS
            for key, part in (("sms", RuleSms), ("email", RuleEmail), ("webhook", RuleWebhook)):
                yield f"`{key}`:\n"
                yield _table(part)
            yield text.DEFAULT_RULES
            yield _default_rules()
        if model is Missed:
            yield "`notify`:\n"
            yield _table(Notify)
        if model is Pacing:
            yield text.PACING
            yield _laws()
        if model is QueueSpec:
            yield "`vip`:\n"
            yield _table(Vip)
        if model is TestSpec:
            yield "`expect`:\n"
            yield _table(ExpectSpec)


def _laws() -> str:
    """Law -> what it fills in."""
    head = "| `law` | `abandoned` | `within` | rings at least | names the caller |\n|---|---|---|---|---|"
    lines = [
        f"| `{name}` | {law.abandoned:.0%} | {format_duration(law.within_s)}"
        f" | {format_duration(law.ring_min_s) if law.ring_min_s else ''} | {'yes' if law.names_caller else ''} |"
        for name, law in LAWS.items()
    ]
    return "\n".join([head, *lines, ""])


def _agents() -> Iterator[str]:
    yield text.AGENTS
    yield f"```yaml\n{reference_examples.AGENTS}```\n"
    yield "## Keys of the file\n"
    yield _table(StaffFile)
    yield "## Keys of an agent\n"
    yield _table(AgentPart)
    yield text.TELEPHONES


def _standard() -> str:
    lines = [f"| `{name}` | {_cell(' / '.join(texts.values()))} |" for name, texts in STANDARD.items()]
    return "\n".join(["| | |", "|---|---|", *lines, ""])


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _default_rules() -> str:
    lines = [f"| `{key}` | {_written(rule)} |" for key, rule in DEFAULT_RULES.items()]
    return "\n".join(["| | |", "|---|---|", *lines, ""])


def _written(rule: Rule) -> str:
    """Only what differs from an empty rule."""
    usual = written_rule(Rule())
    said = {key: value for key, value in written_rule(rule).items() if value != usual[key]}
    return ", ".join(f"{key}: {_inline(value)}" for key, value in said.items())


def _verbs() -> Iterator[str]:
    yield "# Verbs\n"
    yield "Generated from the model (`make docs`). A step is one verb; blocks are lists of steps:"
    yield "[scenario.md](scenario.md).\n"
    for verb, step in VERBS.items():
        yield f"## {verb}\n"
        yield _docstring(step)
        yield (
            ""
            if verb in ROBOCALL_VERBS
            else "Only in calls that come in (`kind: ivr`), and where they are called back.\n"
        )
        inner = _inner(step)
        if inner is not None:
            yield _table(inner)
        for key, part in _parts_of(inner) if inner is not None else ():
            yield f"`{key}`:\n"
            yield _table(part)


def _inner(step: type[Part]) -> type[Part] | None:
    """The mapping under the verb, when its keys are always the same."""
    [field] = step.model_fields.values()
    kind = field.annotation
    return (
        kind
        if isinstance(kind, type) and issubclass(kind, Part) and "then" not in kind.model_fields
        else None
    )


def _parts_of(part: type[Part]) -> Iterator[tuple[str, type[Part]]]:
    """Keys under which there are keys again."""
    for name, field in part.model_fields.items():
        for kind in get_args(field.annotation):
            if isinstance(kind, type) and issubclass(kind, Part) and kind is not SoundFile:
                yield field.alias or name, kind


def _docstring(model: type[Part]) -> str:
    return re.sub(r"^    ", "", (model.__doc__ or "").strip(), flags=re.MULTILINE) + "\n"


def _table(model: type[Part], without: type[Part] | None = None, also: tuple[str, ...] = ()) -> str:
    """without: keys that stand elsewhere, but for those of `also`."""
    lines = ["| key | by default | |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        if without is not None and name in without.model_fields and name not in also:
            continue
        lines.append(f"| `{field.alias or name}` | {_default(field)} | {_cell(field.description or '')} |")
    return "\n".join([*lines, ""])


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ((), [], {}):
        return ""
    return f"`{_inline(_as_yaml(value))}`"


def _as_yaml(value: Any) -> Any:
    """A default as an author would write it."""
    match value:
        case WeeklyHours():
            return format_hours(value)
        case ZoneRule():
            return value.source.value
        case float():
            return format_duration(value)
        case InboundDial():
            return {"ring": _as_yaml(value.ring)}
        case Value():
            return value.text
        case Mode():
            return str(value)
        case tuple() if value and isinstance(value[0], Order):
            return [order.text for order in value]
        case tuple() if value and isinstance(value[0], tuple):
            return {format_duration(window): count for window, count in value}
        case tuple():
            return list(value)
        case _:
            return value


def _inline(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return f"[{', '.join(map(_inline, value))}]"
        case dict():
            return "{" + ", ".join(f"{key}: {_inline(item)}" for key, item in value.items()) + "}"
        case _:
            return str(value)


def _problems() -> Iterator[str]:
    yield "# Problem codes\n"
    yield "Generated from the registry (`make docs`). `prozvon check` prints `file:line:col: CODE message (hint)`."
    yield "A code never changes its meaning.\n"
    for prefix, title in SECTIONS.items():
        yield f"## {title}\n"
        yield "| code | what is wrong | what to do |\n|---|---|---|"
        yield "\n".join(
            f"| {name} | {_cell(code.title)} | {_cell(code.hint)} |"
            for name, code in CODES.items()
            if name.startswith(prefix)
        )
        yield ""


def _cell(words: str) -> str:
    return words.replace("|", "\\|")
