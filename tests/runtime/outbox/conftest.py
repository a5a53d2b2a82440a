"""A mail server, a project that uses it, and deliverers that are stopped in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestrator.domain.delivery import Delivery
from orchestrator.runtime.outbox import Deliveries
from orchestrator.runtime.project import Project
from tests.outside.smtp_server import SmtpServer, smtp_server
from tests.runtime.factories import SETTINGS, make_folder

MORE = """\
outbox: {{tries: 3, first_s: 10, most_s: 60}}
mail: {{server: 127.0.0.1, port: MAIL, from: calls@shop.example, security: none, timeout_s: 2}}
mailboxes: {{office: {{to: a@x.example}}, both: {{to: "a@x.example,b@x.example"}}}}
"""


@pytest.fixture
def mail() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def folder(short_tmp: Path, mail: SmtpServer) -> Path:
    return make_folder(short_tmp / "p", settings=SETTINGS + MORE.replace("MAIL", str(mail.port)))


@pytest.fixture
def start(project: Project) -> Iterator[Callable[..., Deliveries]]:
    """Start a deliverer; all of them are stopped in the end."""
    running: list[Deliveries] = []

    def started(*, on: Project = project, **carry: Callable[[tuple[Delivery, ...]], None]) -> Deliveries:
        running.append(Deliveries(on, {}, carry=carry or None))
        running[-1].start()
        return running[-1]

    yield started
    for deliveries in running:
        deliveries.stop()
