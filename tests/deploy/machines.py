"""Other machines for tests: `ssh` and `rsync` that run right here and can fail, and a real sshd on loopback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.runtime.factories import wait_until

SSHD: Final = shutil.which("sshd") or "/usr/sbin/sshd"

# Like the real ones as far as they are used: options are passed over, the rest goes to a shell as one text. Every run
# is counted; $FAULTS/N, if it is there, is run by the Nth, before it (`before`) or instead of its answer (`after`).
_COUNT: Final = """\
faults=FAULTS
echo "${0##*/}" >>"$faults/log"
n=$(wc -l <"$faults/log")
fault() { if [ -f "$faults/$n.$1" ]; then . "$faults/$n.$1"; fi; }
fault before
"""
_SSH: Final = f"""\
#!/bin/sh
{_COUNT}
while [ "$1" != -- ]; do shift; done
shift 2
sh -c "$*"
code=$?
fault after
exit $code
"""
_RSYNC: Final = f"""\
#!/bin/sh
{_COUNT}
while [ $# -gt 2 ]; do shift; done
there=${{2#*:}}
mkdir -p "$there" && cp -r "$1." "$there" || exit 11
fault after
"""


class StandIns:
    """`ssh` and `rsync` in `bin`, which belongs into PATH."""

    def __init__(self, folder: Path) -> None:
        self.bin, self._faults = folder / "bin", folder / "faults"
        self.bin.mkdir(parents=True)
        self._faults.mkdir()
        for name, text in (("ssh", _SSH), ("rsync", _RSYNC)):
            script = self.bin / name
            script.write_text(text.replace("FAULTS", str(self._faults), 1), "utf-8")
            script.chmod(0o755)

    def fail(self, run: int, script: str, *, when: str = "before") -> None:
        """Have the run with this number, from 1, do this."""
        (self._faults / f"{run}.{when}").write_text(script, "utf-8")

    def forget(self) -> None:
        for path in self._faults.iterdir():
            path.unlink()

    @property
    def runs(self) -> list[str]:
        log = self._faults / "log"
        return log.read_text("utf-8").splitlines() if log.exists() else []


@contextmanager
def sshd(folder: Path) -> Iterator[tuple[str, Path]]:
    """A real sshd; gives USER@HOST:PORT, and a folder for PATH whose `ssh` knows its key and asks for nothing."""
    folder.mkdir(parents=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    config = folder / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\n"
        f"PidFile {folder}/pid\nStrictModes no\nPasswordAuthentication no\nUsePAM no\n",
        "utf-8",
    )
    wrapper = folder / "bin" / "ssh"
    wrapper.parent.mkdir()
    wrapper.write_text(
        f"#!/bin/sh\nexec {shutil.which('ssh')} -o IdentityFile={folder}/user -o IdentitiesOnly=yes "
        f'-o UserKnownHostsFile={folder}/known -o StrictHostKeyChecking=accept-new "$@"\n',
        "utf-8",
    )
    wrapper.chmod(0o755)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # it insists on that
    process = subprocess.Popen(
        [SSHD, "-D", "-e", "-f", str(config)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: _listens(port), "sshd listens")
        user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        yield f"{user}@127.0.0.1:{port}", wrapper.parent
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
