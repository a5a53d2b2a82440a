"""Deploys, and dies at the Nth thing it does to the file system: `python -m tests.deploy.dying ROOT`.

It imports everything once, then forks for every N, from 1 until one lives to the end. Before each fork the root is as
it was. A line for each: what is current (`old`, `new`), how many files of it are broken, what the secrets are, and
whether the next deploy got through.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

from orchestrator.deploy.stored import drift
from orchestrator.deploy.switchover import Job, bring
from tests.deploy.factories import here, small_release

EVENTS = {
    *(
        "os.mkdir",
        "os.rename",
        "os.remove",
        "os.rmdir",
        "os.symlink",
        "os.chmod",
        "os.chown",
        "shutil.rmtree",
    ),
}
SECRETS = b"<new/>"


def main(root: Path) -> None:
    keep = root.with_name("keep")
    shutil.copytree(root, keep, symlinks=True)
    wanted = small_release(root, sps=7)
    number, lived = 0, False
    while not lived:
        number += 1
        shutil.rmtree(root)
        shutil.copytree(keep, root, symlinks=True)
        child = os.fork()
        if child == 0:
            _die_at(number)
            bring(here(root), Job(release=wanted, secrets=SECRETS), None)
            os._exit(0)
        lived = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        current = here(root).state().standing
        broken = drift(here(root).read(current)) if current else ("nothing is current",)
        secrets = (root / "secrets.xml").read_bytes()
        bring(here(root), Job(release=wanted, secrets=SECRETS), None)
        state = here(root).state()
        is_well = state.current == state.finished == wanted.release_id and here(root).has_secrets(SECRETS)
        left = [path for path in root.rglob(".*") if path.name != ".deploy.lock"]
        which = "new" if current == wanted.release_id else "old"
        print(which, len(broken), secrets.decode(), is_well and not left, sep="\t")


def _die_at(number: int) -> None:
    seen = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        writes = (
            event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        )
        if writes or event in EVENTS:
            seen += 1
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
