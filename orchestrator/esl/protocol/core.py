"""The conversation with the switch: what may be said when, and which reply belongs to which command."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from orchestrator.esl.protocol.commands import check_job_id, encode_command
from orchestrator.esl.protocol.errors import CommandError, PeerError
from orchestrator.esl.protocol.events import decode_json, decode_plain, decoder_of
from orchestrator.esl.protocol.frames import Frame, FrameReader
from orchestrator.esl.protocol.limits import Limits
from orchestrator.esl.protocol.messages import (
    ApiResponse,
    AuthRequest,
    DisconnectNotice,
    Event,
    LogData,
    Message,
    Other,
    Reply,
    RudeRejection,
)


class State(StrEnum):
    """Where the conversation is. Only ever moves downwards."""

    GREETING = "waiting for the greeting"
    AUTHENTICATING = "authenticating"
    READY = "ready"
    CLOSED = "closed"


# What the switch may say at first. Once ready, unknown kinds are let through: newer switches may have some.
_GREETINGS = frozenset({"auth/request", "text/rude-rejection"})
_ALLOWED_EARLY = {
    State.GREETING: _GREETINGS | {"text/disconnect-notice"},
    State.AUTHENTICATING: frozenset({"command/reply", "text/disconnect-notice"}),
}


class _Kind(StrEnum):
    AUTH = "auth"
    COMMAND = "command"
    API = "api"


@dataclass(slots=True)
class _Unpaired:
    """A command written whose reply has not come."""

    token: int
    kind: _Kind
    job_id: str | None = None
    is_forgotten: bool = False


@dataclass(slots=True)
class Sent:
    """A command to be written, whole and in this order. `token` comes back on its reply."""

    token: int
    data: bytes


class Core:
    """One connection's protocol, without the connection.

    Give it what was read (`receive_data`), write what `send_*` returns, in the order of the calls. Replies
    carry no id: they pair with commands by order alone, so a command whose caller has given up keeps its
    place (`forget`) and its reply is thrown away when it comes.
    """

    def __init__(self, limits: Limits | None = None, *, wanted: Iterable[str] | None = None) -> None:
        """wanted: names of the values of JSON events that anybody reads; None: all of them."""
        self.limits = limits or Limits()
        self._decode_json = decode_json if wanted is None else decoder_of(wanted)
        self.state = State.GREETING
        self.fault: PeerError | None = None
        self._reader = FrameReader(self.limits)
        self._unpaired: deque[_Unpaired] = deque()
        self._last_token = 0

    @property
    def unpaired(self) -> int:
        """Commands written whose reply has not come, forgotten ones too."""
        return len(self._unpaired)

    # -- from the switch

    def receive_data(self, data: bytes) -> list[Message]:
        """The messages that are complete now, in order.

        Raises `PeerError` when the stream is broken. Messages before the fault are returned first: then the
        fault is in `fault`, the state is CLOSED, and the next call raises it. What comes after the end of the
        conversation is ignored.
        """
        if self.fault is not None:
            raise self.fault
        messages: list[Message] = []
        reader = self._reader
        reader.feed(data)
        try:
            while self.state is not State.CLOSED:
                if self.state is State.READY:
                    for body in reader.json_events():
                        # No `extend`: what comes before a fault must be kept.
                        messages.append(Event(self._decode_json(body), len(body)))  # noqa: PERF401
                frame = reader.read()
                if frame is None:
                    break
                message = self._understand(frame)
                if message is not None:
                    messages.append(message)
        except PeerError as fault:
            self.fault = fault
            self.state = State.CLOSED
            if not messages:
                raise
        return messages

    def receive_eof(self) -> None:
        """The switch closed the connection. Raises `PeerError` if it did so in the middle of a message."""
        was_open = self.state is not State.CLOSED
        self.state = State.CLOSED
        if was_open and not self._reader.is_between:
            self.fault = PeerError("the connection ended in the middle of a message")
            raise self.fault

    def _understand(self, frame: Frame) -> Message | None:
        kind, body = frame.content_type, frame.body
        if self.state is State.READY:
            if kind in _GREETINGS:
                raise PeerError(f"{kind} after the greeting")
        elif kind not in _ALLOWED_EARLY[self.state]:
            raise PeerError(f"{kind[:40]!r} while {self.state}")
        match kind:
            case "text/event-json":
                return Event(self._decode_json(body), len(body))
            case "text/event-plain":
                return Event(decode_plain(body), len(body))
            case "command/reply" | "api/response":
                return self._pair(frame)
            case "auth/request":
                self.state = State.AUTHENTICATING
                return AuthRequest()
            case "text/rude-rejection":
                self.state = State.CLOSED
                return RudeRejection(text=_text(body))
            case "text/disconnect-notice":
                is_lingering = frame.headers.get("Content-Disposition") == "linger"
                if not is_lingering:
                    self.state = State.CLOSED
                return DisconnectNotice(text=_text(body), is_lingering=is_lingering)
            case "log/data":
                return LogData(text=_text(body), headers=frame.headers)
        return Other(content_type=kind, headers=frame.headers, body=body)

    def _pair(self, frame: Frame) -> Reply | ApiResponse | None:
        if not self._unpaired:
            raise PeerError("a reply to no command")
        command = self._unpaired.popleft()
        if frame.content_type == "api/response":
            if command.kind is not _Kind.API:
                raise PeerError("an API response to a command that asked for none: replies are out of step")
            if command.is_forgotten:
                return None
            return ApiResponse(token=command.token, text=_text(frame.body), headers=frame.headers)
        reply = Reply(token=command.token, text=frame.headers.get("Reply-Text", ""), headers=frame.headers)
        if command.job_id is not None and frame.headers.get("Job-UUID", command.job_id) != command.job_id:
            raise PeerError("a reply with another command's Job-UUID: replies are out of step")
        if command.kind is _Kind.AUTH and reply.is_ok:
            self.state = State.READY
        return None if command.is_forgotten else reply

    def close(self) -> None:
        """We closed the connection: nothing more may be sent, and what comes is ignored."""
        self.state = State.CLOSED

    # -- to the switch

    def send_auth(self, password: str) -> Sent:
        """Raises `CommandError`, as all of these do, when it may not be sent now or is no command at all."""
        if not password:
            raise CommandError("the password may not be empty")
        return self._send(f"auth {password}", kind=_Kind.AUTH, state=State.AUTHENTICATING)

    def send_command(self, line: str, headers: Iterable[tuple[str, str]] = ()) -> Sent:
        """Any command: `event json ...`, `filter ...`, `exit`; `api ...` is known for what it is."""
        kind = _Kind.API if line[:4].lower() == "api " else _Kind.COMMAND
        return self._send(line, headers, kind=kind)

    def send_api(self, command: str) -> Sent:
        """An API command that holds up the connection, events included, until it has printed everything."""
        return self._send(f"api {command}", kind=_Kind.API)

    def send_bgapi(self, command: str, job_id: str) -> Sent:
        """An API command that the switch runs aside; what it printed comes as the event BACKGROUND_JOB."""
        check_job_id(job_id, limit=self.limits.job_id)
        return self._send(f"bgapi {command}", [("Job-UUID", job_id)], job_id=job_id)

    def forget(self, token: int) -> None:
        """Nobody waits for this reply any more: throw it away when it comes."""
        if self._unpaired:
            place = token - self._unpaired[0].token  # tokens are given out one by one, and so are they paired
            if 0 <= place < len(self._unpaired):
                self._unpaired[place].is_forgotten = True

    def _send(
        self,
        line: str,
        headers: Iterable[tuple[str, str]] = (),
        *,
        kind: _Kind = _Kind.COMMAND,
        state: State = State.READY,
        job_id: str | None = None,
    ) -> Sent:
        if self.state is not state:
            raise CommandError(f"this command may not be sent while {self.state}")
        if len(self._unpaired) >= self.limits.unpaired:
            raise CommandError(f"{self.limits.unpaired} commands have no reply yet")
        data = encode_command(line, headers, limit=self.limits.command)
        self._last_token += 1
        self._unpaired.append(_Unpaired(self._last_token, kind, job_id))
        return Sent(self._last_token, data)


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
