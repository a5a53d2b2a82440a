"""The scenario of a SIPp that calls: one call, hung up by whichever side is first.

It does what it is told by a SIP MESSAGE with its own Call-ID: hang up, or give up while it still rings.
"""

from __future__ import annotations

from typing import Final

PCMA: Final = 8
REFUSALS: Final = (
    401,
    403,
    404,
    407,
    408,
    410,
    480,
    484,
    486,
    487,
    488,
    500,
    501,
    502,
    503,
    504,
    600,
    603,
    604,
    606,
)
_BRANCH: Final = "z9hG4bK-[pid]-invite"
_FROM: Final = "From: <sip:[caller]@127.0.0.1:[local_port]>;tag=caller[pid]"
_TARGET: Final = "sip:[service]@127.0.0.1:[remote_port]"
_COPIED: Final = ("[last_Via:]", "[last_From:]", "[last_To:]", "[last_Call-ID:]", "[last_CSeq:]")


def scenario() -> str:
    """Keys: `caller`, the number that calls, and `media`, the port of its sound."""
    refused = "".join(f'<recv response="{status}" optional="true" next="2"/>' for status in REFUSALS)
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<scenario name="caller">',
            _request("INVITE", 1, branch=_BRANCH, to=f"<{_TARGET}>", sdp=_SDP, more=_RETRANSMITTED),
            '<recv response="100" optional="true"/>',
            '<recv response="180" optional="true"/>',
            '<recv response="183" optional="true"/>',
            refused,
            '<recv request="MESSAGE" optional="true" next="3"/>',
            '<recv response="200"><action>',
            _keep("To:", "to"),
            _keep("Contact:", "at", "sip:[^&gt;]*"),
            "</action></recv>",
            _request("ACK", 1, branch="[branch]", to="[$to]", target="[$at]"),
            '<recv request="BYE" optional="true" next="1"/>',
            '<recv request="MESSAGE"/>',
            _reply("200 OK"),
            _request("BYE", 2, branch="[branch]", to="[$to]", target="[$at]", more=_RETRANSMITTED),
            '<recv request="BYE" optional="true" next="1"/>',
            '<recv response="200" next="9"/>',
            '<label id="1"/>',
            _reply("200 OK"),
            '<nop next="9"/>',
            '<label id="2"/>',
            _request("ACK", 1, branch=_BRANCH, to="[last_To:]"),
            '<nop next="9"/>',
            '<label id="3"/>',
            _reply("200 OK"),
            _request("CANCEL", 1, branch=_BRANCH, to=f"<{_TARGET}>", more=_RETRANSMITTED),
            '<recv response="200"/>',
            '<recv response="487"/>',
            _request("ACK", 1, branch=_BRANCH, to="[last_To:]"),
            '<label id="9"/>',
            '<pause milliseconds="1"/>',
            "</scenario>",
        ]
    )


_RETRANSMITTED: Final = ' retrans="500"'
_SDP: Final = f"""v=0
o=caller 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio [media] RTP/AVP {PCMA} 101
a=rtpmap:{PCMA} PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ptime:20
a=sendrecv
"""


def _keep(header: str, name: str, pattern: str = ".*") -> str:
    search = f'search_in="hdr" header="{header}"'
    return f'<ereg regexp="{pattern}" {search} assign_to="{name}"/>'


def _request(
    method: str, number: int, *, branch: str, to: str, target: str = _TARGET, sdp: str = "", more: str = ""
) -> str:
    lines = (
        f"{method} {target} SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:[local_port];branch={branch}",
        _FROM,
        to if to.startswith("[last") else f"To: {to}",
        "Call-ID: [call_id]",
        f"CSeq: {number} {method}",
        "Contact: <sip:[caller]@127.0.0.1:[local_port]>",
        "Max-Forwards: 70",
    )
    return _message(*lines, sdp=sdp, more=more)


def _reply(status: str) -> str:
    return _message(f"SIP/2.0 {status}", *_COPIED)


def _message(*lines: str, sdp: str = "", more: str = "") -> str:
    kind = ("Content-Type: application/sdp", "Content-Length: [len]") if sdp else ("Content-Length: 0",)
    return f"<send{more}><![CDATA[\n" + "\n".join((*lines, *kind, "", sdp)) + "\n]]></send>"
