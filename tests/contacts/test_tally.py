from __future__ import annotations

from orchestrator.contacts import Tally
from orchestrator.contacts.tally import FIRST

from .lists import List

BAD = "".join(f"{number};Anna\n" for number in range(FIRST + 2))


def tally(content: str) -> Tally:
    found = Tally()
    for row in List(content).rows:
        found.add(row)
    return found


def test_rows_are_counted_by_reason_with_the_first_of_each() -> None:
    found = tally("phone;name\n" + BAD + "+79990000408;\n+79990000409;Anna\tB\n;;\n+79990000410;C\n+7999;\n")
    assert found.accepted == 2
    assert sum(found.refused.values()) == FIRST + 4
    assert all(len(rows) <= FIRST for rows in found.first.values())
    assert found.lines() == [
        "8 refused: phone: too few digits for a telephone number (lines 2, 3, 4, 5, 6, ...)",
        "1 refused: name: blank, and it is required (line 9)",
        "1 noted: name: control characters became spaces",
    ]


def test_a_list_without_faults_has_nothing_to_say() -> None:
    assert tally("phone;name\n+79990000408;Anna\n").lines() == []
