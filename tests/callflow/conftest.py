"""What scripts find in a switch besides their session."""

from __future__ import annotations

import sys
import types

import fake_legs
import pytest
from fake_line import FakeEvent


@pytest.fixture(autouse=True)
def _module_of_the_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("freeswitch")
    module.Event = FakeEvent  # type: ignore[attr-defined]
    module.Session = fake_legs.session_of  # type: ignore[attr-defined]
    module.bridge = fake_legs.talk  # type: ignore[attr-defined]
    fake_legs.LEGS.clear()
    monkeypatch.setitem(sys.modules, "freeswitch", module)
