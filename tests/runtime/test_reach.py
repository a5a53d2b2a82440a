"""Before a launch: whether any switch that the scenario can use takes us in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project
from orchestrator.runtime.reach import require_switch
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.switch_settings import Gateway, Switch
from orchestrator.simulator.clock import RealClock
from orchestrator.simulator.population_file import load_population
from orchestrator.simulator.switch import SimulatedSwitch
from tests.deploy.factories import make_root
from tests.runtime.factories import compiled, free_port

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


def _settings(secret: Path | None, *ports: int, gateway: str = "main") -> Settings:
    """Switches s0, s1 ... at these ports, each with the one gateway."""
    gateways = {gateway: Gateway()}
    return Settings(
        switches={
            f"s{i}": Switch(port=port, password_file=secret, gateways=gateways)
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
    with pytest.raises(KnownError, match=rf"reached: away: cannot connect to 127\.0\.0\.1:{away}"):
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
