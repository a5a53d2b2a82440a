"""Which endings speak for a trunk, which against it, and which say nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.call_event import CallFacts
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.trunk import RestRule, TrunkSign, TrunkWord
from orchestrator.engine.breaker import OF_DISPOSITION, REFUSED_REST, SILENT, SILENT_MS, sign_of, word_of
from orchestrator.engine.causes import CAUSES
from orchestrator.engine.ending import ending_of

from .factories import CLAIMED_AT, ENDED_AT, an_attempt, an_ending

D, S = Disposition, TrunkSign
REST = RestRule(after=5, for_ms=30_000, most_ms=600_000)


def said(
    cause: str,
    sip: str | None = None,
    *,
    rang: bool = False,
    answered: bool = False,
    lasted_s: float = 30,
    overrides: dict[str, Disposition] | None = None,
) -> TrunkSign:
    """As it comes out of an ending, after classification."""
    ended_at = CLAIMED_AT + round(lasted_s * 1000)
    facts = CallFacts(
        cause=cause,
        sip_status=sip,
        rang_at=CLAIMED_AT + 1 if rang else None,
        answered_at=CLAIMED_AT + 2 if answered else None,
        ended_at=ended_at,
    )
    return ending_of(an_attempt(), facts, now=ended_at, overrides=overrides or {}).trunk


@pytest.mark.parametrize(
    ("cause", "sip"),
    [
        ("USER_BUSY", "486"),
        ("NO_USER_RESPONSE", "480"),
        ("CALL_REJECTED", "603"),
        ("UNALLOCATED_NUMBER", "404"),
        ("INVALID_NUMBER_FORMAT", "484"),
        ("ORIGINATOR_CANCEL", "487"),
        ("NORMAL_UNSPECIFIED", "486"),
    ],
)
def test_what_the_called_side_said_speaks_for_the_trunk(cause: str, sip: str) -> None:
    assert said(cause, sip) is S.WORKS


@pytest.mark.parametrize(
    "cause", ["NORMAL_CLEARING", "MEDIA_TIMEOUT", "SYSTEM_SHUTDOWN", "NETWORK_OUT_OF_ORDER"]
)
def test_an_answer_speaks_for_the_trunk_whatever_ended_the_call(cause: str) -> None:
    assert said(cause, answered=True) is S.WORKS


@pytest.mark.parametrize(
    ("cause", "sip"),
    [
        ("NORMAL_TEMPORARY_FAILURE", "503"),
        ("NORMAL_TEMPORARY_FAILURE", "500"),
        ("NETWORK_OUT_OF_ORDER", "502"),
        ("NORMAL_CIRCUIT_CONGESTION", "503"),
        ("RECOVERY_ON_TIMER_EXPIRE", "408"),
        ("RECOVERY_ON_TIMER_EXPIRE", "504"),
        ("RECOVERY_ON_TIMER_EXPIRE", None),
        ("NORMAL_UNSPECIFIED", "408"),
        ("garbage", "504"),
        ("CALL_REJECTED", "401"),
        ("CALL_REJECTED", "407"),
        ("GATEWAY_DOWN", None),
        ("INVALID_GATEWAY", None),
        ("INVALID_PROFILE", None),
        ("CHAN_NOT_IMPLEMENTED", None),
    ],
)
def test_trouble_on_the_way_to_the_called_side_speaks_against_it(cause: str, sip: str | None) -> None:
    assert said(cause, sip) is S.FAILS
    assert said(cause, sip, rang=True) is S.NOTHING  # it was carried that far


@pytest.mark.parametrize(
    ("cause", "sip"),
    [
        ("MANAGER_REQUEST", "487"),
        ("SYSTEM_SHUTDOWN", None),
        ("NORMAL_CLEARING", None),
        ("NORMAL_CLEARING", "487"),
        ("CALL_REJECTED", "403"),
        ("NORMAL_UNSPECIFIED", "403"),
        ("INCOMPATIBLE_DESTINATION", "488"),
        ("DESTINATION_OUT_OF_ORDER", "480"),
        ("NO_ROUTE_DESTINATION", "503"),
        ("", None),
    ],
)
def test_what_may_be_anybodys_doing_says_nothing(cause: str, sip: str | None) -> None:
    assert said(cause, sip) is S.NOTHING


def test_a_call_that_our_own_switch_made_nothing_of_is_not_the_trunks_fault() -> None:
    assert said("DESTINATION_OUT_OF_ORDER") is S.REFUSED


@pytest.mark.parametrize("cause", sorted(SILENT))
@pytest.mark.parametrize("sip", [None, "487"])
def test_a_trunk_that_gives_no_sign_of_life_fails(cause: str, sip: str | None) -> None:
    """A firewall that drops everything looks like a customer who does not answer, but for the ringing."""
    assert said(cause, sip) is S.FAILS
    assert said(cause, sip, rang=True) is S.WORKS
    assert said(cause, sip, lasted_s=SILENT_MS / 1000 - 0.001) is S.NOTHING  # too short to tell
    assert said(cause, "480") is S.WORKS


@pytest.mark.parametrize(
    ("overrides", "sign"),
    [
        ({"NORMAL_TEMPORARY_FAILURE": D.FAILED}, S.NOTHING),
        ({"503": D.BUSY}, S.WORKS),
        ({"503": D.CONGESTION}, S.FAILS),
        ({"500": D.BUSY}, S.FAILS),
    ],
)
def test_the_gateways_own_word_about_a_cause_decides(
    overrides: dict[str, Disposition], sign: TrunkSign
) -> None:
    assert said("NORMAL_TEMPORARY_FAILURE", "503", overrides=overrides) is sign


def test_a_carrier_that_never_says_it_rings_can_be_put_right() -> None:
    assert said("NO_ANSWER", "487", overrides={"NO_ANSWER": D.NO_ANSWER}) is S.WORKS


def test_a_carrier_that_shuts_us_out_with_forbidden_can_be_told() -> None:
    assert said("CALL_REJECTED", "403", overrides={"403": D.CONGESTION}) is S.FAILS


def test_every_disposition_says_something_or_nothing() -> None:
    assert set(OF_DISPOSITION) == set(Disposition)


@given(
    cause=st.sampled_from(sorted(CAUSES)) | st.text(max_size=20),
    sip=st.none() | st.integers(100, 699).map(str),
    disposition=st.sampled_from(Disposition),
    rang=st.booleans(),
    lasted_ms=st.integers(0, 100_000),
    overrides=st.dictionaries(st.sampled_from(sorted(CAUSES)) | st.just("503"), st.sampled_from(Disposition)),
)
def test_every_ending_has_a_sign_and_ringing_never_speaks_against(
    cause: str,
    sip: str | None,
    disposition: Disposition,
    rang: bool,
    lasted_ms: int,
    overrides: dict[str, Disposition],
) -> None:
    facts = CallFacts(cause=cause, sip_status=sip, rang_at=1 if rang else None)
    sign = sign_of(facts, disposition, overrides, lasted_ms=lasted_ms)
    assert sign in TrunkSign
    if rang and cause.strip().upper() not in overrides and sip not in overrides:
        assert sign is not S.FAILS


def test_the_word_is_true_of_the_moment_the_trunk_showed_it() -> None:
    answered = an_ending(D.ANSWERED, answered_at=CLAIMED_AT + 5, rang_at=CLAIMED_AT + 1, trunk=S.WORKS)
    assert word_of(answered, REST) == TrunkWord(sign=S.WORKS, at=CLAIMED_AT + 5, why="NO_ANSWER", rest=REST)
    rang = word_of(an_ending(rang_at=CLAIMED_AT + 1, trunk=S.WORKS), REST)
    assert rang is not None
    assert rang.at == CLAIMED_AT + 1
    failed = an_ending(D.CONGESTION, cause="NORMAL_TEMPORARY_FAILURE", detail="sip 503", trunk=S.FAILS)
    assert word_of(failed, REST) == TrunkWord(
        sign=S.FAILS, at=ENDED_AT, why="NORMAL_TEMPORARY_FAILURE, sip 503", rest=REST
    )


def test_an_ending_that_says_nothing_has_no_word() -> None:
    assert word_of(an_ending(), REST) is None


def test_a_switch_that_turns_calls_down_rests_at_once_and_shortly() -> None:
    word = word_of(an_ending(trunk=S.REFUSED), REST)
    assert word is not None
    assert word.rest == REFUSED_REST
    assert REFUSED_REST.after == 1
    assert REFUSED_REST.for_ms <= REFUSED_REST.most_ms <= REST.for_ms
