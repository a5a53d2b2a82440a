"""docs/webhooks.md: its settings load, its check of signatures checks them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.outside.signature import signature
from orchestrator.runtime.outbox.hook_request import HookRequest
from orchestrator.runtime.outbox.payload_samples import sample
from orchestrator.runtime.outbox.payloads import payload
from orchestrator.runtime.settings import load_settings

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "webhooks.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.S)
    assert found is not None
    return found[1]


def test_the_settings_of_the_page_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", "s")
    (tmp_path / "prozvon.yaml").write_text(block("yaml"), encoding="utf-8")
    ready = HookRequest("orders", load_settings(tmp_path).webhooks["orders"])
    assert ready.filled(payload(sample("status")), "k").path == "orders/order-1042"


def test_the_other_sides_check_knows_our_signatures() -> None:
    names: dict[str, Callable[[str, bytes, list[str]], bool]] = {}
    exec(block("python"), names)  # noqa: S102  # the page's own example
    is_ours, now = names["is_ours"], int(time.time())
    made = signature(("new", "old"), b"{}", now)
    assert is_ours(made, b"{}", ["new"])
    assert is_ours(made, b"{}", ["old"])
    assert not is_ours(made, b"{ }", ["new"])
    assert not is_ours(made, b"{}", ["other"])
    assert not is_ours(signature(("new",), b"{}", now - 301), b"{}", ["new"])
    assert not is_ours("", b"{}", ["new"])
    assert not is_ours("t=x,v1=y", b"{}", ["new"])
