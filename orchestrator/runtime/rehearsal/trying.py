"""Everything about trying a scenario that is not the terminal: which call it is, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestrator.domain.call_event import FlowEnd, Party
from orchestrator.domain.lead import Contact
from orchestrator.engine.hours import is_open
from orchestrator.engine.missed import decide
from orchestrator.runtime.rehearsal.inbound_story import (
    callback_rules,
    inbound_payload,
    recorded,
    told_decision,
)
from orchestrator.runtime.rehearsal.rehearsed_flow import RehearsedFlow
from orchestrator.runtime.rehearsal.story import (
    Story,
    called_payload,
    facts_of,
    flow_of,
    local_time,
    zone_name,
)
from orchestrator.runtime.rehearsal.told_notes import told_note
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.library import Library
from orchestrator.scenario.source import Map


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One call that is tried. at: epoch ms. contact: who is called; None when the call comes in.

    caller, called, language: of a call that comes in.
    """

    compiled: Compiled
    at: int
    zone: str
    contact: Contact | None = None
    caller: str = ""
    called: str = ""
    language: str = ""

    @property
    def party(self) -> str:
        if self.contact is None or self.compiled.program["machine"] == "off":
            return Party.UNKNOWN
        return Party.HUMAN

    def flow(self) -> RehearsedFlow:
        if self.contact is None:
            payload = inbound_payload(self.caller, self.called, self.at, self.language)
        else:
            payload = called_payload(self.compiled, self.contact, self.at)
        return flow_of(self.compiled, payload)

    def head(self) -> str:
        """Who calls whom, and when."""
        when = f"{local_time(self.at, self.zone)} ({zone_name(self.zone)})"
        if self.contact is not None:
            return f"{self.compiled.name} calls {self.contact.numbers[0]}, {when}"
        hours = ""
        if self.compiled.hours is not None:
            within = is_open(self.compiled.hours, self.zone, self.at)
            hours = ", within its hours" if within else ", outside its hours"
        return f"{self.caller or 'somebody without a number'} calls {self.called}, {when}{hours}"

    def report(self, flow: RehearsedFlow) -> list[str]:
        """What came of it: lines, the most important first."""
        state = flow.state
        lines = [f"result: {state.result or 'none'}"]
        if state.flow == FlowEnd.ERROR:
            lines.append(f"the flow broke off: {state.path[-1]}")
        if self.contact is None:
            lines += self._missed(flow)
        else:
            lines += self._settled(flow, self.contact)
        if state.values:
            lines.append("values: " + ", ".join(f"{name} = {value}" for name, value in state.values.items()))
        lines += [f"recorded: {name}" for name in state.recordings]
        return lines

    def _missed(self, flow: RehearsedFlow) -> list[str]:
        call = recorded(self.compiled, flow.state, self.at, self._ended_at(flow))
        decision = decide(call, callback_rules(self.compiled, self.caller), now=call.ended_at)
        reached = f"reached {call.reached}" if call.reached else "reached nobody"
        after = [f"afterwards: {told_note(note)}" for note in call.notes]
        return [f"ended: {call.end}, {reached}", told_decision(self.compiled, decision), *after]

    def _settled(self, flow: RehearsedFlow, contact: Contact) -> list[str]:
        """What the rules make of a first call that came to this."""
        ended_at = self._ended_at(flow)
        story = Story(compiled=self.compiled, contact=contact, began_at=self.at, now=ended_at)
        story.settle_first(facts_of(flow.state, self.at, ended_at))
        return [entry.text for entry in story.entries]

    def _ended_at(self, flow: RehearsedFlow) -> int:
        return self.at + round(flow.now_s * 1000)


def block_files(path: Path, bounds: Path | None) -> Mapping[str, str]:
    """Block -> the file in which it stands: an included one may be another than the scenario's."""
    library = Library(bounds.resolve() if bounds else path.resolve().parent)
    loaded = library.load(path, Findings())
    found: dict[str, str] = {}
    if loaded is not None:
        missed = loaded.root.value("missed")
        own = missed.value("flow") if isinstance(missed, Map) else None
        for flow in (own, loaded.root.value("flow")):
            names = flow if isinstance(flow, Map) else Map.at()
            found |= {str(name): name.mark.file for name in names}
    return found
