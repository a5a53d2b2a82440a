"""`inbound.json` of a release: which number leads to which program, for the entry script on the switch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final, TypedDict

from orchestrator.contacts.written_here import Numbering, numbering_of
from orchestrator.scenario.compile import Compiled

FORMAT: Final = 1
ANY: Final = "any"  # of a scenario's `numbers`: whatever nobody else takes
ONE_DIGIT: Final = "?"


class Route(TypedDict):
    """`number` or `pattern` without plus; "" for the default. Then the program, and its scenario's name."""

    number: str
    program: str
    scenario: str


class Routes(TypedDict):
    format: int
    numbering: Numbering
    gateways: dict[str, str]
    voices: dict[str, str]
    routes: list[Route]
    patterns: list[Route]
    any: Route | None


def routes_of(
    scenarios: Iterable[Compiled], *, region: str, gateways: Mapping[str, str], voices: Mapping[str, str]
) -> bytes:
    """The file, the same for the same scenarios.

    gateways: name -> dial string with `{number}` or `{digits}`, in the order in which they are tried. voices: language
    -> tag of the voice that spoke its prompts. No number is claimed twice: `check` has seen to that.
    """
    found = sorted(
        (route for each in scenarios for route in _claims(each)), key=lambda route: route["number"]
    )
    default = [route for route in found if not route["number"]]
    made = Routes(
        format=FORMAT,
        numbering=numbering_of(region),
        gateways=dict(gateways),
        voices=dict(sorted(voices.items())),
        routes=[route for route in found if route["number"] and ONE_DIGIT not in route["number"]],
        patterns=[route for route in found if ONE_DIGIT in route["number"]],
        any=default[0] if default else None,
    )
    return (json.dumps(made, indent=1, ensure_ascii=False) + "\n").encode()


def _claims(compiled: Compiled) -> Iterable[Route]:
    for written in compiled.routes:
        number = "" if written == ANY else written.removeprefix("+")
        yield Route(number=number, program=compiled.digest, scenario=compiled.name)
