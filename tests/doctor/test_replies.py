"""What a switch prints, read whatever it is."""

from __future__ import annotations

import pytest

from orchestrator.doctor.replies import (
    GatewayStatus,
    is_true,
    last,
    read_bool,
    read_endpoints,
    read_gateway,
    read_integer,
    read_number,
    read_params,
    read_profiles,
    read_version,
)
from tests.doctor.facts import GATEWAY, SOFIA, settings_xml


def test_versions_are_read_from_the_beginning() -> None:
    assert read_version("1.10.12-release\n") == (1, 10, 12)
    assert read_version("1.10.123456") is None
    assert read_version("FreeSWITCH 1.10.12") is None


def test_only_true_and_false_are_answers() -> None:
    assert [read_bool(text) for text in ("true\n", "false", "-ERR", "", None)] == [
        True,
        False,
        None,
        None,
        None,
    ]


def test_numbers_are_read_from_their_own_reply() -> None:
    assert read_number("+OK sessions per second: 100\n") == 100
    for text in ("-ERR", "+OK max sessions: many", "", None, "+OK max sessions: 1 2"):
        assert read_number(text) is None
    assert [read_integer(text) for text in ("12\n", "x", "", None, "9" * 30)] == [12, None, None, None, None]


def test_parameters_are_read_by_name_whatever_its_case() -> None:
    params = read_params(
        settings_xml("x", Log_Dir="/a").replace("</settings>", '<param name="log-dir"/><param/></settings>')
    )
    assert params == {"log-dir": ("/a", ""), "": ("",)}
    assert last(params, "log-dir") == ""
    assert last(params, "rotate", "no") == "no"
    for text in (None, "", "can't find anything\n", "<", "-ERR"):
        assert read_params(text) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [("yes", True), (" TRUE ", True), ("2", True), ("0", False), ("", False), ("no", False)],
)
def test_truth_is_as_the_switch_reads_it(text: str, meant: bool) -> None:
    assert is_true(text) is meant


def test_endpoints_are_names() -> None:
    assert read_endpoints('{"row_count":1,"rows":[{"name":"sofia"}]}') == {"sofia"}
    assert read_endpoints('{"row_count":0,"rows":[]}') == frozenset()
    assert read_endpoints("[" * 100_000) is None


def test_gateways_say_state_and_status() -> None:
    assert read_gateway(GATEWAY) == GatewayStatus(
        is_up=True, state="NOREG", is_pinged=True, has_answered=True
    )
    assert read_gateway(GATEWAY.replace("UP", "UP (ping)").replace("\t30", "\t0")) == GatewayStatus(
        is_up=True, state="NOREG", is_pinged=False, has_answered=True
    )
    silent = read_gateway(GATEWAY.replace("2.13", "0.00"))
    assert silent is not None
    assert not silent.has_answered
    assert read_gateway("") is None


def test_profiles_are_rows_of_their_kind() -> None:
    assert read_profiles(SOFIA) == ("prozvon",)
    assert read_profiles(None) is None
    assert read_profiles("-ERR") is None
