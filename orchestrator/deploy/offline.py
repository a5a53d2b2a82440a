"""Brings a release into force without asking the switch: it does not run, or reads everything when it starts."""

from __future__ import annotations

from orchestrator.deploy.release import Release
from orchestrator.deploy.target import Target


def deploy_offline(target: Target, release: Release, secrets: bytes | None = None) -> bool:
    """Have the release and the secrets (None: they are left alone) there and in force; whether anything changed.

    KnownError when the folder does not take it; what was in force before is then still in force.
    """
    with target.lock():
        state = target.state()
        is_there = state.current == release.release_id and target.hashes(release.release_id) == release.hashes
        if not is_there:
            target.upload(release)
        new_secrets = secrets is not None and not target.has_secrets(secrets)
        if secrets is not None and new_secrets:
            target.put_secrets(secrets)
        activate(target, release.release_id)
        target.keep_secrets()
        return not is_there or new_secrets


def activate(target: Target, release_id: str) -> None:
    """Let a release that is there be the one in force, write that down, and remove what nobody needs any more."""
    state = target.state()
    if state.current != release_id:
        target.switch_to(release_id)
    if state.finished != release_id:
        target.remember(release_id)
    target.remove(target.state().prunable())
