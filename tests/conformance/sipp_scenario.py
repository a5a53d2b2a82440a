"""The scenario of SIPp: what the telephone of each number does, in one file."""

from __future__ import annotations

from itertools import count
from typing import Final

from tests.conformance.numbers import (
    AT_ONCE,
    EARLY,
    EARLY_ONLY,
    EARLY_S,
    HELLO,
    HOLDS,
    KEY_1,
    KEYS_43210,
    LATE,
    LEAVES,
    MACHINE,
    REFUSALS,
    RINGS,
    RINGS_BEFORE,
    RINGS_S,
    SILENT,
    STAYS_S,
    refusing,
)

SILENT_MS: Final = (
    8000  # the caller has given up by then; left alone, its stack would wait half a minute for us
)
PCMA: Final = 8

_TAG: Final = ";tag=[pid]SIPp[call_number]"
_COPIED: Final = ("[last_Via:]", "[last_From:]", f"[last_To:]{_TAG}", "[last_Call-ID:]", "[last_CSeq:]")
_OF_INVITE: Final = ("[$via]", "[last_From:]", f"[$invited]{_TAG}", "[last_Call-ID:]", "[$cseq]")
_CONTACT: Final = "Contact: <sip:callee@127.0.0.1:[local_port]>"


def scenario(*, keys_ports: dict[str, int], greetings: dict[str, str]) -> str:
    """`keys_ports`: number -> port for its sound. `greetings`: number -> file of raw PCMA."""
    writer = _Writer(keys_ports, greetings)
    return "\n".join(
        ['<?xml version="1.0" encoding="UTF-8"?>', '<scenario name="telephones">', *writer.lines()]
    )


class _Writer:
    def __init__(self, keys_ports: dict[str, int], greetings: dict[str, str]) -> None:
        self._keys_ports, self._greetings = keys_ports, greetings
        self._labels = count(1)
        self._end, self._cancelled = next(self._labels), next(self._labels)

    def lines(self) -> list[str]:
        branches: dict[str, list[str]] = {
            refusing(status): self._refuses(status, phrase) for status, phrase in REFUSALS.items()
        }
        branches |= {
            LEAVES: self._rings() + self._answers(self._says(STAYS_S)),
            AT_ONCE: self._answers(self._stays()),
            HOLDS: self._rings() + self._answers(self._holds()),
            LATE: self._late(),
            RINGS: [self._reply("180 Ringing"), *self._waits_for_cancel()],
            EARLY: self._early(EARLY_S) + self._answers(self._stays()),
            EARLY_ONLY: self._early(None),
            SILENT: self._silent(),
        }
        for number in (MACHINE, HELLO):
            branches[number] = self._rings() + self._answers(self._greets(self._greetings[number]))
        for number in (KEY_1, KEYS_43210):
            branches[number] = self._rings() + self._answers(
                self._stays(), port=str(self._keys_ports[number])
            )
        labels = {number: next(self._labels) for number in branches}
        names = {number: f"is_{number[-4:]}" for number in branches}
        found = [
            f'<ereg regexp="{number[1:]}@" search_in="hdr" header="To:" assign_to="{name}"/>'
            for number, name in names.items()
        ]
        lines = [
            '<recv request="INVITE"><action>',
            *found,
            '<ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via_text"/>',
            '<assignstr assign_to="via" value="Via:[$via_text]"/>',
            '<ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq_text"/>',
            '<assignstr assign_to="cseq" value="CSeq:[$cseq_text]"/>',
            '<ereg regexp="&lt;.*" search_in="hdr" header="From:" assign_to="caller"/>',
            '<ereg regexp="&lt;.*" search_in="hdr" header="To:" assign_to="callee"/>',
            '<assignstr assign_to="invited" value="To: [$callee]"/>',
            '<ereg regexp="sip:[^&gt;]*" search_in="hdr" header="Contact:" assign_to="contact"/>',
            "</action></recv>",
            f'<Reference variables="{",".join([*names.values(), "via_text", "cseq_text"])}"/>',
            *(f'<nop next="{labels[number]}" test="{name}"/>' for number, name in names.items()),
            *self._rings(),
            *self._answers(self._stays()),
        ]
        for number, branch in branches.items():
            lines += [f'<label id="{labels[number]}"/>', *branch]
        lines += [f'<label id="{self._cancelled}"/>', self._reply("200 OK")]
        lines += [self._reply("487 Request Terminated", to_invite=True), '<recv request="ACK"/>']
        return [*lines, f'<label id="{self._end}"/>', '<pause milliseconds="1"/>', "</scenario>"]

    # What a callee does. Each ends with a jump to the end

    def _refuses(self, status: int, phrase: str) -> list[str]:
        rings = [self._reply("180 Ringing")] if status == RINGS_BEFORE else []
        return [*rings, self._reply(f"{status} {phrase}"), '<recv request="ACK"/>', self._jump(self._end)]

    def _rings(self) -> list[str]:
        return [self._reply("180 Ringing"), *self._lets_pass(RINGS_S)]

    def _early(self, seconds: float | None) -> list[str]:
        waits = self._waits_for_cancel() if seconds is None else self._lets_pass(seconds)
        return [self._reply("183 Session Progress", sdp=_sdp("[auto_media_port]")), *waits]

    def _lets_pass(self, seconds: float) -> list[str]:
        """Time, unless the caller gives up meanwhile."""
        label = next(self._labels)
        wait = f'timeout="{round(seconds * 1000)}" ontimeout="{label}"'
        return [f'<recv request="CANCEL" {wait} next="{self._cancelled}"/>', f'<label id="{label}"/>']

    def _waits_for_cancel(self) -> list[str]:
        return [f'<recv request="CANCEL" next="{self._cancelled}"/>', '<pause milliseconds="1"/>']

    def _silent(self) -> list[str]:
        label = next(self._labels)
        return [
            f'<recv request="CANCEL" timeout="{SILENT_MS}" ontimeout="{label}" next="{self._cancelled}"/>',
            f'<label id="{label}"/>',
            self._reply("480 Temporarily Unavailable"),
            '<recv request="ACK"/>',
            self._jump(self._end),
        ]

    def _late(self) -> list[str]:
        return [
            self._reply("180 Ringing"),
            '<recv request="CANCEL"/>',
            self._reply("200 OK", sdp=_sdp("[auto_media_port]"), to_invite=True),
            self._reply("200 OK"),
            '<recv request="ACK"/>',
            *self._stays(),
        ]

    def _answers(self, then: list[str], *, port: str = "[auto_media_port]") -> list[str]:
        port = "[rtpstream_audio_port]" if any("rtp_stream" in line for line in then) else port
        return [self._reply("200 OK", sdp=_sdp(port)), '<recv request="ACK"/>', *then]

    def _stays(self) -> list[str]:
        return ['<recv request="BYE"/>', self._reply("200 OK"), self._jump(self._end)]

    def _says(self, seconds: float) -> list[str]:
        """Stays for so long, then hangs up."""
        label, gone = next(self._labels), next(self._labels)
        return [
            f'<recv request="BYE" timeout="{round(seconds * 1000)}" ontimeout="{label}" next="{gone}"/>',
            f'<label id="{label}"/>',
            _request("BYE", 1),
            '<recv response="200"/>',
            self._jump(self._end),
            f'<label id="{gone}"/>',
            self._reply("200 OK"),
            self._jump(self._end),
        ]

    def _holds(self) -> list[str]:
        return [
            '<pause milliseconds="500"/>',
            _request("INVITE", 1, sdp=_sdp("[auto_media_port]", way="sendonly")),
            '<recv response="100" optional="true"/>',
            '<recv response="200"/>',
            _request("ACK", 1),
            '<pause milliseconds="500"/>',
            _request("BYE", 2),
            '<recv response="200"/>',
            self._jump(self._end),
        ]

    def _greets(self, file: str) -> list[str]:
        return [f'<nop><action><exec rtp_stream="{file},1,{PCMA}"/></action></nop>', *self._stays()]

    # Messages

    def _reply(self, status: str, *, sdp: str = "", to_invite: bool = False) -> str:
        return _message(f"SIP/2.0 {status}", *(_OF_INVITE if to_invite else _COPIED), _CONTACT, sdp=sdp)

    def _jump(self, label: int) -> str:
        return f'<nop next="{label}"/>'


def _request(method: str, number: int, *, sdp: str = "") -> str:
    """Of the callee to the caller, within the call."""
    return _message(
        f"{method} [$contact] SIP/2.0",
        "Via: SIP/2.0/UDP 127.0.0.1:[local_port];branch=[branch]",
        f"From: [$callee]{_TAG}",
        "To: [$caller]",
        "[last_Call-ID:]",
        f"CSeq: {number} {method}",
        "Max-Forwards: 70",
        _CONTACT,
        sdp=sdp,
    )


def _message(*lines: str, sdp: str = "") -> str:
    kind = ("Content-Type: application/sdp", "Content-Length: [len]") if sdp else ("Content-Length: 0",)
    return "<send><![CDATA[\n" + "\n".join((*lines, *kind, "", sdp)) + "\n]]></send>"


def _sdp(port: str, *, way: str = "sendrecv") -> str:
    lines = ("v=0", "o=callee 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0")
    media = (f"m=audio {port} RTP/AVP {PCMA} 101", f"a=rtpmap:{PCMA} PCMA/8000")
    keys = ("a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=ptime:20", f"a={way}")
    return "\n".join((*lines, *media, *keys)) + "\n"
