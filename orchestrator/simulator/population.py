"""Who picks up the telephone: a YAML population, checked. docs/simulator.md has its reference.

population: everyday
timezone: number                 # whose clock `answers` is read on: the number's own, or an IANA name
callees:
  people:
    kind: person
    weight: 60
    answers: {8-12: 0.4, 12-21: 0.6}
    otherwise: {no_answer: 8, busy: 2}
    rings: {gamma: {mean: 9, sd: 5}}
    keys:
      choice: {1: 6, 2: 2, nothing: 1}
numbers:                         # first match decides, before the weights
  - {match: "+7999000*", callee: people}
"""

from __future__ import annotations

import difflib
import fnmatch
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from orchestrator.simulator.phones import Phone
from orchestrator.simulator.population_parts import (
    SIP_OF,
    CalleeKind,
    Model,
    Outcome,
    Probability,
    Sound,
    Weight,
    with_weight,
)

__all__ = [
    "SIP_OF",
    "CalleeKind",
    "NumberRule",
    "Outcome",
    "Phone",
    "Population",
    "Probability",
    "Sound",
    "Weight",
]
USER: Final = "user/"


class NumberRule(Model):
    match: str  # * and ? as in file names, against the E.164 number with +
    callee: str


class Population(Model):
    """Kinds of callees by weight, and rules for single numbers."""

    population: str
    about: str = ""
    timezone: str = "number"
    callees: Annotated[dict[str, CalleeKind], Field(min_length=1)]
    agents: dict[str, Phone] = Field(default={})
    numbers: tuple[NumberRule, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        if value != "number":
            try:
                ZoneInfo(value)
            except (ValueError, OSError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
                raise ValueError(f"`{value}` is neither `number` nor an IANA timezone") from error
        return value

    @model_validator(mode="after")
    def _rules_name_callees(self) -> Self:
        for rule in self.numbers:
            if rule.callee not in self.callees:
                hint = difflib.get_close_matches(rule.callee, self.callees, 1)
                more = f" (did you mean `{hint[0]}`?)" if hint else ""
                raise ValueError(f"`{rule.callee}` is not one of the callees{more}")
        for name in self.agents.keys() & self.callees.keys():
            raise ValueError(f"`{name}` is one of the callees and one of the agents")
        with_weight({name: callee.weight for name, callee in self.callees.items()})
        return self

    def rule_for(self, number: str) -> str | None:
        """Name of the callee that a rule gives this number, if one does."""
        return next((rule.callee for rule in self.numbers if fnmatch.fnmatchcase(number, rule.match)), None)

    def agent_at(self, phone: str) -> str | None:
        """Name of the agent whose phone is a number (E.164 with +) or `user/NAME`, if it is an agent's."""
        for name, agent in self.agents.items():
            if any(fnmatch.fnmatchcase(phone, pattern) for pattern in agent.phones):
                return name
        return None
