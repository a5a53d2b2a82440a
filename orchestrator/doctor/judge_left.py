"""Where calls that come in leave what they record, and the mark that they came."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.doctor.facts import SwitchFacts
from orchestrator.doctor.findings import Finding, finding
from orchestrator.doctor.hello import Hello
from orchestrator.doctor.judge_scripts import FULL_MB, hello_of


def judge_left(facts: SwitchFacts) -> Iterator[Finding]:
    name, hello = facts.wanted.name, hello_of(facts)
    if not (facts.wanted.takes and isinstance(hello, Hello)):
        return
    user = f" as {hello.user}" if hello.user else ""
    for folder in (hello.recordings, hello.inbound):
        if folder.is_writable is False:
            found = f"the switch cannot write{user} to {folder.path}"
            yield finding(name, "inbound.unwritable", found, folder=folder.path)
    kept = hello.recordings
    if kept.is_writable is not False and kept.free_mb is not None and kept.free_mb < FULL_MB:
        yield finding(name, "inbound.full", f"{kept.free_mb} MB are left at {kept.path}")
