"""Who answers which number, on both switches."""

from __future__ import annotations

from typing import Any, Final

from orchestrator.simulator.population import Population

PICKS_UP: Final = "+79990000001"  # and stays until the other side hangs up
LEAVES: Final = "+79990000002"  # a second and a half after picking up
RINGS: Final = "+79990000180"  # for ever
SILENT: Final = "+79990000999"  # no SIP answer at all
REFUSES: Final = {
    "+79990000486": "486 Busy Here",
    "+79990000480": "480 Temporarily Unavailable",
    "+79990000404": "404 Not Found",
    "+79990000603": "603 Decline",  # after ringing, as a person does
    "+79990000503": "503 Service Unavailable",
}
RINGS_S: Final = 0.5
STAYS_S: Final = 1.5

_KINDS: Final = {
    "486": "busy",
    "480": "unreachable",
    "404": "invalid",
    "603": "rejected",
    "503": "congestion",
}


def population() -> Population:
    """The same callees for the simulated switch."""
    answers: dict[str, Any] = {"kind": "person", "rings": RINGS_S, "keys": {"any": {"nothing": 1}}}
    callees: dict[str, Any] = {
        "picks_up": answers | {"stays": 3600},
        "leaves": answers | {"stays": STAYS_S},
        "rings": {"kind": "no_answer"},
        "silent": {"kind": "silent"},
    }
    names = {PICKS_UP: "picks_up", LEAVES: "leaves", RINGS: "rings", SILENT: "silent"}
    for number, status in REFUSES.items():
        names[number] = f"refuses_{status[:3]}"
        callees[names[number]] = {"kind": _KINDS[status[:3]], "sip": {status[:3]: 1}, "rings": 0}
    rules = [{"match": number, "callee": name} for number, name in names.items()]
    return Population.model_validate({"population": "conformance", "callees": callees, "numbers": rules})
