"""A list of contacts, taken as it arrives: what became of its rows is told in sum, or line by line as they are stored.

Told is what is stored. Lines go into a file of our own and from there to the client, so that one that reads nothing
before it has sent everything is no problem.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import anyio
import orjson
from pydantic import Field
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from orchestrator.domain.entry import Entered, Fate
from orchestrator.domain.problem import Problem
from orchestrator.web.errors import ApiProblem, problem_of
from orchestrator.web.models import Given

LINES = "application/x-ndjson"
MOST_TOLD = 1_000  # refused rows that a sum names
CHUNK = 1 << 16


class EnteredOut(Given):
    """What became of a row (of a list: its line, from 1). lead: the one it is, or was merged into. code, reason,
    column: why it was refused. notes: what was changed or left out.
    """

    row: int
    fate: Fate
    lead: int | None = None
    external_id: str = ""
    code: str = ""
    reason: str = ""
    column: str = ""
    campaign: str = ""
    notes: list[str] = Field(default_factory=list)


class ListOut(Given):
    """rows = added + updated + merged + already + refused. refused_rows: the first 1000 of them."""

    rows: int
    added: int
    updated: int
    merged: int
    already: int
    refused: int
    refused_rows: list[EnteredOut]
    remarks: list[str]


def entered_out(item: Entered) -> EnteredOut:
    return EnteredOut(
        row=item.row,
        fate=item.fate,
        lead=item.lead_id,
        external_id=item.external_id,
        code=item.code,
        reason=item.reason,
        column=item.column,
        campaign=item.campaign_id,
        notes=list(item.notes),
    )


@dataclass(slots=True)
class Sum:
    """What became of rows so far."""

    counts: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))
    refused: list[EnteredOut] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, item: Entered) -> None:
        self.counts[item.fate] += 1
        if item.fate is Fate.REFUSED and len(self.refused) < MOST_TOLD:
            self.refused.append(entered_out(item))

    def remark(self, problem: Problem) -> None:
        self.remarks.append(str(problem))

    def told(self) -> ListOut:
        return ListOut(
            rows=sum(self.counts.values()),
            **{fate.value: count for fate, count in self.counts.items()},
            refused_rows=self.refused,
            remarks=self.remarks,
        )


Rows = Callable[[Sum], Iterator[Entered]]


async def summed(rows: Rows, limiter: anyio.CapacityLimiter) -> ListOut:
    """Take all rows, in a thread of `limiter`. ApiProblem when it breaks off: how many rows are stored."""
    done = Sum()

    def work() -> None:
        for item in rows(done):
            done.add(item)

    try:
        await anyio.to_thread.run_sync(work, limiter=limiter)
    except Exception as error:
        raise broken_off(error, done) from error
    return done.told()


def broken_off(error: Exception, done: Sum) -> ApiProblem:
    """What went wrong, and what is stored in spite of it."""
    problem = problem_of(error)
    if count := sum(done.counts.values()):
        problem.detail += f" ({count} rows before that are stored; sending them again adds nothing twice)"
    return problem


class Lines(Response):
    """A line of JSON for each row, once it is stored; the last line is the sum, or the problem it broke off with."""

    media_type = LINES

    def __init__(self, rows: Rows, limiter: anyio.CapacityLimiter) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._rows = rows
        self._limiter = limiter
        self._done = Sum()
        self._spool = Spool()
        self._news = anyio.Event()
        self._is_over = False
        self._problem: ApiProblem | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._spool:
            async with anyio.create_task_group() as group:
                group.start_soon(self._take)
                await self._news.wait()
                if self._problem is not None and self._spool.is_empty:
                    await self._problem.response()(scope, receive, send)
                else:
                    await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                    await self._tell(send)

    async def _take(self) -> None:
        try:
            await anyio.to_thread.run_sync(self._work, limiter=self._limiter)
        except Exception as error:
            self._problem = broken_off(error, self._done)
        self._is_over = True
        self._news.set()

    def _work(self) -> None:
        for item in self._rows(self._done):
            self._done.add(item)
            self._spool.write(entered_out(item).model_dump_json().encode() + b"\n")
            if not self._news.is_set():  # else the line is found without more words
                anyio.from_thread.run_sync(self._tell_news)

    def _tell_news(self) -> None:
        self._news.set()

    async def _tell(self, send: Send) -> None:
        is_over = False
        while not is_over:
            await self._news.wait()
            is_over, self._news = self._is_over, anyio.Event()
            while text := self._spool.read():
                await send({"type": "http.response.body", "body": text, "more_body": True})
        await send({"type": "http.response.body", "body": self._last(), "more_body": False})

    def _last(self) -> bytes:
        if self._problem is not None:
            return orjson.dumps({"problem": self._problem.members()}) + b"\n"
        told = self._done.told().model_dump(mode="json", exclude={"refused_rows"})
        return orjson.dumps({"sum": told}) + b"\n"


class Spool:
    """Bytes in at one end by one thread, out at the other by another; in memory while they are few."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115  # we are its manager
        self._lock = threading.Lock()
        self._written = self._read = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._file.close()

    @property
    def is_empty(self) -> bool:
        """Nothing was ever written."""
        return self._written == 0

    def write(self, text: bytes) -> None:
        with self._lock:
            self._file.seek(self._written)
            self._written += self._file.write(text)

    def read(self) -> bytes:
        """What has not been read yet, a piece at a time; b"" when there is nothing."""
        with self._lock:
            if self._read == self._written:
                return b""
            self._file.seek(self._read)
            text = self._file.read(CHUNK)
            self._read += len(text)
            return text
