"""The line that rings an agent: exact for honest input, refused for everything else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.engine.originate import agent_command, tone_command

from .test_originate import HOSTILE

LEG = "5f0c1f6e-0000-4000-8000-000000000001"
COMMON = (
    f"origination_uuid={LEG},ignore_early_media=true,originate_timeout=20,"
    "origination_caller_id_number=+79160000001,origination_caller_id_name=+79160000001,"
)


def command(**given: Any) -> str:
    honest: dict[str, Any] = {
        "leg_id": LEG,
        "agent_id": "anna",
        "dial": "user/1001",
        "ring_s": 20,
        "caller_id": "+79160000001",
    }
    return agent_command(**{**honest, **given})


def test_an_agent_is_rung_for_a_call() -> None:
    assert command(queue="shop_line:sales", call_id="c-1", whisper="eyJh", language="ru") == (
        f"originate {{{COMMON}media_timeout=300000,process_cdr=false,bridge_filter_dtmf=true,prozvon_floor=true,"
        "prozvon_agent=anna,prozvon_queue=shop_line:sales,prozvon_call=c-1,prozvon_whisper=eyJh,prozvon_language=ru}"
        "user/1001 agent XML prozvon"
    )


def test_a_standing_leg_is_parked_again_after_each_talk() -> None:
    assert command(is_standing=True) == (
        f"originate {{{COMMON}media_timeout=3600000,process_cdr=false,bridge_filter_dtmf=true,prozvon_floor=true,"
        "prozvon_agent=anna,park_after_bridge=true,send_silence_when_idle=-1,prozvon_standing=true}"
        "user/1001 agent XML prozvon"
    )


@pytest.mark.parametrize("name", ["agent_id", "dial", "caller_id", "queue", "call_id", "whisper", "language"])
@pytest.mark.parametrize("value", [*filter(None, HOSTILE), "origination_nested_vars=true"])
def test_nothing_that_could_be_syntax_is_written(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="must not"):
        command(**{name: value})


@pytest.mark.parametrize("leg", ["", "a-1", LEG + "\n", LEG.upper() + "x", f"{LEG},a=b"])
def test_a_leg_is_a_uuid_and_nothing_else(leg: str) -> None:
    with pytest.raises(ValueError, match="no UUID"):
        command(leg_id=leg)
    with pytest.raises(ValueError, match="no UUID"):
        tone_command(leg)


@given(st.text(), st.text(), st.text())
def test_whatever_is_given_the_line_holds_one_command(agent: str, dial: str, whisper: str) -> None:
    try:
        line = command(agent_id=agent, dial=dial, whisper=whisper)
    except ValueError:
        return
    assert re.fullmatch(r"originate \{[A-Za-z0-9_=+.:/@,-]+\}[A-Za-z0-9_=+.:/@-]+ agent XML prozvon", line)


def test_the_tone_is_mixed_with_the_callers_voice() -> None:
    assert tone_command(LEG) == f"uuid_displace {LEG} start tone_stream://%(120,40,880);%(120,0,1175) 0 mux"
