"""CDRs as a switch leaves them, and gateways that must be there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.line import CDR_BYTES, read_cdr, require_gateways
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.switch_settings import Gateway, Switch


def _cdr(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "attempt.cdr.json"
    path.write_bytes(data)
    return path


def test_the_variables_of_a_cdr_are_read(tmp_path: Path) -> None:
    data = {"core-uuid": "x", "variables": {"hangup_cause": "USER_BUSY", "n": "1"}, "callflow": []}
    assert read_cdr(_cdr(tmp_path, json.dumps(data).encode())) == {"hangup_cause": "USER_BUSY", "n": "1"}


def test_no_cdr_is_none(tmp_path: Path) -> None:
    assert read_cdr(tmp_path / "attempt.cdr.json") is None
    assert read_cdr(tmp_path) is None


def test_a_half_written_cdr_is_none_wherever_it_breaks_off(tmp_path: Path) -> None:
    whole = json.dumps({"variables": {"hangup_cause": "NORMAL_CLEARING", "name": "Анна"}}).encode()
    for size in range(len(whole)):
        assert read_cdr(_cdr(tmp_path, whole[:size])) is None
    assert read_cdr(_cdr(tmp_path, whole)) is not None


@pytest.mark.parametrize(
    "data",
    [b"", b"null", b"[]", b'"variables"', b"{}", b'{"variables": []}', b'{"variables": "x"}', b"[" * 100_000],
)
def test_what_is_no_cdr_is_none(tmp_path: Path, data: bytes) -> None:
    assert read_cdr(_cdr(tmp_path, data)) is None


def test_a_cdr_is_read_though_a_value_is_not_utf_8(tmp_path: Path) -> None:
    """Else it would prove that no call was made, and the call would be made again."""
    found = read_cdr(
        _cdr(tmp_path, b'{"variables": {"caller": "\xcf\xf0\xe8", "hangup_cause": "NORMAL_CLEARING"}}')
    )
    assert found is not None
    assert found["hangup_cause"] == "NORMAL_CLEARING"


def test_a_file_too_large_to_be_ours_is_not_read_whole(tmp_path: Path) -> None:
    assert read_cdr(_cdr(tmp_path, b'{"variables": {"a": "' + b"x" * CDR_BYTES + b'"}}')) is None


@given(data=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_variables_or_none(tmp_path: Path, data: bytes) -> None:
    assert read_cdr(_cdr(tmp_path, data)) is None or isinstance(read_cdr(_cdr(tmp_path, data)), dict)


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
