"""Gateways that must be there."""

from __future__ import annotations

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.switch_settings import Gateway, Switch
from orchestrator.runtime.switches.line import require_gateways


def test_missing_gateways_are_told_with_those_there_are() -> None:
    found = Settings(
        switches={"a": Switch(gateways={"main": Gateway()}), "b": Switch(gateways={"main": Gateway()})}
    )
    require_gateways([], found)
    with pytest.raises(
        KnownError, match=r"no switch has the gateway gone, lost \(there are: main\): name it under"
    ):
        require_gateways(["gone", "lost"], found)
    with pytest.raises(KnownError, match=r"\(there are: none\)"):
        require_gateways(["gone"], Settings(switches={"a": Switch()}))
