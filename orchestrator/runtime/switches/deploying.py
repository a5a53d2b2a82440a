"""`prozvon deploy` for one switch of prozvon.yaml: its job, its place and its event socket, brought together."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

from orchestrator.deploy.console import Console
from orchestrator.deploy.diff import diff
from orchestrator.deploy.opening import open_target
from orchestrator.deploy.publish import publish
from orchestrator.deploy.release import Release, build_release
from orchestrator.deploy.report import Report, report
from orchestrator.deploy.stored import stored_release
from orchestrator.deploy.switchover import Job, Outcome, bring
from orchestrator.deploy.target import Target
from orchestrator.domain.problem import KnownError
from orchestrator.render import render_secrets
from orchestrator.runtime.inbound.serving import NOTHING, Served, put
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.switch_settings import Switch
from orchestrator.runtime.switches.places import place_of
from orchestrator.runtime.switches.site import secrets_of, site_of
from orchestrator.scenario.compile import Compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a deploy would change: `text` is a unified diff; of secrets nothing but that they differ is said."""

    release_id: str
    current: str
    text: str
    has_new_secrets: bool

    @property
    def is_none(self) -> bool:
        return not self.text and not self.has_new_secrets and self.release_id == self.current


class Deployer:
    """Deploys to one switch. `now_ms`: epoch milliseconds of this machine. `served`: what takes the calls that come in.
    Every method raises KnownError.
    """

    def __init__(
        self, settings: Settings, name: str, now_ms: Callable[[], int], served: Served = NOTHING
    ) -> None:
        self._settings, self._name, self._now_ms, self._served = settings, name, now_ms, served
        self._switch = settings.switches[name]
        self._root = "" if self._switch.ssh else os.path.realpath(self._switch.root)

    def deploy(self, programs: Sequence[Compiled] = (), *, is_offline: bool = False) -> Outcome:
        """Bring in what the settings say, and these programs. With `is_offline` the switch is not asked anything."""
        job = Job(release=self._release(), secrets=self._secrets(), root=self._root)
        with self._console(is_offline) as console, self._target() as target:
            publish(target, programs)
            put(target, self._served, self._settings)
            return bring(target, job, console)

    def roll_back(self, *, is_offline: bool = False) -> Outcome:
        """Bring in the release that was in force before. The secrets stay as they are."""
        with self._console(is_offline) as console, self._target() as target:
            previous = target.state().previous
            if not previous:
                raise KnownError("there is no release before the current one")
            job = Job(release=stored_release(target, previous), secrets=None, root=self._root)
            return bring(target, job, console)

    def difference(self) -> Difference:
        """What `deploy` would change. Nothing is written, and the switch is not asked."""
        release, secrets = self._release(), self._secrets()
        with self._target() as target:
            state = target.state()
            return Difference(
                release_id=release.release_id,
                current=state.standing,
                text=diff(target.read(state.standing) if state.standing else {}, release.files),
                has_new_secrets=not target.has_secrets(secrets),
            )

    def report(self) -> Report:
        with self._target() as target:
            return report(target, lambda: console_of(self._switch), self._root)

    def _release(self) -> Release:
        inbound = self._served.inbound(self._settings, self._name)
        return build_release(site_of(self._settings, self._name), inbound=inbound)

    def _secrets(self) -> bytes:
        return render_secrets(secrets_of(self._settings, self._name))

    @contextmanager
    def _target(self) -> Iterator[Target]:
        with closing(open_target(place_of(self._switch), self._now_ms)) as target:
            yield target

    @contextmanager
    def _console(self, is_offline: bool) -> Iterator[Console | None]:
        """Connected to the switch before anything is written: one that does not take us in is left alone."""
        if is_offline:
            yield None
            return
        with ExitStack() as stack:
            try:
                console = stack.enter_context(console_of(self._switch))
            except KnownError as error:
                raise KnownError(f"{error}; nothing was changed there") from None
            yield console


def console_of(switch: Switch) -> Console:
    return Console(switch.host, switch.port, switch.password())
