"""Cross checks of what only calls that come in have: numbers, hours, languages, queues, missed calls."""

from __future__ import annotations

from orchestrator.domain.inbound import CallEnd
from orchestrator.scenario.answered import NOT_YET, TAKEN, late_steps
from orchestrator.scenario.draft import Draft
from orchestrator.scenario.findings import did_you_mean
from orchestrator.scenario.flow import CLOSED, each_step
from orchestrator.scenario.inbound import ANY, MISSED, USUAL_ENDS, Missed, zone_of
from orchestrator.scenario.model import Ivr
from orchestrator.scenario.part import Broken
from orchestrator.scenario.people_steps import ForwardStep, OfferCallbackStep, QueueStep, TransferStep
from orchestrator.scenario.source import Mark, Text
from orchestrator.scenario.talk_steps import RecordStep, VoicemailStep


def check_claims(draft: Draft, claims: dict[str, Text]) -> None:
    """No number leads to two scenarios. `claims`: those of the scenarios before, which these are added to."""
    if not isinstance(draft.model, Ivr) or draft.model.is_broken("numbers"):
        return
    for claim in draft.model.numbers:
        first = claims.get(claim)
        if first is None and "?" in claim:
            first = next((other for other in claims.values() if _clash(claim, other)), None)
        if first is not None and first.mark.file != draft.file:
            where = f"{first.mark.file}:{first.mark.line}"
            what = f"`{claim}` is taken in {where}"
            draft.findings.add("S521", claim, what if first == claim else f"{what} by `{first}` as well")
        claims.setdefault(claim, claim)


def _clash(one: str, other: str) -> bool:
    """Whether a number may fit two patterns of which neither says more than the other."""
    return (
        len(one) == len(other)
        and one.count("?") == other.count("?")
        and all(a == b or "?" in (a, b) for a, b in zip(one, other, strict=True))
    )


def check_inbound(draft: Draft, model: Ivr) -> None:
    _check_hours(draft, model)
    _check_zone(draft, model)
    _check_languages(draft, model)
    _check_callbacks(draft, model)
    _check_rung(draft, model)
    _check_late(draft)
    if model.missed is not None:
        _check_missed(draft, model, model.missed)


def _check_hours(draft: Draft, model: Ivr) -> None:
    if {"hours", "flow"} & draft.lost:
        return
    has_closed = CLOSED in draft.flow
    if has_closed and model.hours is None:
        key = next(name for name in draft.flow if name == CLOSED)
        draft.findings.add("S523", key, "the block `closed` never runs: it is always open", "add `hours`")
    if model.hours is not None and not has_closed and not _reads(draft, "is_open"):
        where = model.key_place("hours")
        draft.findings.add(
            "S523",
            where,
            "`hours` change nothing: there is no block `closed`",
            "add it, or decide by `is_open`",
        )


def _reads(draft: Draft, name: str) -> bool:
    return any(name in block.reads for block in draft.blocks.values()) or any(
        spoken.name == name for *_, template in draft.templates() for spoken in template.names
    )


def _check_zone(draft: Draft, model: Ivr) -> None:
    """A clock is needed for hours and for calling back the next day."""
    calls_back = model.missed is not None and model.missed.flow is not None
    needs = ["hours"] * (model.hours is not None) + ["missed"] * calls_back
    if not needs or model.timezone is not None or {"numbers", "timezone"} & draft.lost:
        return
    if zone_of(model.numbers) is None:
        message = f"the time zone of `{needs[0]}` is not clear from `numbers`"
        draft.findings.add("S522", model.key_place(needs[0]), message)


def _check_languages(draft: Draft, model: Ivr) -> None:
    for key in ("caller_language", "called_language"):
        for number, language in getattr(model, key).items():
            if language not in draft.languages and "languages" not in draft.lost:
                hint = did_you_mean(language, draft.languages)
                draft.findings.add("S205", language, f"`{language}` is not one of `languages`", hint)
            if (
                key == "called_language"
                and "numbers" not in draft.lost
                and not _is_taken(number, model.numbers)
            ):
                draft.findings.add("S527", number, f"no call to `{number}` comes here")


def _is_taken(number: str, claims: tuple[Text, ...]) -> bool:
    return any(
        claim == ANY
        or (len(claim) == len(number) and all(c in (n, "?") for c, n in zip(claim, number, strict=True)))
        for claim in claims
    )


def _check_callbacks(draft: Draft, model: Ivr) -> None:
    """What is promised is kept: somebody calls back, at an opening that comes."""
    if {"missed", "flow"} & draft.lost:
        return
    calls_back = model.missed is not None and (
        model.missed.flow is not None or model.missed.is_broken("flow")
    )
    for steps in draft.flow.values():
        for step in each_step(steps):
            if isinstance(step, QueueStep) and step.queue.offer_callback is not None and not calls_back:
                draft.findings.add("S319", step.queue.place("offer_callback"), "nobody calls back")
            if isinstance(step, OfferCallbackStep):
                if not calls_back:
                    draft.findings.add("S319", step, "nobody calls back")
                elif step.offer_callback.when is None and model.hours is None and "hours" not in draft.lost:
                    where = step.offer_callback.place("when")
                    message = "`next_opening` says nothing: it is always open"
                    draft.findings.add("S319", where, message, "write `now` or a duration, or add `hours`")


def _check_rung(draft: Draft, model: Ivr) -> None:
    """A call that is passed on to a number of this scenario's comes back, and is passed on again."""
    claims = tuple(claim for claim in model.numbers if claim != ANY)
    rung: list[tuple[Mark, tuple[str, ...]]] = [
        (spec.place("agents"), spec.agents.numbers)
        for spec in model.queues.values()
        if not isinstance(spec, Broken)
    ]
    for steps in draft.flow.values():
        for step in each_step(steps):
            if isinstance(step, ForwardStep | TransferStep):
                part = step.forward if isinstance(step, ForwardStep) else step.transfer
                rung.append((part.place("to"), part.to))
    for mark, numbers in rung if "numbers" not in draft.lost else ():
        for number in numbers:
            if _is_taken(number, claims):
                draft.findings.add("S528", mark, f"`{number}` is a number of this scenario's")


def _check_late(draft: Draft) -> None:
    entries = {root: TAKEN if root == MISSED else NOT_YET for root in draft.roots}
    for step, why in late_steps(draft.flow, entries):
        what = (
            "the call was taken before"
            if why == "again"
            else "the call is taken by then: nobody hears this for nothing"
        )
        draft.findings.add("S318", step, what)


def _check_missed(draft: Draft, model: Ivr, missed: Missed) -> None:
    if not missed.has("flow") and not missed.has("notify"):
        message = "nobody is called back, and nobody is told"
        draft.findings.add("S526", model.key_place("missed"), message, "add `flow`, or `notify`")
    for key in ("rules", "attempts", "hours", "machine", "unless") if not missed.has("flow") else ():
        if missed.has(key):
            draft.findings.add("S526", missed.key_place(key), f"`{key}` never acts: nobody is called back")
    for name in missed.blocks:
        if name in model.flow:
            first = next(other for other in model.flow if other == name)
            message = f"the block `{name}` stands in line {first.mark.line} already"
            draft.findings.add("S007", name, message, "rename one of the two")
    # The default may stand there as a whole, as in what `--explain` prints
    if missed.when != USUAL_ENDS and not {"flow", "hours"} & draft.lost:
        for end in missed.when:
            if why := _why_never(draft, model, str(end)):
                draft.findings.add("S526", end, f"no call is left at `{end}`: {why}")


def _why_never(draft: Draft, model: Ivr, end: str) -> str:
    if end == CallEnd.CLOSED and model.hours is None:
        return "it is always open"
    steps = [step for each in draft.flow.values() for step in each_step(each)]
    if any(isinstance(step, Broken) for step in steps):
        return ""
    if end == CallEnd.QUEUE and not any(isinstance(step, QueueStep) for step in steps):
        return "there is no queue"
    if end == CallEnd.VOICEMAIL and not any(isinstance(step, VoicemailStep | RecordStep) for step in steps):
        return "nothing is recorded"
    return ""
