"""Listens to the first seconds of a call: human or machine. (Session part; the rules are in listener.py.)"""

from __future__ import annotations

from .switch import Session


def listen(session: Session, program: dict[str, object]) -> str:
    del session, program
    return "unknown"
