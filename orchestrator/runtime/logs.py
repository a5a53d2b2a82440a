"""Structured logs: a JSON object a line, past-tense event names; personal data under keys that can be dropped."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

from orchestrator.domain.problem import KnownError

PERSONAL = ("number", "keys", "contact")  # dropped unless asked for


def start_logs(path: Path | None, *, personal: bool = False) -> None:
    """Log to `path` (appending, readable by the owner alone), or to standard error when it is None.

    KnownError when the file cannot be written.
    """
    out = sys.stderr if path is None else _open(path)
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    if not personal:
        processors.append(_drop_personal)
    processors.append(structlog.processors.JSONRenderer(ensure_ascii=False))
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )


def _open(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        return path.open("a", encoding="utf-8", buffering=1)
    except OSError as error:
        raise KnownError(f"cannot write the log {path}: {error.strerror}") from None


def _drop_personal(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in PERSONAL:
        event.pop(key, None)
    return event
