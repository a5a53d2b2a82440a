"""CDRs as a switch leaves them, in its folder or asked for: one that cannot be read is not one that is missing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.esl.errors import NotConnected
from orchestrator.runtime.cdr import CDR_BYTES, NoCdr, ask_for_cdr, cdr_reader, read_cdr
from orchestrator.runtime.settings_parts.switch_settings import Switch


def _cdr(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "attempt.cdr.json"
    path.write_bytes(data)
    return path


def test_the_variables_of_a_cdr_are_read(tmp_path: Path) -> None:
    data = {"core-uuid": "x", "variables": {"hangup_cause": "USER_BUSY", "n": "1"}, "callflow": []}
    assert read_cdr(_cdr(tmp_path, json.dumps(data).encode())) == {"hangup_cause": "USER_BUSY", "n": "1"}


def test_a_cdr_is_missing_only_where_it_could_be_seen(tmp_path: Path) -> None:
    assert read_cdr(tmp_path / "attempt.cdr.json") is NoCdr.MISSING
    assert read_cdr(tmp_path / "away" / "attempt.cdr.json") is NoCdr.UNKNOWN


def test_what_stands_in_its_place_is_no_missing_cdr(tmp_path: Path) -> None:
    (tmp_path / "attempt.cdr.json").mkdir()
    assert read_cdr(tmp_path / "attempt.cdr.json") is NoCdr.BROKEN


def test_a_half_written_cdr_is_broken_wherever_it_breaks_off(tmp_path: Path) -> None:
    whole = json.dumps({"variables": {"hangup_cause": "NORMAL_CLEARING", "name": "Анна"}}).encode()
    for size in range(len(whole)):
        assert read_cdr(_cdr(tmp_path, whole[:size])) is NoCdr.BROKEN
    assert read_cdr(_cdr(tmp_path, whole)) == {"hangup_cause": "NORMAL_CLEARING", "name": "Анна"}


@pytest.mark.parametrize(
    "data",
    [b"", b"null", b"[]", b'"variables"', b"{}", b'{"variables": []}', b'{"variables": "x"}', b"[" * 100_000],
)
def test_what_is_no_cdr_is_broken(tmp_path: Path, data: bytes) -> None:
    assert read_cdr(_cdr(tmp_path, data)) is NoCdr.BROKEN


def test_a_cdr_is_read_though_a_value_is_not_utf_8(tmp_path: Path) -> None:
    """Else it would prove that no call was made, and the call would be made again."""
    found = read_cdr(
        _cdr(tmp_path, b'{"variables": {"caller": "\xcf\xf0\xe8", "hangup_cause": "NORMAL_CLEARING"}}')
    )
    assert not isinstance(found, NoCdr)
    assert found["hangup_cause"] == "NORMAL_CLEARING"


def test_a_file_too_large_to_be_ours_is_not_read_whole(tmp_path: Path) -> None:
    assert read_cdr(_cdr(tmp_path, b'{"variables": {"a": "' + b"x" * CDR_BYTES + b'"}}')) is NoCdr.BROKEN


@given(data=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_variables_or_broken(tmp_path: Path, data: bytes) -> None:
    found = read_cdr(_cdr(tmp_path, data))
    assert found is NoCdr.BROKEN or isinstance(found, dict)


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ('{"variables": {"a": "b"}}', {"a": "b"}),
        ("-ERR missing\n", NoCdr.MISSING),
        ("-ERR unreadable: Permission denied\n", NoCdr.BROKEN),
        ("-ERR usage\n", NoCdr.UNKNOWN),
        ("-ERR Command not found!\n", NoCdr.UNKNOWN),
        ("", NoCdr.UNKNOWN),
        ('{"variables": {"a"', NoCdr.BROKEN),
    ],
)
def test_a_switch_elsewhere_is_asked(reply: str, found: object) -> None:
    asked: list[str] = []

    def api(command: str) -> str:
        asked.append(command)
        return reply

    assert cdr_reader(Switch(ssh="admin@switch", root=Path("/srv/prozvon")), api)("a1") == found
    assert asked == ["python prozvon_switch cdr a1"]


def test_a_switch_that_does_not_answer_proves_nothing() -> None:
    def api(_: str) -> str:
        raise NotConnected("gone")

    assert ask_for_cdr(api, "a1") is NoCdr.UNKNOWN


def test_a_folder_closed_to_us_tells_nothing(tmp_path: Path) -> None:
    closed = tmp_path / "cdr"
    closed.mkdir(mode=0o600)
    if os.access(closed, os.X_OK):
        pytest.skip("root may look everywhere")
    assert read_cdr(closed / "a1.cdr.json") is NoCdr.UNKNOWN
