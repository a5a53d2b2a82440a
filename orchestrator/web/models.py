"""What the API takes and gives, as far as several routers share it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from orchestrator.runtime.export import instant

Item = TypeVar("Item")
_FIRST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_LAST = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


def _sensible(moment: dt.datetime) -> dt.datetime:
    if not _FIRST <= moment < _LAST:
        raise ValueError("a moment from 2000 to 2100")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_sensible)]  # ISO 8601 with its zone
Note = Annotated[str, Field(max_length=500)]
Instant = Annotated[
    str, Field(description="ISO 8601, UTC, milliseconds", examples=["2026-11-30T09:00:00.000Z"])
]


class Taken(BaseModel):
    """What a request says: an unknown key is a mistake, and types are what they are."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Given(BaseModel):
    """What a reply says."""

    model_config = ConfigDict(frozen=True)


class Page(Given, Generic[Item]):
    """Some of many. next: `after` of the page behind it; null at the end."""

    items: list[Item]
    next: str | None


class Counts(Given):
    """leads = ready + waiting + dialing + done + held; attempts are those that have ended."""

    leads: int
    ready: int
    waiting: int
    dialing: int
    done: int
    held: int
    attempts: int
    answered: int
    abandoned: int
    by_status: dict[str, int]
    by_disposition: dict[str, int]
    by_result: dict[str, int]
    by_outcome: dict[str, int]


def ms_of(moment: dt.datetime) -> int:
    """Epoch milliseconds."""
    return round(moment.timestamp() * 1000)


def moment_of(at: int | None) -> str | None:
    """Epoch milliseconds as the API says them."""
    return instant(at)


def surely(at: int) -> str:
    """As `moment_of`, of a moment that there is."""
    return instant(at) or "1970-01-01T00:00:00.000Z"


Json = dict[str, Any]
