"""Steps of calls that come in, for tests; and a strategy that makes any of them."""

from __future__ import annotations

from typing import Any

from flow_programs import ask, menu, say
from hypothesis import strategies as st

REVIEW = {"prompt": "review", "keep": "1", "again": "2", "listen": "3"}
QUEUES: dict[str, dict[str, Any]] = {
    "sales": {"numbers": ["+79990000001", "+79990000002"], "order": "in_turn", "ring": 20},
    "desk": {"by": "floor", "ring": 20, "priority": "code"},
}
DIAL = {"gateways": ["main"], "caller_id": "+74950000001", "ring": 25}
PAYLOAD: dict[str, object] = {
    "caller": "+79160000001",
    "called": "+74950000001",
    "at": 1795305600,
    "id": "call-1",
    "c": {},
    "l": "",
}


def forward(**changes: Any) -> dict[str, Any]:
    step = {"do": "forward", "to": ["+79990000001", "+79990000002"], "order": "in_turn", "ring": 20.0}
    ways = {"caller_id": "", "whisper": None, "accept": "", "music": "", "record": False, "otherwise": None}
    return {**step, **ways, **changes}


def queue(**changes: Any) -> dict[str, Any]:
    step = {
        "do": "queue",
        "name": "sales",
        "max_waiting": None,
        "max_wait": 60.0,
        "music": "moh",
        "every": 0.0,
    }
    told = {"position": False, "wait": False, "callback_after": None, "record": False, "overflow": None}
    return {**step, **told, "whisper": None, "accept": "", **changes}


def line(**changes: Any) -> dict[str, Any]:
    """A queue that agents serve."""
    ways = {"hold_message": None, "silent": 30.0, "within": None, "abandoned": None, "after_talk": None}
    return queue(**{"name": "desk", **ways, **changes})


def record(**changes: Any) -> dict[str, Any]:
    step = {
        "do": "record",
        "into": "speech",
        "prompt": None,
        "max": 60.0,
        "min": 1.0,
        "silence": 5.0,
        "end": "#",
    }
    return {**step, "beep": True, "review": None, "email": None, **changes}


def fetch(**changes: Any) -> dict[str, Any]:
    step = {"do": "fetch", "method": "get", "service": "crm", "path": "orders", "send": None, "into": "card"}
    ways = {"timeout": 3.0, "tries": 2, "say": None, "not_found": None, "otherwise": None}
    return {**step, "fields": ["status"], **ways, **changes}


NAME = st.sampled_from(["start", "one", "two", "hello", "code", "", "a b"])
BLOCK = st.one_of(st.none(), st.sampled_from(["start", "one", "two", "gone"]))
FLAG = st.booleans()
STEP = st.one_of(
    st.builds(lambda m, e, b: {**say(m), "early": e, "barge_in": b}, NAME, FLAG, FLAG),
    st.builds(
        lambda a, b, r, c: menu(keys={"1": a, "12": b}, repeat=r, barge_in=c, invalid="hello"),
        NAME,
        NAME,
        st.sampled_from(["", "*"]),
        FLAG,
    ),
    st.builds(
        lambda p, c, k: ask(
            min=1,
            private=p,
            confirm={"prompt": "hello", "accept": "1", "again": "2"} if c else None,
            check=k,
        ),
        FLAG,
        FLAG,
        st.sampled_from(
            [None, {"pattern": "[0-4]+"}, {"luhn": True}, {"low": 1, "high": 50}, {"date": "ddmmyy"}]
        ),
    ),
    st.builds(
        lambda p, r, e: record(prompt=p, review=r, email=e),
        BLOCK.map(lambda b: b and "hello"),
        st.sampled_from([None, REVIEW]),
        st.sampled_from([None, "office"]),
    ),
    st.just(
        {"do": "voicemail", "mailbox": "office", "greeting": None, "max": 60, "silence": 5, "review": REVIEW}
    ),
    st.builds(
        lambda d, o, r, w, t: forward(do=d, order=o, record=r, whisper=w, accept="1", otherwise=t),
        st.sampled_from(["forward", "transfer"]),
        st.sampled_from(["in_turn", "all_at_once"]),
        FLAG,
        st.sampled_from([None, "hello"]),
        BLOCK,
    ),
    st.builds(
        lambda p, w, c, o, m: queue(position=p, wait=w, every=10, callback_after=c, overflow=o, max_wait=m),
        FLAG,
        FLAG,
        st.sampled_from([None, 0, 20]),
        BLOCK,
        st.sampled_from([0, 5, 90]),
    ),
    st.builds(
        lambda p, h, w, a, r, c: line(
            position=p,
            wait=p,
            every=10,
            hold_message=h,
            within=w,
            abandoned=None if w is None else "hello",
            after_talk=a,
            record=r,
            accept="1",
            callback_after=c,
        ),
        FLAG,
        st.sampled_from([None, "hello"]),
        st.sampled_from([None, 2]),
        BLOCK,
        FLAG,
        st.sampled_from([None, 0, 20]),
    ),
    st.builds(lambda s, o: fetch(say=s, otherwise=o), st.sampled_from([None, "hello"]), BLOCK),
    st.just({"do": "sms", "to": {"ref": "caller"}, "message": "hello"}),
    st.sampled_from(
        [
            {"do": "opt_out", "everything": True, "purpose": None},
            {"do": "opt_out", "everything": False, "purpose": "marketing"},
        ]
    ),
    st.just({"do": "email", "to": "office", "message": "hello"}),
    st.just({"do": "store", "into": "rows", "values": None, "webhook": {"service": "crm", "path": "x"}}),
    st.just({"do": "webhook", "service": "crm", "path": "x", "send": {"code": {"ref": "code"}}}),
    st.builds(
        lambda w, o: {
            "do": "offer_callback",
            "when": w,
            "prompt": "hello",
            "accept": "1",
            "done": "hello",
            "otherwise": o,
        },
        st.sampled_from(["next_opening", 0, 900]),
        BLOCK,
    ),
    st.builds(lambda v: {"do": "language", "value": {"text": v}}, st.sampled_from(["ru", "en", "fr"])),
    st.builds(
        lambda v, s: {"do": "switch", "left": {"ref": "code"}, "cases": [[v, s]], "else": None},
        st.sampled_from(["", "1"]),
        st.lists(st.builds(lambda b: {"do": "goto", "block": b or "one"}, BLOCK), max_size=2),
    ),
    st.builds(lambda b: {"do": "call", "block": b or "one"}, BLOCK),
    st.builds(lambda b: {"do": "goto", "block": b or "one"}, BLOCK),
    st.builds(lambda n: {"do": "set", "name": "copy", "value": {"ref": n or "code"}}, NAME),
    st.sampled_from(
        [
            {"do": "answer"},
            {"do": "hang_up"},
            {"do": "ring", "seconds": 2},
            {"do": "music", "source": "moh", "seconds": 2},
            {"do": "wait", "seconds": 1},
        ]
    ),
)
