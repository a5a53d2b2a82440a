"""Before calls are made on a switch: would they reach our script? Two short questions, some milliseconds."""

from __future__ import annotations

import os
from typing import Protocol

from orchestrator.doctor.dialplan import LOCATE_DIALPLAN, read_dialplan
from orchestrator.doctor.hello import HELLO, read_hello
from orchestrator.doctor.ready import dialplan_fault, hello_fault
from orchestrator.runtime.switch_settings import Switch

ASK_S = 5.0  # for each answer: a switch that loads its scripts for the first time takes a moment


class Asked(Protocol):
    """A connection to a switch."""

    def api(self, command: str, timeout_s: float | None = None) -> str: ...


def ready_fault(connection: Asked, switch: Switch, *, timeout_s: float = ASK_S) -> str | None:
    """Why nobody may be rung from this switch now, in one line with what to do; None when it is ready.

    Raises EslError when it does not answer at all.
    """
    hello = read_hello(connection.api(HELLO, timeout_s))
    fault = hello_fault(hello, root=local_root(switch), prompts_by_url=switch.prompts_url is not None)
    return fault or dialplan_fault(read_dialplan(connection.api(LOCATE_DIALPLAN, timeout_s)))


def local_root(switch: Switch) -> str | None:
    """The switch's root as its own scripts see it; None when it is on another machine, where links may differ."""
    return None if switch.ssh is not None else os.path.realpath(switch.root)
