"""The dial string of `bridge`: several destinations, at once (`,`) or one after another (`|`). Pure.

Enterprise originate (`:_:`) is not simulated and answers CHAN_NOT_IMPLEMENTED.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.simulator.originate import Destination, parse_destination
from orchestrator.simulator.separate import take_brackets


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """One leg that is to be made, with the variables of the whole and its own."""

    destination: Destination
    variables: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DialString:
    """`groups` are tried in turn, the forks of a group all at once."""

    variables: dict[str, str]
    groups: tuple[tuple[Fork, ...], ...]


def parse_dial_string(text: str) -> DialString:
    taken = take_brackets(text, "{", "}")
    if taken is None:
        taken = ({}, "")
    common, rest = taken
    groups = tuple(
        tuple(_fork(part, common) for part in _split(group, ",")) for group in _split(rest.strip(), "|")
    )
    return DialString(variables=common, groups=groups)


def _fork(text: str, common: dict[str, str]) -> Fork:
    taken = take_brackets(text, "[", "]")
    if taken is None:
        return Fork(destination=Destination(refusal="DESTINATION_OUT_OF_ORDER"), variables=common)
    own, rest = taken
    return Fork(destination=parse_destination(rest.strip()), variables=common | own)


def _split(text: str, at: str) -> Iterator[str]:
    """Not inside of square brackets."""
    depth = begin = 0
    for place, char in enumerate(text):
        depth += (char == "[") - (char == "]")
        if char == at and not depth:
            yield text[begin:place]
            begin = place + 1
    yield text[begin:]
