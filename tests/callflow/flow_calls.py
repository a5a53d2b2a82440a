"""Runs whole calls on the fake session, through the entry script as it is published for a switch."""

from __future__ import annotations

import base64
import importlib.util
import json
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

from fake_session import FakeSession

CHECKOUT = Path(__file__).resolve().parents[2]
DIGEST = "0123456789abcdef0123456789abcdef"


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def decoded(session: FakeSession, name: str) -> Any:
    text = session.variables[name]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def publish(root: Path, made: object) -> ModuleType:
    """A switch root with this program; returns the entry script, imported from there."""
    (root / "programs").mkdir(parents=True, exist_ok=True)
    (root / "programs" / f"{DIGEST}.json").write_text(json.dumps(made), encoding="utf-8")
    (root / "scripts").mkdir(exist_ok=True)
    script = root / "scripts" / "prozvon_robocall.py"
    shutil.copy(CHECKOUT / "scripts" / "robocall" / "prozvon_robocall.py", script)
    spec = importlib.util.spec_from_file_location("prozvon_robocall", script)
    assert spec is not None
    assert spec.loader is not None
    entry = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(entry)
    return entry


def call(root: Path, made: object, session: FakeSession, payload: object = None) -> FakeSession:
    """Have the session called with this program, and check what must hold after every call."""
    session.variables.setdefault("prozvon_program", DIGEST)
    session.variables.setdefault("prozvon_payload", encoded(payload or {"c": {}, "l": "ru", "s": {}}))
    session.variables.setdefault("prozvon_attempt", "a-1")
    session.variables.setdefault("prozvon_tmp", str(root / "tmp"))
    (root / "tmp").mkdir(parents=True, exist_ok=True)
    publish(root, made).handler(session, "")
    assert session.faults == []
    assert session.destroyed == 1
    assert not session.is_up
    assert session.variables["prozvon_flow"] in ("ended", "left", "error")
    assert list((root / "tmp").iterdir()) == []  # nothing recorded is kept
    return session


CALLED, CALLER = "+74950000001", "+79991112233"
NUMBERING = {"code": "7", "trunk": "8", "international": ["810", "00"], "lengths": [10]}
GATEWAYS = {"main": "sofia/gateway/main/{number}", "spare": "sofia/gateway/spare/{number}"}


def routes(**changes: Any) -> dict[str, Any]:
    """inbound.json with one route, for CALLED."""
    route = {"number": CALLED.lstrip("+"), "program": DIGEST, "scenario": "shop_line"}
    made = {"format": 1, "numbering": NUMBERING, "routes": [route], "patterns": [], "any": None}
    return {**made, "voices": {}, "gateways": GATEWAYS, **changes}


def publish_inbound(root: Path, made: object, inbound: object) -> ModuleType:
    """A root without releases, with this program and inbound.json; returns the entry script of calls that come in."""
    publish(root, made)
    (root / "inbound").mkdir(exist_ok=True)
    if inbound is not None:
        (root / "inbound.json").write_text(json.dumps(inbound), encoding="utf-8")
    script = root / "scripts" / "prozvon_ivr.py"
    shutil.copy(CHECKOUT / "scripts" / "ivr" / "prozvon_ivr.py", script)
    spec = importlib.util.spec_from_file_location("prozvon_ivr", script)
    assert spec is not None
    assert spec.loader is not None
    entry = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(entry)
    return entry


def incoming(root: Path, made: object, session: FakeSession, inbound: object = None) -> FakeSession:
    """Have the session call CALLED, and check what must hold after every call."""
    session.is_answered = False
    session.variables = {
        "uuid": "c-1",
        "destination_number": CALLED,
        "caller_id_number": CALLER,
    } | session.variables
    publish_inbound(root, made, routes() if inbound is None else inbound).handler(session, "")
    assert session.faults == []
    assert session.destroyed == 1
    assert all(len(value) <= 6000 for value in session.variables.values())
    return session
