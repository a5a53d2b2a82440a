"""The simulated switch as a process of its own: what `prozvon switch simulate` runs."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import gevent

from orchestrator.domain.problem import KnownError
from orchestrator.simulator.clock import Clock
from orchestrator.simulator.far_switch import Address
from orchestrator.simulator.faults import NONE, Faults
from orchestrator.simulator.population_file import load_population
from orchestrator.simulator.switch import SimulatedSwitch
from orchestrator.simulator.throttle import Limits

CRASH_STATUS = 137  # as after kill -9


def run_simulator(
    *,
    host: str,
    port: int,
    password: str,
    root: Path,
    population: str | Path,
    seed: int,
    clock: Clock,
    gateways: Iterable[str],
    limits: Limits | None = None,
    faults: Faults = NONE,
    cdr_dir: Path | None = None,
    callee_log: Path | None = None,
    links: Mapping[str, Address] | None = None,
    on_ready: Callable[[int], None] | None = None,
    on_log: Callable[[str, str], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then hang up what is live and return. `on_ready` gets the port.

    `links`: gateways that lead to other simulated switches on the same clock.
    A crash on request ends the process at once. KnownError when the population or the dialplan is broken or
    the port is taken.
    """
    switch = SimulatedSwitch(
        host=host,
        port=port,
        password=password,
        root=root,
        population=load_population(population),
        seed=seed,
        clock=clock,
        gateways=gateways,
        limits=limits,
        faults=faults,
        cdr_dir=cdr_dir,
        callee_log=callee_log,
        on_crash=lambda: os._exit(CRASH_STATUS),
        on_log=on_log,
    )
    for gateway, address in (links or {}).items():
        switch.link(gateway, address)
    try:
        switch.start()
    except OSError as error:
        raise KnownError(f"the simulated switch cannot listen on {host}:{port}: {error.strerror}") from error
    handlers = [gevent.signal_handler(number, switch.shut_down_soon) for number in _SIGNALS]
    try:
        if on_ready is not None:
            on_ready(switch.port)
        switch.serve()
    finally:
        for handler in handlers:
            handler.cancel()
        switch.stop()


_SIGNALS = (signal.SIGTERM, signal.SIGINT)
