"""What is written is what is read, whatever it holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.lead import Attempt, Contact, LeadState
from orchestrator.store.records import (
    Terms,
    check_id,
    digits,
    fingerprint,
    is_id,
    pack_contact,
    pack_state,
    split_live,
    unpack_attempt,
    unpack_contact,
    unpack_state,
    unword,
    word,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
names = st.text(min_size=1, max_size=12).filter(lambda t: t.isprintable())
numbers = st.integers(10**6, 10**15 - 1).map("+{}".format)
zone_keys = st.sampled_from(["Europe/Moscow", "Asia/Omsk", "A+B"])
contacts = st.builds(
    lambda pairs, language, fields: Contact(
        numbers=tuple(n for n, _ in pairs), zones=tuple(z for _, z in pairs), language=language, fields=fields
    ),
    st.lists(st.tuples(numbers, zone_keys), min_size=1, max_size=4),
    st.sampled_from(["ru", "en", "kk"]),
    st.dictionaries(names, texts, max_size=5),
)
states = st.builds(
    LeadState,
    attempts=st.integers(0, 999),
    tries=st.integers(0, 999),
    phone=st.integers(0, 9),
    given_up=st.lists(st.integers(0, 9), unique=True).map(tuple),
    retries=st.dictionaries(texts, st.integers(1, 99), max_size=4).map(lambda d: tuple(sorted(d.items()))),
    status=texts,
)


def terms_for(*people: Contact) -> Terms:
    zones = sorted({zone for who in people for zone in who.zones})
    schemas = sorted({tuple(who.fields) for who in people})
    return Terms(
        zones={zone: index for index, zone in enumerate(zones)},
        zone_keys=tuple(zones),
        schemas={schema: index for index, schema in enumerate(schemas)},
        columns=tuple(schemas),
    )


@given(contacts)
def test_a_contact_is_read_as_it_was_written(who: Contact) -> None:
    record = pack_contact(who, terms_for(who))
    found = unpack_contact(record, terms_for(who))
    assert found == who
    assert list(found.fields) == list(who.fields)
    assert b"\n" not in record


@given(states)
def test_a_state_is_read_as_it_was_written(state: LeadState) -> None:
    text = pack_state(state)
    assert unpack_state(text) == state
    assert len(text.split(" ")) == 6
    assert not set(text) & set(map(chr, range(32)))


@given(texts)
def test_any_text_can_be_a_word(text: str) -> None:
    made = word(text)
    assert unword(made) == text
    assert made
    assert not set(made) & set(" \t\n:,")


def test_plain_words_stay_as_they_are() -> None:
    for text in ("busy", "call_back", "не_дозвонились", "a-b.c"):
        assert word(text) == text


@given(contacts, states)
def test_an_attempt_is_read_as_lua_delivers_it(who: Contact, state: LeadState) -> None:
    terms = terms_for(who)
    head = [
        "id-1",
        "c-1",
        "7",
        digits(who.numbers[0]),
        str(terms.zones[who.zones[0]]),
        "20261122",
        "main",
        "sw",
    ]
    text = "\t".join([*head, "core", "w1", "1795337200000", pack_state(state)]).encode()
    attempt = unpack_attempt(split_live(text + b"\n" + pack_contact(who, terms)), terms)
    assert attempt == Attempt(
        attempt_id="id-1",
        campaign_id="c-1",
        lead_id=7,
        number=who.numbers[0],
        zone=who.zones[0],
        contact=who,
        state=state,
        gateway="main",
        switch="sw",
        switch_uuid="core",
        worker_id="w1",
        claimed_at=1795337200000,
    )


@given(contacts, contacts)
def test_a_fingerprint_tells_rows_apart_and_not_their_column_order(a: Contact, b: Contact) -> None:
    turned = Contact(
        numbers=a.numbers, zones=a.zones, language=a.language, fields=dict(reversed(list(a.fields.items())))
    )
    assert fingerprint(a) == fingerprint(turned)
    same = (a.numbers, a.language, a.fields) == (b.numbers, b.language, b.fields)
    assert (fingerprint(a) == fingerprint(b)) == same


def test_ids_are_short_and_plain() -> None:
    assert is_id("parcel_arrived-20261122-1")
    assert not any(is_id(text) for text in ("", "-a", "a b", "a:b", "a\n", "ж", "a/b", "x" * 101))
    assert check_id("a", "thing") == "a"
    with pytest.raises(ValueError, match="thing 'a b' is not"):
        check_id("a b", "thing")
