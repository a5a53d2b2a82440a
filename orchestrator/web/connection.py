"""A client's connection, which is let go when it keeps us waiting: with its request line and headers, or in reading."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from orchestrator.web.errors import ApiProblem


class PatientConnection(H11Protocol):
    """uvicorn's, with limits in time. A request's body and what comes in it are bounded by `bounds.Bounds`.

    `idle_s` is set by whoever makes the server: uvicorn makes connections by their class.
    """

    idle_s = 30.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._asking: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._expect_request()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_at_work():
            self._stop_expecting()
        elif self._asking is None:
            self._expect_request()  # the beginning of the next one

    def pause_writing(self) -> None:
        """More is written than the client reads."""
        super().pause_writing()
        self._stuck = self.loop.call_later(self.idle_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self.loop.call_later(self.idle_s, self.transport.abort)  # it may never read the last of it

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_expecting()
        super().connection_lost(exc)
        if self._stuck is not None:
            self._stuck.cancel()

    def _is_at_work(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect_request(self) -> None:
        self._asking = self.loop.call_later(self.idle_s, self._give_up)

    def _stop_expecting(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def _give_up(self) -> None:
        self._asking = None
        if not self._is_at_work():
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP at all is told as everything else that goes wrong."""
        problem = ApiProblem(
            kind="bad_request", status=400, title="The request cannot be read", detail=f"not HTTP/1.1: {msg}"
        )
        response = problem.response()
        headers = [*response.raw_headers, (b"connection", b"close")]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=bytes(response.body)),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
