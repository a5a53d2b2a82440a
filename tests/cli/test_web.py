"""`prozvon web` as a process: it starts, ends in good order, and loses nothing when it is killed in the middle."""

from __future__ import annotations

import json
import re
import signal
import socket
from http.client import HTTPResponse
from pathlib import Path

from orchestrator.runtime.lead_desk import open_campaign
from orchestrator.runtime.project import Project
from tests.cli.commands import Running, prozvon, run, running
from tests.runtime.factories import compiled, number, wait_until

ADDRESS = re.compile(r"listening on http://([\d.]+):(\d+)")


def connected(web: Running) -> socket.socket:
    web.wait_to_say("listening on")
    found = ADDRESS.search(web.err.read_text(encoding="utf-8"))
    assert found is not None
    return socket.create_connection((found[1], int(found[2])), timeout=20)


def secret_of(folder: Path) -> str:
    return prozvon(folder, "token", "create", "crm", "--scope", "*:*").out.strip()


def head(secret: str, method: str, path: str, *more: str) -> bytes:
    lines = (f"{method} {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {secret}", *more, "", "")
    return "\r\n".join(lines).encode()


def chunk_of(begin: int, end: int) -> bytes:
    rows = (json.dumps({"phone": number(index), "name": "A"}) for index in range(begin, end))
    text = "".join(f"{row}\n" for row in rows).encode()
    return b"%x\r\n%b\r\n" % (len(text), text)


def test_broken_settings_are_told_before_anything_begins(folder: Path) -> None:
    (folder / "prozvon.yaml").write_text("api: {rate: fast}", encoding="utf-8")
    assert "api.rate" in run(folder, "web").refusal


def test_killed_in_a_list_what_was_told_is_stored_and_sending_again_adds_nothing_twice(
    folder: Path, project: Project
) -> None:
    secret = secret_of(folder)
    campaign = open_campaign(project, compiled(project)).campaign_id
    path = f"/v1/campaigns/{campaign}/contacts/list"
    kind = ("Content-Type: application/x-ndjson", "Transfer-Encoding: chunked", "Connection: close")
    with running(folder, "web", "--listen", "127.0.0.1:0") as web, connected(web) as client:
        client.sendall(head(secret, "POST", path, *kind, "Accept: application/x-ndjson") + chunk_of(0, 1700))
        with HTTPResponse(client) as reading:
            reading.begin()
            told = [json.loads(reading.readline()) for _ in range(1000)]
            web.signal(signal.SIGKILL)
    stored = project.store.counts(campaign).leads
    assert {line["fate"] for line in told} == {"added"}
    assert all(project.store.lead(campaign, line["lead"]) for line in told)
    assert stored % 500 == 0, "whole batches"
    with running(folder, "web", "--listen", "127.0.0.1:0") as web, connected(web) as client:
        client.sendall(head(secret, "POST", path, *kind) + chunk_of(0, 1700) + b"0\r\n\r\n")
        with client.makefile("rb") as reading:
            found = json.loads(reading.read().partition(b"\r\n\r\n")[2])
        web.signal(signal.SIGTERM)
        ended = web.end()
    assert ended.code == 0
    assert "web_ended" in ended.err
    assert (found["added"], found["already"]) == (1700 - stored, stored)
    wait_until(lambda: project.store.counts(campaign).leads == 1700, "each contact is there once")
