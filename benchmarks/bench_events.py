"""Events decoded per second: ours against plain greenswitch, on the same recorded calls (goal: 9 times).

`python -m benchmarks.bench_events JSON PLAIN` takes other recordings: what a switch sent after `event json ...` and
after `event plain ...`, gzipped or not.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import io
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
from gevent.event import Event as Flag
from greenswitch.esl import ESLProtocol, InboundESL

from orchestrator.engine.events import READ
from orchestrator.esl.connection import Connection
from orchestrator.esl.protocol import Core, Event, Reply
from orchestrator.esl.protocol.frames import FrameReader
from orchestrator.esl.protocol.limits import Limits

GOAL = 9.0
RECORDED = Path(__file__).parent.parent / "tests" / "data" / "esl"
READ_BYTES = 65_536
GREETING = b"Content-Type: auth/request\n\n"
ACCEPTED = b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Whole event messages, one after the other."""

    data: bytes
    count: int


def main(*, quick: bool = False, recorded: tuple[Path, Path] | None = None) -> None:
    json_file, plain_file = recorded or (RECORDED / "calls-json.bin.gz", RECORDED / "calls-plain.bin.gz")
    count, rounds = (360, 1) if quick else (3_600, 9)
    in_json, in_plain = _events(json_file, count), _events(plain_file, count)
    each = f"{len(in_json.data) / count:.0f} bytes each as JSON, {len(in_plain.data) / count:.0f} plain"
    print(
        f"{count} events, {_headers(in_json):.0f} headers and {each}; CPU time of this process, kernel included.\n"
        f"`ours, JSON` decodes the {len(READ)} headers that the worker reads, as the worker does."
    )
    compared: list[tuple[str, list[tuple[str, Run, Stream]]]] = [
        (
            "decoding, from memory",
            [
                ("greenswitch, plain", _greenswitch_decodes, in_plain),
                ("ours, plain", _we_decode, in_plain),
                ("ours, JSON, every value", _we_decode, in_json),
                ("ours, JSON", _we_decode_what_is_read, in_json),
                ("orjson.loads of the bodies, no protocol", _orjson_decodes, in_json),
            ],
        ),
        (
            "from a socket to a handler",
            [
                ("greenswitch, plain", _greenswitch_receives, in_plain),
                ("ours, plain", _we_receive, in_plain),
                ("ours, JSON, every value", _we_receive, in_json),
                ("ours, JSON", _we_receive_what_is_read, in_json),
            ],
        ),
    ]
    for title, runs in compared:
        print(title)
        _compare(runs, rounds)


def _compare(runs: list[tuple[str, Run, Stream]], rounds: int) -> None:
    """Medians over the rounds, and the median of each round's ratio to the first."""
    rates: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for (_name, run, stream), found in zip(runs, rates, strict=True):
            watch = _Stopwatch()
            run(stream, watch)
            found.append(stream.count / watch.spent_s)
    for (name, _run, _stream), found in zip(runs, rates, strict=True):
        times = statistics.median(ours / theirs for ours, theirs in zip(found, rates[0], strict=True))
        goal = f"  (goal {GOAL:.0f})" if name == "ours, JSON" else ""
        print(f"  {name:40} {statistics.median(found):8.0f}/s  {times:5.1f} times{goal}")


class _Stopwatch:
    """CPU seconds of this process, kernel time included, within `with`."""

    spent_s = 0.0

    def __enter__(self) -> None:
        gc.collect()
        self._began = time.process_time()

    def __exit__(self, *_: object) -> None:
        self.spent_s = time.process_time() - self._began


def _events(path: Path, count: int) -> Stream:
    """The recording's event messages, repeated or cut to `count`."""
    raw = path.read_bytes()
    reader = FrameReader(Limits())
    reader.feed(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    messages: list[bytes] = []
    while (frame := reader.read()) is not None and len(messages) < count:
        if frame.content_type.startswith("text/event-"):
            head = f"Content-Length: {len(frame.body)}\nContent-Type: {frame.content_type}\n\n"
            messages.append(head.encode() + frame.body)
    messages = (messages * (count // len(messages) + 1))[:count]
    return Stream(data=b"".join(messages), count=count)


def _headers(stream: Stream) -> float:
    """How many headers an event has, on average."""
    return statistics.mean(len(orjson.loads(body)) for body in _bodies(stream))


def _bodies(stream: Stream) -> list[bytes]:
    reader = FrameReader(Limits())
    reader.feed(stream.data)
    return list(reader.json_events())


Run = Callable[[Stream, _Stopwatch], None]


# -- decoding alone: from bytes in memory, handed over in reads as a socket would


class _Counter:
    """In place of greenswitch's queue: events are counted and let go, as ours are."""

    def __init__(self) -> None:
        self.count = 0

    def put(self, event: object) -> None:  # noqa: ARG002  # the queue's signature
        self.count += 1


def _greenswitch_decodes(stream: Stream, watch: _Stopwatch) -> None:
    protocol = ESLProtocol()
    protocol.connected = True
    protocol.sock = io.BytesIO()
    protocol.sock_file = io.BufferedReader(io.BytesIO(stream.data), READ_BYTES)
    counter = protocol._esl_event_queue = _Counter()
    with watch:
        protocol.receive_events()
    assert counter.count == stream.count


def _we_decode_what_is_read(stream: Stream, watch: _Stopwatch) -> None:
    """As the worker does: the values that it reads, about 25 of each event."""
    _we_decode(stream, watch, READ)


def _we_decode(stream: Stream, watch: _Stopwatch, wanted: frozenset[str] | None = None) -> None:
    core = Core(wanted=wanted)
    core.receive_data(GREETING)
    core.send_auth("x")
    (reply,) = core.receive_data(ACCEPTED)
    assert isinstance(reply, Reply)
    reads = [stream.data[at : at + READ_BYTES] for at in range(0, len(stream.data), READ_BYTES)]
    count = 0
    with watch:
        for data in reads:
            for message in core.receive_data(data):
                count += isinstance(message, Event)
    assert count == stream.count


def _orjson_decodes(stream: Stream, watch: _Stopwatch) -> None:
    """The least that decoding JSON events in full can cost: no protocol around it at all."""
    bodies = _bodies(stream)
    with watch:
        for body in bodies:
            orjson.loads(body)


# -- over TCP: another process plays the switch, and a handler gets every event


def _greenswitch_receives(stream: Stream, watch: _Stopwatch) -> None:
    with _switch(stream) as port:
        connection = InboundESL("127.0.0.1", port, "x")
        counter = _Seen(stream.count)
        connection.register_handle("*", counter.see)
        with watch:
            connection.connect()
            counter.wait()
        connection._process_events_greenlet.kill()  # its stop() would wait for a reply
        connection._receive_events_greenlet.kill()
        connection.sock_file.close()
        connection.sock.close()


def _we_receive_what_is_read(stream: Stream, watch: _Stopwatch) -> None:
    _we_receive(stream, watch, READ)


def _we_receive(stream: Stream, watch: _Stopwatch, wanted: frozenset[str] | None = None) -> None:
    with _switch(stream) as port:
        counter = _Seen(stream.count)
        connection = Connection("127.0.0.1", port, "x", on_event=counter.see, wanted=wanted)
        with watch:
            connection.connect()
            counter.wait()
        connection.close()
        assert connection.lag.dropped == 0


class _Seen:
    """A handler that only counts."""

    def __init__(self, wanted: int) -> None:
        self._left = wanted
        self._done = Flag()

    def see(self, event: object) -> None:  # noqa: ARG002  # what a handler is given
        self._left -= 1
        if self._left == 0:
            self._done.set()

    def wait(self) -> None:
        assert self._done.wait(60), f"{self._left} events never came"


_SERVE = """
import socket, sys
data = sys.stdin.buffer.read()
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1], flush=True)
    client, _ = server.accept()
client.sendall(b"Content-Type: auth/request\\n\\n")
client.recv(1000)
client.sendall(b"Content-Type: command/reply\\nReply-Text: +OK accepted\\n\\n" + data)
client.recv(1000)
"""


@contextmanager
def _switch(stream: Stream) -> Iterator[int]:
    """A process that sends the stream to the first who authenticates; its port."""
    command = [sys.executable, "-c", _SERVE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(stream.data)
        process.stdin.close()
        yield int(process.stdout.readline())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_events", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="JSON PLAIN")
    parser.add_argument("--quick", action="store_true", help="fewer events, one round")
    options = parser.parse_args()
    if len(options.files) not in (0, 2):
        parser.error("two recordings: one with JSON events, one with plain ones")
    main(quick=options.quick, recorded=tuple(options.files) or None)
