"""What tests ask of replies."""

from __future__ import annotations

from typing import Any

from orchestrator.web.errors import MEDIA_TYPE


def problem(response: Any, status: int, kind: str) -> dict[str, Any]:
    """The problem that a reply is. AssertionError when it is none, or another one."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == MEDIA_TYPE
    found: dict[str, Any] = response.json()
    assert set(found) == {"type", "title", "status", "detail", "errors"}
    assert found["type"] == f"urn:prozvon:problem:{kind}"
    assert found["status"] == status
    assert found["title"]
    assert found["detail"]
    return found


def good(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json()
