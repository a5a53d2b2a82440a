"""`prozvon web` is killed in the middle of a stream: whoever comes back has everything, once, in its order."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from orchestrator.runtime.project import Project
from tests.web.conftest import made_token
from tests.web.test_events import happened

LIMIT_S = 30.0


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The process, and its port."""
    command = [sys.executable, "-m", "orchestrator.web", "--listen=127.0.0.1:0", "--", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            said = next(line for line in process.stderr if "listening on" in line)
            yield process, int(said.rpartition(":")[2])
        finally:
            process.kill()


def heard(port: int, token: str, last: str, most: int) -> list[str]:
    """Ids of the next events behind `last`, until there are so many or the connection ends."""
    ids: list[str] = []
    with socket.create_connection(("127.0.0.1", port), LIMIT_S) as connection:
        asked = f"GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nLast-Event-ID: {last}\r\n\r\n"
        connection.sendall(asked.encode())
        with connection.makefile("rb") as lines:
            event_id = ""
            for line in lines:
                if line.startswith(b"id: "):
                    event_id = line[4:].strip().decode()
                if line.startswith(b"data: "):
                    ids.append(event_id)
                if len(ids) == most:
                    break
    return ids


def test_nothing_is_lost_when_the_server_is_killed(project: Project, folder: Path) -> None:
    token = made_token(project, "events:read")
    happened(project, *("status" for _ in range(50)))
    with serving(folder) as (process, port):
        ids = heard(port, token, "0-0", 20)
        process.kill()
        process.wait(LIMIT_S)
    happened(project, *("result" for _ in range(30)))
    with serving(folder) as (_, port):
        ids += heard(port, token, ids[-1], 60)
    assert ids == [row.entry_id for row in project.store.outbox()]
