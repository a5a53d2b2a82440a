"""Brings a release into force on one switch: put there, switched over, told, checked; back when the check fails.

Nothing of the switch is touched before it has let us in and said what it is, and nothing that it reads before the
release is there whole. A release is written into the history when its deploy is through: whatever is broken off before
that, the next deploy takes up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from orchestrator.deploy.changes import Changes, changes_between, with_all_read
from orchestrator.deploy.check import Asked, check
from orchestrator.deploy.release import Release
from orchestrator.deploy.state import State
from orchestrator.deploy.stored import without_manifest
from orchestrator.deploy.target import Target
from orchestrator.domain.problem import KnownError

UNREGISTERED_S: Final = (
    4.0  # a gateway that is taken away says so to its registrar within that time (sofia_reg.c)
)


class Switch(Asked, Protocol):
    """A switch that runs: what a deploy asks it and tells it. Console is one."""

    def tell(self, command: str, *expected: str) -> None: ...
    def uptime_ms(self) -> int | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one switch shall have. `secrets`: bytes of secrets.xml, None to leave it alone. `root`: the root folder as
    the switch sees it, "" when that is not known here.
    """

    release: Release
    secrets: bytes | None
    root: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`before`: the release in force before, "" for none. `restored`: files that had been changed by hand there.
    `remark`: what did not work and does not matter to calls.
    """

    release_id: str
    before: str
    is_changed: bool
    has_new_secrets: bool = False
    changes: Changes = field(default_factory=Changes)
    commands: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    remark: str = ""


def bring(
    target: Target, job: Job, switch: Switch | None, pause: Callable[[float], object] = time.sleep
) -> Outcome:
    """Bring the job's release into force. `switch`: connected; None for one that does not run, and is not asked.

    KnownError when it did not get there: what was in force before still is, or is again.
    """
    with target.lock():
        return _Switchover(target, job, switch, pause).run()


class _Switchover:
    def __init__(
        self, target: Target, job: Job, switch: Switch | None, pause: Callable[[float], object]
    ) -> None:
        self._target, self._job, self._switch, self._pause = target, job, switch, pause
        self._release = job.release
        self._commands: list[str] = []
        self._has_put_secrets = False

    def run(self) -> Outcome:
        target, release, secrets = self._target, self._release, self._job.secrets
        state = target.state()
        found = target.hashes(state.current) if state.standing else {}
        is_there = state.current == release.release_id and found == release.hashes
        has_new_secrets = secrets is not None and not target.has_secrets(secrets)
        restarts = changes_between(self._files_at_start(state), release.files).restarts
        is_settled = is_there and not has_new_secrets and state.finished == release.release_id
        if is_settled and self._fault() is None:
            return Outcome(
                release_id=release.release_id,
                before=state.current,
                is_changed=False,
                changes=Changes(restarts=restarts),
            )
        old = self._files(state, state.finished or state.current)
        changes = changes_between(old, release.files, has_new_secrets=has_new_secrets)
        if (
            is_settled or state.current != state.finished
        ):  # it does not say what it should, or a deploy was broken off
            meanwhile = changes_between(self._files(state, state.current), release.files)
            changes = with_all_read(changes, meanwhile, release.files)
        target.upload(release)
        try:
            if secrets is not None and has_new_secrets:
                self._has_put_secrets = True
                target.put_secrets(secrets)
            if state.current != release.release_id:
                target.switch_to(release.release_id)
            self._tell(changes)
            fault = self._fault()
            if fault is not None:
                raise KnownError(fault)
            if state.finished != release.release_id:
                target.remember(release.release_id)
        except BaseException as error:
            self._go_back(state, old, error)
            raise
        return Outcome(
            release_id=release.release_id,
            before=state.current,
            is_changed=True,
            has_new_secrets=has_new_secrets,
            changes=replace(changes, restarts=(*restarts, *changes.stops)),
            commands=tuple(self._commands),
            restored=_restored(found, release) if state.current == release.release_id else (),
            remark=self._tidy(),
        )

    def _files(self, state: State, release_id: str) -> Mapping[str, bytes]:
        if release_id == self._release.release_id:
            return self._release.files
        return without_manifest(self._target.read(release_id)) if release_id in state.stored else {}

    def _files_at_start(self, state: State) -> Mapping[str, bytes]:
        """What the switch read when it started: only a restart brings in what has changed in some of it since."""
        if self._switch is None:
            return {}
        uptime_ms = self._switch.uptime_ms()
        at = None if uptime_ms is None else state.at(state.now - uptime_ms)
        return self._files(state, at or state.finished)

    def _fault(self) -> str | None:
        return check(self._switch, self._release, self._job.root) if self._switch else None

    def _tell(self, changes: Changes) -> None:
        """Have the switch read what it has to read again."""
        if self._switch is None:
            return
        if changes.has_new_xml:
            self._run("reloadxml", "+OK [Success]")  # it says +OK of broken XML, too
        if changes.has_new_acl:
            self._run("reloadacl", "+OK")
        for name, value in changes.limits.items():
            self._run(f"fsctl {name} {value}", "+OK")
        for profile, gateway in changes.killed:
            self._run(
                f"sofia profile {profile} killgw {gateway}", "+OK", "no such gateway", "Invalid Profile"
            )
        for profile in changes.started:
            self._run(f"sofia profile {profile} start", "started successfully")
        for profile in changes.rescanned:
            self._run(f"sofia profile {profile} rescan", "+OK scan complete")
        if changes.registering:
            # The old one signs off with the registrar after the new one has signed on, from the same address.
            self._pause(UNREGISTERED_S)
        for profile, gateway in changes.registering:
            self._run(f"sofia profile {profile} register {gateway}", "+OK")

    def _run(self, command: str, *expected: str) -> None:
        assert self._switch is not None  # noqa: S101  # _tell has looked
        self._commands.append(command)
        self._switch.tell(command, *expected)

    def _go_back(self, state: State, old: Mapping[str, bytes], error: BaseException) -> None:
        """What was in force before is again. A KnownError says so in its own words instead."""
        target, before = self._target, state.standing
        try:
            if self._has_put_secrets:
                target.restore_secrets()
            if target.state().current != before:
                target.switch_to(before)
            if self._commands and before:
                back = changes_between(self._release.files, old, has_new_secrets=self._has_put_secrets)
                self._tell(with_all_read(back, Changes(), old))
        except KnownError as second:
            raise KnownError(f"{error}; going back failed too: {second}") from None
        if isinstance(error, KnownError):
            stays = "stays" if before == self._release.release_id else "is again"
            where = f"release {before} {stays} in force" if before else "no release is in force"
            raise KnownError(f"{error} ({where})") from None

    def _tidy(self) -> str:
        """Remove what nobody needs any more; that it does not work changes nothing for calls."""
        try:
            self._target.keep_secrets()
            self._target.remove(self._target.state().prunable())
        except KnownError as error:
            return str(error)
        return ""


def _restored(found: Mapping[str, str], release: Release) -> tuple[str, ...]:
    wanted = release.hashes
    return tuple(sorted(path for path in found.keys() | wanted.keys() if found.get(path) != wanted.get(path)))
