"""Before a launch: whether any switch that the scenario can use is ready for its calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from gevent import socket
from gevent.server import StreamServer

from orchestrator.domain.problem import KnownError
from orchestrator.esl.connection import Connection
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.switch_settings import Gateway, Switch
from orchestrator.runtime.switches.reach import require_switch
from orchestrator.simulator.clock import RealClock
from orchestrator.simulator.population_file import load_population
from orchestrator.simulator.switch import SimulatedSwitch
from tests.deploy.factories import make_root
from tests.ports import free_port
from tests.runtime.factories import compiled

PASSWORD = "s3cret-of-the-switch"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Of a simulated switch that listens."""
    make_root(tmp_path)
    switch = SimulatedSwitch(
        root=tmp_path, population=load_population("everyday"), seed=1, clock=RealClock(), password=PASSWORD
    )
    switch.start()
    yield switch.port
    switch.stop()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.touch(mode=0o600)
    path.write_text(PASSWORD, encoding="utf-8")
    return path


def _settings(secret: Path | None, *ports: int, gateway: str = "main", root: str = ".") -> Settings:
    """Switches s0, s1 ... at these ports, each with the one gateway. `root`: below the secret's folder."""
    gateways = {gateway: Gateway()}
    folder = Path() if secret is None else secret.parent / root
    return Settings(
        switches={
            f"s{i}": Switch(port=port, password_file=secret, gateways=gateways, root=folder)
            for i, port in enumerate(ports)
        }
    )


def test_one_switch_that_takes_us_in_is_enough(project: Project, port: int, secret: Path) -> None:
    require_switch(_settings(secret, port), compiled(project).plan)
    require_switch(_settings(secret, free_port(), port), compiled(project).plan)


def test_a_switch_without_the_gateways_of_the_scenario_does_not_help(
    project: Project, port: int, secret: Path
) -> None:
    """Nor is it asked: a gateway that no switch has is told elsewhere."""
    other = _settings(secret, port, gateway="other")
    require_switch(other, compiled(project).plan)
    away = free_port()
    both = Settings(switches={**other.switches, "away": Switch(port=away, gateways={"main": Gateway()})})
    with pytest.raises(KnownError, match=rf"is ready: away: cannot connect to 127\.0\.0\.1:{away}"):
        require_switch(both, compiled(project).plan)


def test_switches_that_do_not_answer_are_all_named(project: Project) -> None:
    first, second = free_port(), free_port()
    with pytest.raises(KnownError) as caught:
        require_switch(_settings(None, first, second), compiled(project).plan)
    said = str(caught.value)
    assert f"s0: cannot connect to 127.0.0.1:{first}" in said
    assert f"s1: cannot connect to 127.0.0.1:{second}" in said
    assert "start it" in said
    assert "\n" not in said


def test_a_wrong_password_is_told_without_it(project: Project, port: int, secret: Path) -> None:
    secret.write_text("another-one", encoding="utf-8")
    with pytest.raises(KnownError, match=rf"127\.0\.0\.1:{port} does not take the password: look") as caught:
        require_switch(_settings(secret, port), compiled(project).plan)
    assert "another-one" not in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_a_switch_whose_release_is_torn_is_told_with_what_to_do(
    project: Project, port: int, secret: Path
) -> None:
    scripts = secret.parent / "current" / "scripts"
    (scripts / "prozvon_switch.py").unlink()
    with pytest.raises(KnownError, match="s0: our scripts do not answer: run `prozvon deploy`") as caught:
        require_switch(_settings(secret, port), compiled(project).plan)
    assert str(caught.value).endswith("(`prozvon doctor` looks at everything)")
    assert "\n" not in str(caught.value)


def test_a_switch_that_runs_from_another_folder_is_told(project: Project, port: int, secret: Path) -> None:
    with pytest.raises(KnownError, match=r"runs scripts from .*, and `root:` is .*/other"):
        require_switch(_settings(secret, port, root="other"), compiled(project).plan)


def test_a_switch_without_our_dialplan_is_told(project: Project, port: int, secret: Path) -> None:
    (secret.parent / "current" / "dialplan" / "prozvon.xml").write_text("<include/>", encoding="utf-8")
    _api(port, "reloadxml")
    with pytest.raises(KnownError, match="our dialplan is not on the switch: run `prozvon deploy`"):
        require_switch(_settings(secret, port), compiled(project).plan)


def test_a_switch_that_takes_connections_and_answers_nothing_is_told(project: Project, secret: Path) -> None:
    def greet(client: socket.socket, _address: object) -> None:
        client.sendall(b"Content-Type: auth/request\n\n")
        client.recv(1000)
        client.sendall(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n")
        client.recv(1000)  # the first question
        client.recv(1000)  # that nobody wants to wait any more

    server = StreamServer(("127.0.0.1", 0), greet)
    server.start()
    try:
        with pytest.raises(KnownError, match="takes connections and answers nothing: see its log"):
            require_switch(_settings(secret, server.server_port), compiled(project).plan, ask_s=0.2)
    finally:
        server.stop()


def _api(port: int, command: str) -> str:
    connection = Connection("127.0.0.1", port, PASSWORD)
    connection.connect()
    try:
        return connection.api(command)
    finally:
        connection.close()
