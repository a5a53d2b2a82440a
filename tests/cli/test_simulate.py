"""`prozvon simulate`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.commands import prozvon

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
SHORT = ("--agents", "5", "--hours", "30m")


@pytest.fixture
def shop(folder: Path) -> Path:
    """A project with the shipped scenarios."""
    shutil.copytree(SCENARIOS, folder / "scenarios", dirs_exist_ok=True)
    return folder


def test_a_day_is_a_table_by_the_hour(shop: Path) -> None:
    said = prozvon(shop, "simulate", "new_orders", *SHORT)
    assert (said.code, said.err) == (0, "")
    lines = [line.split() for line in said.out.splitlines()]
    assert lines[0] == ["new_orders:sales,", "predictive"]
    assert [line[0] for line in lines if line[0] in ("9:00", "all")] == ["9:00", "all"]
    assert "most lines at once" in said.out


def test_two_settings_are_compared_by_the_same_chance(shop: Path) -> None:
    said = prozvon(shop, "simulate", "new_orders", *SHORT, "--against", "mode=progressive")
    assert "the second day: occupancy -" in said.out
    same = prozvon(shop, "simulate", "new_orders", *SHORT, "--against", "seed=1")
    assert "occupancy +0.0 points, talks +0" in same.out


def test_json_and_picture(shop: Path, tmp_path: Path) -> None:
    picture = tmp_path / "day.svg"
    said = prozvon(shop, "simulate", "new_orders", *SHORT, "--json", "--svg", str(picture))
    [day] = [json.loads(line) for line in said.out.splitlines()]
    assert day["agents"] == 5
    assert day["total"]["counted"]["placed"] > 0
    assert picture.read_text(encoding="utf-8").startswith("<svg ")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("parcel_arrived",), "has no queue with agents"),
        (("help_line", "--queue", "sales"), "has no queue 'sales'"),
        (("new_orders", "--set", "speed=3"), "write KEY=VALUE, with one of"),
        (("new_orders", "--agents", "0"), "outside of 1 to 2000"),
        (("new_orders", "--against", "abandoned=a lot"), "not a number"),
        (("help_line", "--queue", "support"), "--set callers=120"),
        (("nothing",), "no scenario 'nothing'"),
        (("new_orders", *SHORT, "--svg", "/no/such/folder/day.svg"), "cannot write"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(shop: Path, arguments: tuple[str, ...], why: str) -> None:
    assert why in prozvon(shop, "simulate", *arguments).refusal


def test_standard_output_takes_one_thing(shop: Path) -> None:
    assert prozvon(shop, "simulate", "new_orders", "--json", "--svg", "-").code == 2
