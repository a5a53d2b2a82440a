"""The report: every check of a switch, and of this machine, in order."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.doctor.facts import HereFacts, Reach, SwitchFacts
from orchestrator.doctor.findings import HERE, Finding, finding, fine
from orchestrator.doctor.judge_calls import (
    judge_clock,
    judge_gateways,
    judge_process,
    judge_sound,
    judge_speech,
)
from orchestrator.doctor.judge_inbound import judge_inbound
from orchestrator.doctor.judge_left import judge_left
from orchestrator.doctor.judge_scripts import judge_cdr, judge_dialplan, judge_folders, judge_scripts
from orchestrator.doctor.judge_switch import (
    judge_expansion,
    judge_modules,
    judge_reach,
    judge_sessions,
    judge_socket,
    judge_version,
)

JUDGES = (
    judge_version,
    judge_modules,
    judge_expansion,
    judge_socket,
    judge_sessions,
    judge_scripts,
    judge_dialplan,
    judge_inbound,
    judge_left,
    judge_cdr,
    judge_folders,
    judge_gateways,
    judge_clock,
    judge_sound,
    judge_speech,
    judge_process,
)

DISK_FULL_MB, DISK_TIGHT_MB = 100, 1000


def judge_switch(facts: SwitchFacts) -> list[Finding]:
    """All of one switch; of one that does not take us in, only that."""
    findings = list(judge_reach(facts))
    if facts.reach is Reach.IN:
        for judge in JUDGES:
            findings += judge(facts)
    return findings


def judge_here(facts: HereFacts) -> list[Finding]:
    """This machine, and what is not any one switch's."""
    return [*_settings(facts), *_store(facts), *_disk(facts), *_speech(facts)]


def _settings(facts: HereFacts) -> Iterator[Finding]:
    for switch in facts.urls_unserved:
        found = f"prompts_url is set for {switch}, and serve_prompts is not"
        yield finding(HERE, "settings.no_serve", found)


def _store(facts: HereFacts) -> Iterator[Finding]:
    if facts.store_fault:
        yield finding(HERE, "store.away", facts.store_fault)
        return
    for warning in facts.store_warnings:
        yield finding(HERE, "store.setting", warning)
    if not facts.store_warnings:
        yield fine(HERE, "store", "the store answers and keeps what it is told")


def _disk(facts: HereFacts) -> Iterator[Finding]:
    free = facts.free_mb
    if facts.disk_fault or (free is not None and free < DISK_FULL_MB):
        said = facts.disk_fault or f"{free} MB are left"
        yield finding(HERE, "disk.full", f"{facts.data}: {said}")
    elif free is not None and free < DISK_TIGHT_MB:
        yield finding(HERE, "disk.space", f"{facts.data}: {free} MB are left")
    elif free is not None:
        yield fine(HERE, "disk", f"{facts.data}: {free} MB free")


def _speech(facts: HereFacts) -> Iterator[Finding]:
    if facts.speech_fault:
        yield finding(HERE, "speech.engine", f"{facts.speech_engine}: {facts.speech_fault}")
    elif facts.speech_fault is not None:
        yield fine(HERE, "speech", f"{facts.speech_engine} speaks")
