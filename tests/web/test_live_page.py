"""docs/live.md shows only what there is."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from starlette.testclient import TestClient

from orchestrator.engine.floor.news import Command

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "live.md").read_text(encoding="utf-8")
WITH_VALUE = ("-H", "-X", "-d", "-o")


def test_every_example_is_understood(api: TestClient) -> None:
    """Each is sent as it stands, and none is wrong in itself; streams end at once."""
    examples = re.findall(r"^curl .*?(?<!\\)$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(examples) > 15
    for example in examples:
        words = shlex.split(example.replace("\\\n", " "))[1:]
        said = [(word, words[at + 1]) for at, word in enumerate(words) if word in WITH_VALUE]
        headers = dict(value.split(": ", 1) for word, value in said if word == "-H")
        del headers["Authorization"]
        method = next((value for word, value in said if word == "-X"), "GET")
        body = next((value for word, value in said if word == "-d"), None)
        where = words[-1].removeprefix("$API")
        if "/events" in where and "follow" not in where:
            where += ("&" if "?" in where else "?") + "follow=false"
        if where.endswith("/commands"):
            assert json.loads(body or "")["command"] in list(Command)
            continue  # nobody leads here: it would be waited for
        reply = api.request(method, where, headers=headers, content=body)
        assert reply.status_code in (200, 201, 204, 404, 503), f"{example}: {reply.text}"
        if reply.status_code == 404:
            assert "nothing at this path" not in reply.text, example


def test_all_commands_are_named() -> None:
    assert [each.value for each in Command if f"`{each.value}`" not in PAGE] == []
