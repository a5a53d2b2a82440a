"""What the switch's scripts say of themselves, read whatever it is."""

from __future__ import annotations

import json

import pytest

from orchestrator.doctor.hello import Folder, Hello, NoHello, read_hello
from tests.doctor.facts import HELLO_SAID


def test_every_word_of_a_hello_is_read() -> None:
    hello = read_hello(json.dumps(HELLO_SAID) + "\n")
    assert hello == Hello(
        release="0123456789ab",
        root="/srv/prozvon",
        callflow="callflow_0123456789ab",
        python="3.11.2",
        now_ms=1_790_157_600_000,
        user="freeswitch",
        pid=42,
        cdr=Folder(path="/srv/prozvon/cdr", is_writable=True, free_mb=9000),
        recordings=Folder(path="/srv/prozvon/recordings", is_writable=True, free_mb=9000),
        inbound=Folder(path="/srv/prozvon/inbound", is_writable=True, free_mb=9000),
        prompts=Folder(path="/srv/prozvon/prompts", is_readable=True),
        programs=Folder(path="/srv/prozvon/programs", is_readable=True),
        spoken=Folder(path="/srv/prozvon/spoken", is_readable=True),
        tmp=Folder(path="/srv/prozvon/tmp", is_writable=True),
        path=("/srv/prozvon/current/scripts", "/usr/lib/python3.11"),
    )


def test_what_it_does_not_say_is_not_known() -> None:
    least = {"prozvon": 1, "release": "r", "root": "/r", "callflow": "c"}
    assert read_hello(json.dumps(least)) == Hello(release="r", root="/r", callflow="c")
    odd = least | {
        "now_ms": True,
        "pid": "42",
        "cdr": {"folder": 7, "is_writable": "yes", "free_mb": None},
        "path": ["a", 1],
        "user": None,
    }
    assert read_hello(json.dumps(odd)) == Hello(release="r", root="/r", callflow="c", path=("a",))


def test_a_switch_without_python_is_told_apart() -> None:
    assert read_hello("-ERR python Command not found!\n") == NoHello(has_python=False, said="")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("-ERR no reply\n", "-ERR no reply"),
        ("", ""),
        ("[1]", "[1]"),
        ('{"prozvon": 2}', '{"prozvon": 2}'),
        ('{"prozvon": 1, "release": 5}', '{"prozvon": 1, "release": 5}'),
        ("a\x1b[31m\nb", "a [31m b"),
        ("[" * 100_000, "[" * 99 + "…"),
    ],
)
def test_nonsense_is_shown_short_and_in_one_line(reply: str, said: str) -> None:
    assert read_hello(reply) == NoHello(has_python=True, said=said)
