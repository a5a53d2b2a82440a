"""Starts a worker in the background when a campaign needs one and none is running."""

from __future__ import annotations

import subprocess
import sys
import time

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project

START_S = 20.0
LOOK_S = 0.05


def ensure_worker(project: Project) -> bool:
    """Start `prozvon run --until-done` detached, unless a worker is alive. True when one was started.

    One that came, found nothing left to call and went counts as started. KnownError when it does not come up:
    its own last words, or where its log is.
    """
    if project.store.workers():
        return False
    log = project.settings.logs / "worker.log"
    errors = log.with_name("worker.err")
    command = [
        sys.executable,
        "-m",
        "orchestrator",
        "-C",
        str(project.folder),
        "run",
        "--until-done",
        "--log",
        str(log),
    ]
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with errors.open("wb") as err:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=err,
                start_new_session=True,
            )
    except OSError as error:
        raise KnownError(f"cannot start a worker: {error.strerror}: {error.filename}") from None
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if project.store.workers():
            process.returncode = 0  # it goes on without us: nobody waits for it, and nothing is left undone
            return True
        if process.poll() == 0:
            return True
        if process.returncode is not None:
            said = (
                errors.read_text(encoding="utf-8", errors="replace").strip()
                or f"exit code {process.returncode}"
            )
            raise KnownError(f"the worker did not start: {said.removeprefix('prozvon: ')}")
        time.sleep(LOOK_S)
    raise KnownError(f"the worker did not come up within {START_S:.0f} s: look into {log}")
