from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

import pytest

from tests.conformance.desk import Desk, Switch
from tests.conformance.real_switch import RealSwitch, find_binary
from tests.conformance.simulated_switch import SimulatedOne
from tests.conformance.telephones import find_sipp


@pytest.fixture(scope="package", params=["simulated", pytest.param("real", marks=pytest.mark.freeswitch)])
def switch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    """A running switch with the event socket, the scripts and the callees of `numbers`."""
    folder = tmp_path_factory.mktemp(request.param)
    made: Switch
    if request.param == "simulated":
        made = SimulatedOne(folder)
    else:
        binary, sipp = find_binary(), find_sipp()
        if binary is None or not binary.exists():
            pytest.skip("no FreeSWITCH: put it on PATH, or its prefix into PROZVON_FREESWITCH")
        if sipp is None:
            pytest.skip("no SIPp, whose telephones are called: apt-get install sip-tester")
        made = RealSwitch(binary, sipp, folder)
    yield made
    made.stop()


@pytest.fixture
def desk_with(switch: Switch) -> Iterator[Callable[..., Desk]]:
    """Makes desks; no channel may be left on the switch when the test is over."""
    made: list[Desk] = []

    def make(*events: str) -> Desk:
        made.append(Desk(switch, *events))
        return made[-1]

    try:
        yield make
        last = make()
        last.wait(lambda: last.api("show channels as json") == '{"row_count": 0}\n', "no channel left", 60)
        last.wait(lambda: "\n0 session(s) - peak " in last.api("status"), "no session held by anything")
    finally:
        for one in made:
            one.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed leaves no call to those after it."""
    report = yield
    if report.when == "call" and report.failed and isinstance(item, pytest.Function):
        for used in item.funcargs.values():
            desk = getattr(used, "desk", used)
            if isinstance(desk, Desk):
                desk.api("hupall")
                break
    return report


@pytest.fixture
def desk(desk_with: Callable[..., Desk]) -> Desk:
    return desk_with()
