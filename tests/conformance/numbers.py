"""Who answers which number, on both switches."""

from __future__ import annotations

from typing import Any, Final

from orchestrator.simulator.population import Population

PICKS_UP: Final = "+79990000001"  # and stays until the other side hangs up
LEAVES: Final = "+79990000002"  # a second and a half after picking up
AT_ONCE: Final = "+79990000003"  # picks up without ringing, and stays
MACHINE: Final = "+79990000010"  # a machine: its recorded greeting goes on for seconds
HELLO: Final = "+79990000011"  # a person: one short word, then silence
MUTE: Final = "+79990000012"  # picks up, and not a sound comes from there
KEY_1: Final = "+79990000021"  # presses 1 soon after the prompt begins
KEYS_43210: Final = "+79990000022"  # presses 4 3 2 1 0 #
HOLDS: Final = "+79990000030"  # puts us on hold half a second after picking up, and then hangs up
LATE: Final = "+79990000040"  # rings, and picks up just when it is told that we have given up
RINGS: Final = "+79990000180"  # for ever
EARLY: Final = "+79990000183"  # sound before the answer; picks up a second later, and stays
EARLY_ONLY: Final = "+79990000184"  # sound, and never an answer
SILENT: Final = "+79990000999"  # no SIP answer at all
RINGS_S: Final = 0.5
EARLY_S: Final = 1.0
STAYS_S: Final = 1.5
KEYS_AFTER_S: Final = 0.4  # from the first sound to the first key
KEY_GAP_S: Final = 0.2

# SIP status -> what the callee of +79990000STATUS answers
REFUSALS: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    410: "Gone",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    484: "Address Incomplete",
    485: "Ambiguous",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    500: "Server Internal Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Time-out",
    600: "Busy Everywhere",
    603: "Decline",
    604: "Does Not Exist Anywhere",
    606: "Not Acceptable",
    608: "Rejected",
}
RINGS_BEFORE: Final = 603  # refuses after ringing, as a person does

_KINDS: Final = {486: "busy", 480: "unreachable", 404: "invalid", RINGS_BEFORE: "rejected"}


def refusing(status: int) -> str:
    """The number whose callee answers with this status."""
    return f"+79990000{status}"


def population() -> Population:
    """The same callees for the simulated switch."""
    mute: dict[str, Any] = {"kind": "person", "rings": RINGS_S, "keys": {"any": {"nothing": 1}}}
    stays = mute | {"stays": 3600}
    presses = {"presses_after": KEYS_AFTER_S, "key_gap": KEY_GAP_S}
    callees: dict[str, dict[str, Any]] = {
        PICKS_UP: stays,
        LEAVES: mute | {"stays": STAYS_S},
        AT_ONCE: stays | {"rings": 0},
        MACHINE: stays | {"kind": "machine", "sound": {"silence": 0.2, "words": 4.0, "beep": True}},
        HELLO: stays | {"sound": {"silence": 0.2, "words": 0.6}},
        MUTE: stays | {"sound": {"silence": 3600}},
        KEY_1: stays | presses | {"keys": {"any": {"1": 1}}},
        KEYS_43210: stays | presses | {"keys": {"any": {"43210#": 1}}},
        HOLDS: mute | {"stays": 1.0},
        LATE: {"kind": "no_answer"},
        RINGS: {"kind": "no_answer"},
        EARLY: stays | {"rings": EARLY_S, "early_media": 1},
        EARLY_ONLY: {"kind": "no_answer", "early_media": 1},
        SILENT: {"kind": "silent"},
    }
    for status in REFUSALS:
        kind = _KINDS.get(status, "congestion")
        callees[refusing(status)] = {"kind": kind, "sip": {str(status): 1}, "rings": 0}
    names = {number: f"callee_{number[-4:]}" for number in callees}
    return Population.model_validate(
        {
            "population": "conformance",
            "callees": {names[number]: kind for number, kind in callees.items()},
            "numbers": [{"match": number, "callee": name} for number, name in names.items()],
        }
    )
