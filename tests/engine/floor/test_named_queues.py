"""Queues by their name alone, as agents say them."""

from __future__ import annotations

import pytest

from orchestrator.engine.floor.news import Command
from orchestrator.engine.floor.orders import Refused, WaitOn
from tests.engine.floor.factories import Bench, a_queue, a_spec, only


def a_bench(*queue_ids: str) -> Bench:
    """Anna talks with c1 of shop:sales; boris is in the other queues."""
    bench = Bench(
        *(a_spec(name) for name in ("anna", "boris")),
        rules=[
            a_queue("anna", queue_id="shop:sales"),
            *(a_queue("boris", queue_id=each) for each in queue_ids),
        ],
    )
    bench.come("anna")
    bench.join("c1", queue_id="shop:sales")
    bench.talk("c1", "anna")
    bench.come("boris")
    return bench


@pytest.mark.parametrize(
    ("others", "said", "meant"),
    [
        (("shop:help",), "shop:help", "shop:help"),
        (("office:help", "shop:help"), "help", "shop:help"),
        (("office:help",), "help", "office:help"),
        (("office:help", "shop:help"), "office:help", "office:help"),
    ],
)
def test_a_name_is_a_queue_of_the_callers_scenario_or_the_only_one_called_so(
    others: tuple[str, ...], said: str, meant: str
) -> None:
    orders = a_bench(*others).say("anna", Command.TRANSFER, to=said)
    assert only(orders, WaitOn)[0].queue_id == meant


@pytest.mark.parametrize("others", [(), ("office:help", "clinic:help")])
def test_a_name_of_none_or_of_several_elsewhere_is_refused(others: tuple[str, ...]) -> None:
    orders = a_bench(*others).say("anna", Command.TRANSFER, to="help")
    assert only(orders, Refused)[0].why == "there is no agent and no queue 'help'"
