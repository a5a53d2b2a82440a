"""Brings a release into force without asking the switch: it does not run, and reads everything when it starts."""

from __future__ import annotations

from orchestrator.deploy.release import Release
from orchestrator.deploy.switchover import Job, bring
from orchestrator.deploy.target import Target


def deploy_offline(target: Target, release: Release, secrets: bytes | None = None) -> bool:
    """Have the release and secrets.xml (None: it is left alone) there and in force; whether anything changed.

    KnownError when the folder does not take it; what was in force before then still is.
    """
    return bring(target, Job(release=release, secrets=secrets), None).is_changed
