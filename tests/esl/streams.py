"""What a switch sends, as bytes, written the way mod_event_socket and switch_event.c write it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import orjson
from hypothesis import strategies as st

from orchestrator.esl.protocol import Core, Limits, Message, PeerError

Values = Mapping[str, object]

GREETING = b"Content-Type: auth/request\n\n"
GOODBYE = b"Content-Type: text/disconnect-notice\nContent-Length: 5\n\nBye.\n"
REJECTION = b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n"

# SWITCH_URL_UNSAFE of switch_utils.h, and everything that is not printable ASCII.
_UNSAFE = re.compile(rb'%(?![0-9A-F]{2})|[^ -~]|[\r\n #&+:;<=>?@\[\\\]^`{|}"]')


def reply(text: str, **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items()]
    return f"Content-Type: command/reply\nReply-Text: {text}\n{''.join(lines)}\n".encode()


def job_reply(job_id: str) -> bytes:
    return reply(f"+OK Job-UUID: {job_id}", Job_UUID=job_id)


def api_response(text: str | bytes) -> bytes:
    body = text.encode() if isinstance(text, str) else text
    return b"Content-Type: api/response\nContent-Length: %d\n\n%b" % (len(body), body)


def json_event(values: Values) -> bytes:
    """`_body` among the values is the body, as in the switch's JSON."""
    return json_frame(orjson.dumps(values))


def json_frame(body: bytes) -> bytes:
    return b"Content-Length: %d\nContent-Type: text/event-json\n\n%b" % (len(body), body)


def plain_event(values: Values) -> bytes:
    lines = []
    for name, value in values.items():
        if name not in ("_body", "Content-Length"):
            text = value if isinstance(value, str) else "ARRAY::" + "|:".join(_list(value))
            lines.append(name.encode() + b": " + (url_encode(text) or b"_undef_") + b"\n")
    body = str(values.get("_body", "")).encode()
    tail = b"Content-Length: %d\n\n%b" % (len(body), body) if body else b"\n"
    return plain_frame(b"".join(lines) + tail)


def plain_frame(body: bytes) -> bytes:
    return b"Content-Length: %d\nContent-Type: text/event-plain\n\n%b" % (len(body), body)


def url_encode(text: str) -> bytes:
    return _UNSAFE.sub(lambda found: b"%%%02X" % found[0][0], text.encode())


def _list(value: object) -> list[str]:
    assert isinstance(value, list)
    return value


def ready_core(**limits: int) -> Core:
    """A core that is through with authenticating."""
    core = Core(Limits(**limits))
    core.receive_data(GREETING)
    core.send_auth("secret")
    core.receive_data(reply("+OK accepted"))
    return core


def in_pieces(core: Core, stream: bytes, cuts: Sequence[int]) -> tuple[list[Message], str | None]:
    """Feed the stream cut at these places; the messages, and what was wrong with it, if anything."""
    messages: list[Message] = []
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    try:
        for start, end in pairwise(edges):
            messages += core.receive_data(stream[start:end])
        core.receive_data(b"")
        core.receive_eof()
    except PeerError as fault:
        return messages, str(fault)
    return messages, None


# Text that a C string and a JSON document can hold, rich in what splits, quotes, encodes or forges.
hostile_text = st.text(
    st.one_of(
        st.sampled_from('\n\r\t:%"\\ |[]{}&+=,0AD\x1f\x7f\x85\u2028\u2029\xa0яЖ\U0001f600'),
        st.characters(min_codepoint=1, exclude_categories=["Cs"]),
    ),
    max_size=40,
).filter(lambda text: not re.search("%[0-9A-Fa-f]{2}", text) and not text.startswith("ARRAY::"))

names = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,20}", fullmatch=True).filter(
    lambda name: name not in ("Content-Length", "_body")
)

# Only what the switch itself can have: an array has no separators within, and `_undef_` stands for nothing.
_values = hostile_text.filter(lambda text: text != "_undef_")
_arrays = st.lists(_values.filter(lambda text: "|" not in text and ":" not in text), min_size=2, max_size=4)


@st.composite
def events(draw: st.DrawFn) -> dict[str, object]:
    values: dict[str, object] = {"Event-Name": draw(st.sampled_from(["CHANNEL_ANSWER", "BACKGROUND_JOB"]))}
    values |= draw(st.dictionaries(names, st.one_of(_values, _arrays), max_size=8))
    body = draw(st.one_of(st.none(), hostile_text.filter(bool)))
    if body is not None:
        values |= {"Content-Length": str(len(body.encode())), "_body": body}
    return values
