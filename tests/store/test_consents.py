"""What people agreed to: kept once, ended by what was taken back, in whatever order the two were told."""

from __future__ import annotations

from itertools import permutations

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.consent import Consent, ConsentHow, GivenAs, Withdrawal
from orchestrator.engine.consent import history_of
from orchestrator.store import Store
from orchestrator.store.consents import is_purpose
from orchestrator.store.keys import prefix
from tests.store.factories import DAY, HOUR, NOW, number

ANNA = number(1)


def consent(at: int = NOW - DAY, purpose: str = "marketing", who: str = ANNA, **more: object) -> Consent:
    return Consent(number=who, purpose=purpose, given_at=at, how=ConsentHow.WEB, **more)  # type: ignore[arg-type]


def take_back(
    store: Store, purpose: str | None = None, *, at: int = NOW, dnc: bool = False, who: str = ANNA
) -> int:
    return store.consents.withdraw(who, purpose, how=ConsentHow.SMS, note="STOP", now=at, also_dnc=dnc)


def told(store: Store) -> list[tuple[object, ...]]:
    return [
        (entry.kind, entry.body["what"], entry.body["purpose"])
        for entry in store.outbox()
        if not entry.lead_id
    ]


def test_a_consent_is_kept_whole_and_once(store: Store) -> None:
    given = consent(words='Yes,\n"call"\tme ✓', source="form 5")
    assert store.consents.give([given, given], now=NOW) == [GivenAs.ADDED, GivenAs.KNOWN]
    assert store.consents.of(ANNA) == (given,)
    assert store.consents.of(number(2)) == store.consents.of("no number") == ()
    assert told(store) == [("consent", "given", "marketing")], "told once"


def test_lists_are_not_told_of(store: Store) -> None:
    assert store.consents.give([consent()], now=NOW, is_told=False) == [GivenAs.ADDED]
    assert store.outbox() == []


def test_what_is_taken_back_ends_with_its_moment_and_road(store: Store) -> None:
    other = consent(purpose="surveys")
    store.consents.give([consent(), consent(NOW - 2 * DAY), other], now=NOW, is_told=False)
    assert take_back(store, "marketing") == 2
    newest, *rest = store.consents.of(ANNA)
    assert {each.withdrawn_at for each in (newest, *rest) if each.purpose == "marketing"} == {NOW}
    assert newest.withdrawn_how is ConsentHow.SMS
    assert other in store.consents.of(ANNA), "another purpose holds"
    assert take_back(store, at=NOW + 1) == 1
    assert all(each.withdrawn_at for each in store.consents.of(ANNA))
    assert told(store) == [("consent", "withdrawn", "marketing"), ("consent", "withdrawn", "")]


def test_the_same_withdrawal_is_told_once(store: Store) -> None:
    store.consents.give([consent()], now=NOW, is_told=False)
    assert [take_back(store, dnc=True), take_back(store, dnc=True)] == [1, 1]
    assert len(store.outbox()) == 1
    assert [(row.number, row.note) for row in store.dnc_list()] == [(ANNA, "opted out by sms: STOP")]


def test_a_number_that_is_on_the_do_not_call_list_keeps_what_that_says(store: Store) -> None:
    store.dnc_add([ANNA], "asked at the door", NOW - 1)
    take_back(store, dnc=True)
    assert [row.note for row in store.dnc_list()] == ["asked at the door"]


def test_whoever_never_agreed_takes_back_all_the_same(store: Store) -> None:
    assert take_back(store) == 0
    assert store.consents.of(ANNA) == ()
    withdrawn = Withdrawal(number=ANNA, purpose=None, at=NOW, how=ConsentHow.SMS, note="STOP")
    assert store.consents.withdrawals(ANNA) == (withdrawn,)
    assert store.consents.give([consent()], now=NOW + HOUR) == [GivenAs.WITHDRAWN], "told late"
    assert told(store) == [("consent", "withdrawn", "")], "nobody is told of what allows nothing"
    assert store.consents.give([consent(NOW + 1)], now=NOW + HOUR) == [GivenAs.ADDED], "a new one holds"


def test_what_is_given_in_the_moment_of_a_withdrawal_is_withdrawn(store: Store) -> None:
    take_back(store)
    assert store.consents.give([consent(NOW)], now=NOW) == [GivenAs.WITHDRAWN]


def test_a_consent_to_come_is_not_stored(store: Store) -> None:
    both = [consent(NOW + 1), consent()]
    assert store.consents.give(both, now=NOW) == [GivenAs.NOT_YET, GivenAs.ADDED]
    assert store.consents.of(ANNA) == (both[1],)


@pytest.mark.parametrize(
    "wrong", [consent(purpose="Any"), consent(purpose="*"), consent(who="8999"), consent(-1)]
)
def test_what_cannot_be_a_consent_is_refused(store: Store, wrong: Consent) -> None:
    with pytest.raises(ValueError, match=r"consent|E\.164"):
        store.consents.give([wrong], now=NOW)
    assert list(store.consents.listed()) == []


def test_what_cannot_be_taken_back_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="what a consent can be for"):
        take_back(store, "a b")
    assert is_purpose("a_1")
    assert not is_purpose("1a")


def test_all_of_a_long_list_is_read_page_by_page(store: Store) -> None:
    everybody = [consent(who=number(index)) for index in range(1200)]
    assert set(store.consents.give(everybody, now=NOW, is_told=False)) == {GivenAs.ADDED}
    assert sorted(each.number for each in store.consents.listed()) == sorted(c.number for c in everybody)


def test_a_number_has_so_many_records_and_can_always_take_back(store: Store) -> None:
    many = [consent(NOW - index) for index in range(1, 260)]
    fates = store.consents.give(many, now=NOW, is_told=False)
    assert (fates.count(GivenAs.ADDED), fates.count(GivenAs.TOO_MANY)) == (200, 59)
    assert [take_back(store, at=NOW + index) for index in range(3)] == [200, 0, 0]
    assert {each.withdrawn_at for each in store.consents.of(ANNA)} == {NOW}


def test_withdrawals_said_again_and_again_take_no_room_for_ever(
    store: Store, server: redis.Redis, project: str
) -> None:
    store.consents.give([consent()], now=NOW, is_told=False)
    for index in range(100):
        take_back(store, at=NOW + index)
    store.consents.give([consent(NOW + 100)], now=NOW + DAY, is_told=False)
    for index in range(100, 230):
        take_back(store, "marketing", at=NOW + index)
    assert [each.withdrawn_at for each in store.consents.of(ANNA)] == [NOW + 100, NOW]
    raw = server.hget(f"{prefix(project)}consent:{ANNA[-4:]}", ANNA[1:-4])
    assert isinstance(raw, bytes)
    assert raw.count(b"\n") == 200
    assert store.consents.withdrawals(ANNA)[0].at == NOW + 229


def test_what_an_sms_took_back_an_sms_gives_again_and_nothing_else(store: Store) -> None:
    by_person = consent(purpose="surveys")
    store.consents.give([consent(), by_person, consent(purpose="news")], now=NOW, is_told=False)
    store.consents.withdraw(ANNA, "surveys", how=ConsentHow.CALL, note="", now=NOW, also_dnc=False)
    take_back(store, at=NOW + 1, dnc=True)
    again = store.consents.resume(ANNA, how=ConsentHow.SMS, words="START", now=NOW + 2)
    assert again == ("marketing", "news")
    assert not store.dnc_contains(ANNA)
    assert {c.purpose for c in store.consents.of(ANNA) if c.withdrawn_at is None} == {"marketing", "news"}
    assert store.consents.resume(ANNA, how=ConsentHow.SMS, words="START", now=NOW + 3) == ()


def test_an_sms_takes_nobody_off_the_do_not_call_list_whom_a_person_put_there(store: Store) -> None:
    store.dnc_add([ANNA], "complained", NOW)
    take_back(store, dnc=True)
    store.consents.resume(ANNA, how=ConsentHow.SMS, words="START", now=NOW + 2)
    assert store.dnc_contains(ANNA)
    assert store.consents.resume(number(2), how=ConsentHow.SMS, words="START", now=NOW + 2) == ()


def test_who_opts_out_in_a_call_after_an_sms_is_not_brought_back_by_an_sms(store: Store) -> None:
    store.consents.give([consent(), consent(purpose="news")], now=NOW, is_told=False)
    store.consents.withdraw(ANNA, "marketing", how=ConsentHow.SMS, note="STOP", now=NOW + 1, also_dnc=True)
    store.consents.withdraw(ANNA, None, how=ConsentHow.CALL, note="key 9", now=NOW + 2, also_dnc=True)
    assert store.consents.resume(ANNA, how=ConsentHow.SMS, words="START", now=NOW + 3) == ()
    assert store.dnc_contains(ANNA)
    assert all(said.withdrawn_at is not None for said in store.consents.of(ANNA))


SAID = st.lists(
    st.tuples(st.booleans(), st.sampled_from(["marketing", "news", None]), st.integers(0, 6)), max_size=4
)


@settings(max_examples=25, deadline=None)
@given(said=SAID)
def test_the_order_in_which_it_was_told_changes_nothing(said: list[tuple[bool, str | None, int]]) -> None:
    events = [
        Withdrawal(number=ANNA, purpose=purpose, at=at, how=ConsentHow.CALL)
        if is_no
        else consent(at, purpose or "marketing")
        for is_no, purpose, at in said
    ]
    holding = {
        frozenset(
            (c.purpose, c.given_at, c.withdrawn_at)
            for c in history_of(
                [e for e in order if isinstance(e, Consent)], [e for e in order if isinstance(e, Withdrawal)]
            )
        )
        for order in permutations(events)
    }
    assert len(holding) == 1
