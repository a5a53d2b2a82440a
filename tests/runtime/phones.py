"""A telephone on which a test calls a line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.runtime.rehearsal.inbound_tests import began_at
from orchestrator.runtime.rehearsal.phone import Phone
from orchestrator.runtime.rehearsal.phone_answers import read_queues, read_services
from orchestrator.runtime.rehearsal.phone_keys import KeysHand
from orchestrator.runtime.rehearsal.rehearsed_answers import RehearsedAnswers
from orchestrator.runtime.rehearsal.rehearsed_flow import RehearsedFlow
from orchestrator.runtime.rehearsal.trying import Trial
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.rehearsal import Expectation, ScenarioTest
from orchestrator.scenario.source import NOWHERE
from tests.runtime.ivr import compiled_line

CALLER, CALLED = "+79990000001", "+74950000001"


@dataclass(slots=True)
class Notes:
    """A screen that keeps what it was shown."""

    shown: list[str] = field(default_factory=list)

    def begins(self, flow: RehearsedFlow) -> None:
        self.shown.append(f"{flow.where} {flow.told()}")

    def tell(self, flow: RehearsedFlow, text: str) -> None:
        self.shown.append(text)


def trial_of(compiled: Compiled, *, caller: str = CALLER, language: str = "") -> Trial:
    anything = ScenarioTest(
        name="", contact={}, calls=(), expect=Expectation(), at=None, language=None, mark=NOWHERE
    )
    at = began_at(compiled, anything)
    return Trial(
        compiled=compiled, at=at, zone=compiled.zone, caller=caller, called=CALLED, language=language
    )


def walked(
    folder: Path, keys: str, services: tuple[str, ...] = (), queues: tuple[str, ...] = ()
) -> tuple[Trial, Phone, Notes]:
    """A call to the line of `ivr` by somebody who does what `keys` say."""
    trial = trial_of(compiled_line(folder))
    notes = Notes()
    answers = RehearsedAnswers(read_services(services), read_queues(queues))
    phone = Phone(flow=trial.flow(), hand=KeysHand.of(keys), screen=notes, answers=answers)
    phone.run(trial.party)
    return trial, phone, notes
