"""Logs: a JSON object a line; telephone numbers only when asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.logs import PERSONAL, start_logs

NUMBER = "+79990000001"


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    yield
    _close_log()


def _close_log() -> None:
    """Nobody does outside of tests: a process logs to its end."""
    factory = structlog.get_config()["logger_factory"]
    structlog.reset_defaults()
    if isinstance(factory, structlog.WriteLoggerFactory) and factory._file is not None:
        factory._file.close()


def _logged(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_an_event_is_one_line_of_json(tmp_path: Path) -> None:
    start_logs(tmp_path / "logs" / "worker.log")
    structlog.get_logger().info("call_ended", attempt_id="a1", text="Анна\nsays")
    structlog.get_logger().debug("too_much")
    (line,) = _logged(tmp_path / "logs" / "worker.log")
    assert (line["event"], line["level"], line["attempt_id"]) == ("call_ended", "info", "a1")
    assert line["text"] == "Анна\nsays"
    assert str(line["timestamp"]).endswith("Z")


def test_personal_data_is_dropped(tmp_path: Path) -> None:
    start_logs(tmp_path / "log")
    structlog.get_logger().info("call_ended", attempt_id="a1", **dict.fromkeys(PERSONAL, NUMBER))
    structlog.get_logger().bind(number=NUMBER).warning("call_lost")
    structlog.contextvars.bind_contextvars(contact=NUMBER)
    structlog.get_logger().info("call_placed")
    structlog.contextvars.clear_contextvars()
    assert len(_logged(tmp_path / "log")) == 3
    assert NUMBER not in (tmp_path / "log").read_text(encoding="utf-8")


def test_personal_data_is_kept_when_asked_for(tmp_path: Path) -> None:
    start_logs(tmp_path / "log", personal=True)
    structlog.get_logger().info("call_ended", number=NUMBER, keys="1")
    (line,) = _logged(tmp_path / "log")
    assert (line["number"], line["keys"]) == (NUMBER, "1")


def test_an_exception_is_part_of_its_line(tmp_path: Path) -> None:
    start_logs(tmp_path / "log")
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger().exception("look_failed")
    (line,) = _logged(tmp_path / "log")
    assert str(line["exception"]).endswith("ValueError: broken")


def test_a_log_goes_on_where_it_was_and_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "log"
    for _ in range(2):
        start_logs(path)
        structlog.get_logger().info("worker_started")
        _close_log()
    assert len(_logged(path)) == 2
    assert path.stat().st_mode & 0o777 == 0o600


def test_without_a_file_it_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    start_logs(None)
    structlog.get_logger().info("worker_started")
    assert json.loads(capsys.readouterr().err)["event"] == "worker_started"
    structlog.reset_defaults()


@pytest.mark.parametrize("name", [".", "file/log"])
def test_a_log_that_cannot_be_written_is_one_clear_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KnownError, match=rf"cannot write the log {tmp_path}"):
        start_logs(tmp_path / name)
