"""/v1/recordings: what switches have recorded of calls, listed and played."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import IO, Annotated, Final

import gevent
from fastapi import APIRouter, Depends, Header, Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.project import Project
from orchestrator.runtime.recorded import NoSuchPart, Part, Sound, fetch, part_of
from orchestrator.runtime.recordings import NoRecording
from orchestrator.web.auth import requires
from orchestrator.web.contexts import TheProject
from orchestrator.web.errors import ApiProblem, away, not_found
from orchestrator.web.models import Given, Instant, Moment, Page, ms_of, surely
from orchestrator.web.pages import After, Limit, cursor, fault_in, place_of

router = APIRouter(tags=["recordings"], dependencies=[Depends(requires("recordings:read"))])
DAY_MS: Final = 86_400_000
SPAN_MS: Final = 7 * DAY_MS  # without `since`
BLOCK: Final = 1 << 16
MEDIA_TYPE: Final = "audio/wav"
AT_ONCE: Final = 8  # recordings being fetched from switches: each holds a thread, and perhaps a connection
PATIENCE_S: Final = 2.0
_fetching = threading.BoundedSemaphore(AT_ONCE)
_SOUND = {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}


class RecordingOut(Given):
    """name: its path below /v1/recordings. call: the id of the call. at: when that began. number: who called."""

    name: str
    call: str
    switch: str
    scenario: str
    number: str
    at: Instant


@router.get("/recordings")
def list_recordings(
    project: TheProject,
    since: Annotated[
        Moment | None, Query(description="Calls that began from then on; else of seven days.")
    ] = None,
    until: Annotated[Moment | None, Query(description="And before then.")] = None,
    scenario: str | None = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[RecordingOut]:
    """Recordings that calls which came in have left, in the order the calls began. Old ones may be gone from the switch
    (`recordings.keep_days`).
    """
    now = project.clock.now_ms()
    begin = now - SPAN_MS if since is None else ms_of(since)
    end = now + DAY_MS if until is None else ms_of(until)
    place = place_of(after, _place)
    found = list(_behind(project, place[0] if place else begin, end, scenario, place, limit + 1))
    items, last = [item for _, item in found[:limit]], found[limit - 1][0] if len(found) > limit else None
    return Page(items=items, next=None if last is None else cursor(last))


Place = tuple[int, str, int]  # when the call began, its id, which of its recordings


def _place(value: object) -> Place:
    match value:
        case [int(at), str(call), int(index)] if 0 <= at < 2**53:
            return at, call, index
    raise ValueError


def _behind(
    project: Project, begin: int, end: int, scenario: str | None, place: Place | None, most: int
) -> Iterator[tuple[Place, RecordingOut]]:
    for row in project.store.calls(begin, end):
        call = row.call
        for index, name in enumerate(call.recordings):
            here = (call.began_at, call.call_id, index)
            if (place is None or here > place) and scenario in (None, call.scenario):
                item = RecordingOut(
                    name=name,
                    call=call.call_id,
                    switch=call.switch,
                    scenario=call.scenario,
                    number=call.caller,
                    at=surely(call.began_at),
                )
                yield here, item
                most -= 1
                if not most:
                    return


Year = Annotated[str, Path(pattern=r"^[0-9]{4}$", examples=["2026"])]
TwoDigits = Annotated[str, Path(pattern=r"^[0-9]{2}$", examples=["30"])]
FileName = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{1,64}\.wav$", examples=["CALL.call.wav"])
]
OfSwitch = Annotated[str | None, Query(max_length=100, description="Where it is; else all are asked.")]
Range = Annotated[str | None, Header(description="One range of bytes: `bytes=0-65535`.", alias="Range")]
IfRange = Annotated[str | None, Header(description="`ETag` of the part there is already.", alias="If-Range")]


@router.get(
    "/recordings/{year}/{month}/{day}/{file}",
    response_class=Response,
    responses={
        200: {"description": "The recording", **_SOUND},
        206: {"description": "A part of it", **_SOUND},
        416: {"description": "Nothing of the range is in it"},
    },
)
def play_recording(
    project: TheProject,
    year: Year,
    month: TwoDigits,
    day: TwoDigits,
    file: FileName,
    switch: OfSwitch = None,
    range_: Range = None,
    if_range: IfRange = None,
) -> Response:
    """A recording, or a range of its bytes, from the switch that has it. 404: none has; 503: one that may is away."""
    name = f"{year}/{month}/{day}/{file}"

    def part(size: int) -> Part:
        return part_of(None if if_range not in (None, _etag(name, size)) else range_, size)

    return SoundResponse(name, _fetched(project, name, part, switch))


@router.head(
    "/recordings/{year}/{month}/{day}/{file}",
    response_class=Response,
    responses={200: {"description": "How large it is", **_SOUND}},
)
def measure_recording(
    project: TheProject,
    year: Year,
    month: TwoDigits,
    day: TwoDigits,
    file: FileName,
    switch: OfSwitch = None,
) -> Response:
    """How large a recording is, without it."""
    name = f"{year}/{month}/{day}/{file}"
    sound = _fetched(project, name, lambda _: Part(begin=0, end=0, is_whole=True), switch)
    sound.file.close()
    return Response(
        headers={**_headers(name, sound), "Content-Length": str(sound.size)}, media_type=MEDIA_TYPE
    )


def _fetched(project: Project, name: str, part: Callable[[int], Part], switch: str | None) -> Sound:
    if switch is not None and switch not in project.settings.switches:
        raise fault_in("query.switch", f"no such switch (there are: {', '.join(project.settings.switches)})")
    if not _fetching.acquire(timeout=PATIENCE_S):
        raise away(f"{AT_ONCE} recordings are being fetched already")
    try:
        return fetch(project.settings, name, part, switch)
    except NoRecording as error:
        raise not_found(f"{name}: {error.why}") from None
    except Undelivered as error:
        raise away(f"{name}: {error.why}") from None
    except NoSuchPart as error:
        raise _unsatisfied(error.size) from None
    finally:
        _fetching.release()
        gevent.get_hub().destroy()  # the connection's, of this thread


def _unsatisfied(size: int) -> ApiProblem:
    return ApiProblem(
        kind="no_such_range",
        status=416,
        title="Nothing of this range is there",
        detail=f"the recording has {size} bytes",
        headers={"Content-Range": f"bytes */{size}"},
    )


def _etag(name: str, size: int) -> str:
    """One that is written still grows; otherwise it never changes."""
    return f'"{sha256(f"{name} {size}".encode()).hexdigest()[:32]}"'


def _headers(name: str, sound: Sound) -> dict[str, str]:
    return {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'inline; filename="{name.rpartition("/")[2]}"',
        "ETag": _etag(name, sound.size),
    }


class SoundResponse(Response):
    """Sends the part, and closes its file whatever happens."""

    media_type = MEDIA_TYPE

    def __init__(self, name: str, sound: Sound) -> None:
        part = sound.part
        headers = {**_headers(name, sound), "Content-Length": str(part.end - part.begin)}
        if not part.is_whole:
            headers["Content-Range"] = f"bytes {part.begin}-{part.end - 1}/{sound.size}"
        super().__init__(status_code=200 if part.is_whole else 206, headers=headers)
        self._file: IO[bytes] = sound.file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # as ASGI wants it
        try:
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
            while block := await run_in_threadpool(self._file.read, BLOCK):
                await send({"type": "http.response.body", "body": block, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._file.close()
