from __future__ import annotations

import pytest

from orchestrator.contacts.written_here import numbering_of


def test_russian_carriers_write_an_eight_before_national_numbers() -> None:
    found = numbering_of("RU")
    assert (found["code"], found["trunk"], found["international"]) == ("7", "8", ["810", "00"])
    assert 10 in found["lengths"]


def test_british_carriers_write_a_zero_and_two_before_calling_codes() -> None:
    found = numbering_of("GB")
    assert (found["code"], found["trunk"], found["international"]) == ("44", "0", ["00"])


def test_a_prefix_that_depends_on_the_carrier_is_left_out() -> None:
    assert numbering_of("BR")["international"] == ["00"]


def test_a_region_without_a_trunk_prefix_has_none() -> None:
    assert numbering_of("ES")["trunk"] == ""


def test_no_such_region() -> None:
    with pytest.raises(ValueError, match="unknown region 'XX'"):
        numbering_of("XX")
