"""Cross checks of rules and tests: what can happen at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.plan import MachinePolicy, Rule
from orchestrator.engine.rules import EXHAUSTED
from orchestrator.scenario.dial import RuleSpec
from orchestrator.scenario.draft import Draft
from orchestrator.scenario.findings import did_you_mean
from orchestrator.scenario.flow import reachable
from orchestrator.scenario.inbound import MISSED, Missed
from orchestrator.scenario.model import Robocall
from orchestrator.scenario.part import Broken
from orchestrator.scenario.plan import retries_within
from orchestrator.scenario.source import Text

# Words that the store itself gives to leads
RESERVED_STATUSES = ("new", "do_not_call", "no_consent", "lifetime")
NO_RESULT = "none"  # what a test expects of a call without a result
DISPOSITIONS = frozenset(kind.value for kind in Disposition)
RESERVED_RESULTS = DISPOSITIONS | {EXHAUSTED, NO_RESULT}
# Detection that is off, or whose finding is set aside, never reports a machine
_NO_MACHINE = (MachinePolicy.OFF.value, MachinePolicy.TREAT_AS_HUMAN.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """Rules, and what decides whether they can ever act.

    results: of steps that these calls may come to. attempts: None when what the author wrote cannot be used.
    machine: "" when that cannot be told. is_lost: results that are not there may be in what could not be understood.
    outcomes: what agents may note, with rules of their own. is_paced: people are called before an agent is free.
    """

    rules: Mapping[Text, RuleSpec | Broken]
    results: set[str]
    attempts: int | None
    machine: str
    is_lost: bool
    outcomes: Mapping[Text, RuleSpec | Broken] = field(default_factory=dict)
    is_paced: bool = False

    @classmethod
    def of_robocall(cls, draft: Draft, model: Robocall) -> RuleBook:
        is_usable = "dial" not in draft.lost and not model.dial.is_broken("attempts")
        return cls(
            rules=model.rules,
            results=draft.results,
            attempts=model.dial.attempts if is_usable else None,
            machine="" if "machine" in draft.lost else str(model.machine),
            is_lost=bool({"flow", "desk"} & draft.lost),
            outcomes=draft.outcomes,
            is_paced=draft.is_paced,
        )

    @classmethod
    def of_missed(cls, draft: Draft, missed: Missed) -> RuleBook:
        """Of calls back: what they may conclude is in the blocks that `missed` leads to."""
        reached = reachable(draft.blocks, [MISSED] * (MISSED in draft.blocks))
        return cls(
            rules=missed.rules,
            results={str(name) for each in reached for name in draft.blocks[each].concludes},
            attempts=None if missed.is_broken("attempts") else missed.attempts,
            machine="" if missed.is_broken("machine") else str(missed.machine),
            is_lost=bool({"flow", "desk"} & draft.lost) or missed.is_broken("flow"),
            outcomes=draft.outcomes,
        )


def check_results(draft: Draft) -> None:
    """In calls that are placed, a result and a disposition are told apart by their names."""
    called_back = reachable(draft.blocks, [MISSED] * (MISSED in draft.roots and MISSED in draft.blocks))
    for where, block in draft.blocks.items():
        is_placed = where in called_back or not draft.is_inbound
        for name in block.concludes:
            if name == NO_RESULT or (is_placed and name in RESERVED_RESULTS):
                draft.findings.add("S112", name, f"`{name}` cannot be a result: it has a meaning of its own")


def check_rules(draft: Draft, book: RuleBook) -> None:
    for key, spec in book.rules.items():
        if isinstance(spec, Broken):
            continue
        _check_status(draft, spec)
        if draft.is_own(key.mark):
            _check_key(draft, book, key)
        _check_together(draft, spec)
        _check_retries(draft, book, key, spec)
    for key, spec in book.outcomes.items():
        if isinstance(spec, Broken) or not ruled(spec):
            continue
        if key in book.rules:
            draft.findings.add("S604", key, f"`rules` has `{key}` too", "say it in one of the two places")
        _check_status(draft, spec)
        _check_together(draft, spec)
        _check_retries(draft, book, key, spec)


def ruled(spec: RuleSpec) -> bool:
    """Whether an outcome says itself what follows."""
    return any(spec.has(name) for name in type(spec).model_fields)


def check_outcomes(draft: Draft, *, are_rules_kept: bool) -> None:
    """An outcome is told from a disposition by its name. are_rules_kept: there is a lead that rules can be about."""
    for name, spec in draft.outcomes.items():
        if name in RESERVED_RESULTS:
            draft.findings.add("S112", name, f"`{name}` cannot be an outcome: it has a meaning of its own")
        if not are_rules_kept and isinstance(spec, RuleSpec) and ruled(spec):
            draft.findings.add("S602", name, "the rule never fires: nobody is called back", "see `missed`")


def acts(key: str, rule: Rule, attempts: int, machine: str, *, is_paced: bool) -> bool:
    """Whether a rule of the plan could stand in the file: it can fire, and `attempts` leaves room for it."""
    has_room = len(rule.retry) <= retries_within(attempts, counts=rule.counts)
    return has_room and not why_never(key, machine, is_paced=is_paced)


def why_never(key: str, machine: str, *, is_paced: bool) -> str:
    """Why no call ends under this key; "" when one may."""
    if key == Disposition.ABANDONED and not is_paced:
        return "nobody is abandoned but in `kind: predictive`"
    if key == Disposition.MACHINE and machine in _NO_MACHINE:
        return f"with `machine: {machine}` no call ends as machine"
    return ""


def _check_key(draft: Draft, book: RuleBook, key: Text) -> None:
    if key in DISPOSITIONS or key == EXHAUSTED:
        why = why_never(key, book.machine, is_paced=book.is_paced)
        if why:
            draft.findings.add("S602", key, f"the rule never fires: {why}")
    elif not book.is_lost and key not in book.results | draft.vouched and key not in book.outcomes:
        everywhere = {str(name) for block in draft.blocks.values() for name in block.concludes}
        if key in everywhere:
            draft.findings.add("S602", key, f"the rule never fires: no way leads to `result: {key}`")
        else:
            hint = did_you_mean(key, {*DISPOSITIONS, EXHAUSTED, *everywhere, *book.outcomes})
            draft.findings.add(
                "S601", key, f"`{key}` is neither a disposition nor a result of the flow", hint
            )


def _check_status(draft: Draft, spec: RuleSpec) -> None:
    if spec.status is not None and spec.status in RESERVED_STATUSES:
        message = f"the status `{spec.status}` has a meaning of its own"
        draft.findings.add("S112", spec.place("status"), message)


def _check_together(draft: Draft, spec: RuleSpec) -> None:
    if spec.at_most is not None and not spec.retry and not spec.is_broken("retry"):
        draft.findings.add("S604", spec.place("at_most"), "`at_most` limits retries, and there is no `retry`")
    if spec.hold and (spec.retry or spec.next_phone):
        other = "retry" if spec.retry else "next_phone"
        draft.findings.add(
            "S604", spec.place("hold"), f"`hold` leaves the lead to a person, `{other}` does not"
        )


def _check_retries(draft: Draft, book: RuleBook, key: Text, spec: RuleSpec) -> None:
    """Of `attempts: 3` counted calls two can be followed by another one."""
    if book.attempts is None or not draft.is_own(key.mark):
        return
    if key == EXHAUSTED and (spec.retry or spec.next_phone or spec.hold):
        draft.findings.add("S604", key, "nothing comes after `exhausted`", "give it a `status` only")
        return
    most = retries_within(book.attempts, counts=spec.counts)
    if len(spec.retry) > most:
        what = "a retry is" if len(spec.retry) == 1 else f"{len(spec.retry)} retries are"
        message = f"{what} beyond `attempts: {book.attempts}`"
        draft.findings.add("S603", spec.place("retry"), message, _room(book.attempts, most))
    if spec.counts and spec.at_most is not None and spec.at_most > most > 0:
        message = f"`at_most: {spec.at_most}` is beyond `attempts: {book.attempts}`"
        draft.findings.add("S603", spec.place("at_most"), message, _room(book.attempts, most))


def _room(attempts: int, most: int) -> str:
    return f"attempts: {attempts} leaves room for {most}" if most else "attempts: 1 leaves no room for any"


def possible_statuses(rules: Mapping[str, Rule]) -> set[str]:
    """Statuses that a lead may have after its calls."""
    return {"new", *(rule.status for rule in rules.values() if rule.status)}
