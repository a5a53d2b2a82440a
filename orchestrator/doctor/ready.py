"""Whether a call on this switch would reach our script, and its end be on record: else nobody may be rung there."""

from __future__ import annotations

from orchestrator.doctor.facts import SwitchFacts
from orchestrator.doctor.findings import Verdict
from orchestrator.doctor.judge_calls import gateway_finding
from orchestrator.doctor.judge_scripts import judge_cdr, judge_dialplan, judge_folders, judge_scripts


def scripts_fault(facts: SwitchFacts) -> str | None:
    """The first error of what our scripts say of themselves, with what to do; None when there is none."""
    for judge in (judge_scripts, judge_cdr, judge_folders):
        for item in judge(facts):
            if item.level is Verdict.ERROR:
                return str(item)
    return None


def dialplan_fault(facts: SwitchFacts) -> str | None:
    """What keeps an originated call from our extension; None when nothing certainly does."""
    return next((str(item) for item in judge_dialplan(facts) if item.level is Verdict.ERROR), None)


def gateways_fault(facts: SwitchFacts) -> str | None:
    """Why no call can get out: the switch knows none of the gateways that are wanted. One is enough to begin."""
    found = [gateway_finding(facts, gateway) for gateway in facts.wanted.gateways]
    if any(item is None or item.code != "gateways.unknown" for item in found):
        return None
    return next((str(item) for item in found), None)
