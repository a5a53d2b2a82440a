"""What was asked for and looked at: a switch's own replies, as they came, and what was seen from here.

None and a reply that is missing are what is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedGateway:
    """`dial` has {number} or {digits} in it. `profile`: the SIP profile that we deploy it to; "" for one of others."""

    name: str
    dial: str
    cps: float
    channels: int
    profile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What prozvon.yaml says of a switch.

    `root` and `cdr`: as the switch's scripts see them when `is_here`, that is on this machine; else as written.
    `release`: the one that belongs there, None when it cannot be made. `programs`: of running campaigns, and
    of calls that come in. `takes`: the numbers that scenarios answer; `has_inbound`: whether a gateway may bring calls.
    """

    name: str
    address: str
    is_here: bool
    root: str
    cdr: str
    gateways: tuple[WantedGateway, ...]
    has_default_password: bool = False
    prompts_url: str = ""
    speaks_itself: bool = False  # `speech.engine: switch`
    release: str | None = None
    release_fault: str = ""  # why it cannot be made
    programs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    has_inbound: bool = False
    has_real_clock: bool = True


class Reach(StrEnum):
    IN = "in"
    AWAY = "away"
    PASSWORD = "password"  # noqa: S105  # what is wrong, not one
    NO_PASSWORD = "no_password"  # noqa: S105  # as above
    ACL = "acl"
    SILENT = "silent"


class Door(StrEnum):
    """What somebody who connects to the event socket at an address meets."""

    SHUT = "shut"  # nothing listens
    REFUSED = "refused"  # the list of addresses keeps us out
    OPEN = "open"  # it asks for the password


class CdrAccess(StrEnum):
    FINE = "fine"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """The switch's process on this machine. Modes are permission bits; None is what could not be seen."""

    open_files: int | None = None  # soft limit; -1: none
    core_bytes: int | None = None  # soft limit; -1: none
    log_folder: str = ""
    log_mode: int | None = None
    secrets_file: str = ""
    secrets_mode: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounds:
    """WAV files in the prompt folders on this machine: how many were looked at, and the names that are wrong."""

    seen: int
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchFacts:
    """`replies`: command -> what the switch printed. `asked_at_ms`: our clock when it said hello.

    `torn`: files of the running release that are missing or changed; None: not looked at. `url_fault`: why
    `prompts_url` does not answer; "" when it does, None when it was not asked.
    """

    wanted: Wanted
    reach: Reach
    said: str = ""
    replies: Mapping[str, str] = field(default_factory=dict, repr=False)  # passwords are among it
    asked_at_ms: int = 0
    doors: Mapping[str, Door] = field(default_factory=dict)
    cdr_access: CdrAccess | None = None
    torn: tuple[str, ...] | None = None
    process: Process | None = None
    sounds: Sounds | None = None
    url_fault: str | None = None
    has_workers: bool = False

    @property
    def is_simulated(self) -> bool:
        """Only the simulated switch has this command."""
        reply = self.replies.get("prozvon_fault")
        return reply is not None and "Command not found" not in reply


@dataclass(frozen=True, slots=True, kw_only=True)
class HereFacts:
    """This machine. `store_fault`, `disk_fault` and `speech_fault`: "" when all is well."""

    store_fault: str = ""
    store_warnings: tuple[str, ...] = ()
    data: str = ""
    disk_fault: str = ""
    free_mb: int | None = None
    speech_engine: str = ""
    speech_fault: str | None = None  # None: not asked
    urls_unserved: tuple[str, ...] = ()  # switches with `prompts_url` while `serve_prompts` is not set
