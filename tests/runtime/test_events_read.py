"""What the worker does not decode of an event, it does not miss."""

from __future__ import annotations

import gzip
from pathlib import Path

from orchestrator.engine.events import READ, call_event
from orchestrator.esl.protocol.events import decode_json, decoder_of
from orchestrator.esl.protocol.frames import FrameReader
from orchestrator.esl.protocol.limits import Limits

RECORDED = Path(__file__).parent.parent / "data" / "esl" / "calls-json.bin.gz"


def test_recorded_events_say_the_same_when_only_what_is_read_is_decoded() -> None:
    reader = FrameReader(Limits())
    reader.feed(gzip.decompress(RECORDED.read_bytes()))
    decode, bodies = decoder_of(READ), []
    while (frame := reader.read()) is not None:
        if frame.content_type == "text/event-json":
            bodies.append(frame.body)
    events = [call_event(decode_json(body)) for body in bodies]
    assert len([event for event in events if event is not None]) > 100
    assert [call_event(decode(body)) for body in bodies] == events


class _Asked(dict[str, object]):
    """Remembers what it was asked for."""

    def __init__(self, values: dict[str, object]) -> None:
        super().__init__(values)
        self.names: set[str] = set()

    def get(self, name: str, default: object = None) -> object:
        self.names.add(name)
        return super().get(name, default)


def test_every_header_the_engine_asks_for_is_decoded() -> None:
    asked: set[str] = set()
    for name in ("CHANNEL_ANSWER", "CHANNEL_HANGUP_COMPLETE", "BACKGROUND_JOB"):
        event = _Asked({"Event-Name": name, "Unique-ID": "a", "Job-UUID": "a", "_body": "+OK a"})
        assert call_event(event) is not None
        asked |= event.names - {""}
    assert asked == READ
