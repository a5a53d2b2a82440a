"""A service as its callers know it: what is configured, and what a call of it came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from orchestrator.domain.trunk import RestRule

REST = RestRule(after=5, for_ms=10_000, most_ms=120_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """An HTTP service that scenarios call by name.

    url: everything it is asked lies below it. token: goes into `header`, never into a log. fault: why it cannot be
    used now (its token is nowhere); "" when it can. timeout_s: for all tries of one call together. max_bytes: of an
    answer's body, unpacked. is_private: addresses of our own networks are allowed. ca: certificates to trust instead
    of the system's. at_once: calls at the same time; more of them wait.
    """

    name: str
    url: str
    token: str = field(default="", repr=False)
    header: str = "Authorization"
    fault: str = ""
    timeout_s: float = 5.0
    tries: int = 2
    max_bytes: int = 1_000_000
    is_private: bool = False
    ca: Path | None = None
    at_once: int = 20
    rest: RestRule = REST


class Why(StrEnum):
    """Why a call of a service did not do what it should."""

    SLOW = "slow"  # not through in time
    DOWN = "down"  # cannot be reached, broke off, or says itself that it cannot (5xx, 429)
    NONSENSE = "nonsense"  # what came is not HTTP, or not the JSON that was wanted
    TOO_BIG = "too_big"  # more than `max_bytes`, or more than a telephone call can use
    BREAKER = "breaker"  # it failed again and again, and is left alone for a while
    UNKNOWN_SERVICE = "unknown_service"  # the settings name none so
    REFUSED = "refused"  # it says no (3xx, 4xx); with status 0 we do: `detail` says why


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a call came to. status: 0 when no answer came. why: None when all is well. detail: for people, no secrets.
    tries: how often it was sent or tried. took_ms: of real time, waits included.
    """

    status: int = 0
    why: Why | None = None
    detail: str = ""
    body: bytes = b""
    content_type: str = ""
    tries: int = 0
    took_ms: int = 0
    may_have_been_sent: bool = False

    @property
    def is_ok(self) -> bool:
        """2xx, and its body is whole."""
        return self.why is None

    @property
    def text(self) -> str:
        """How its body begins, for people."""
        return self.body[:2000].decode("utf-8", "replace")

    @property
    def was_taken(self) -> bool:
        """2xx: the service took what it was told, even if its answer was cut off."""
        return 200 <= self.status < 300
