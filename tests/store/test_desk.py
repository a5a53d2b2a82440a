"""Contacts enter campaigns that run; leads are changed and withdrawn while they do, in whatever state they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.domain.entry import Withdrawn
from orchestrator.domain.lead import CampaignState, Contact, Phase, WaitReason
from orchestrator.domain.plan import OrderBy, OrderKey
from orchestrator.domain.problem import KnownError
from orchestrator.store import Added, Already, LeadRow, Merged, Moved, Store, Taken, Updated
from tests.store.factories import (
    CAMPAIGN,
    DAY,
    HOUR,
    NOW,
    OMSK,
    campaign,
    claim_one,
    contact,
    done,
    ending,
    held,
    launch,
    number,
    open_zone,
    request,
    retry,
)

ALL = frozenset(CampaignState)


def opened(store: Store, *contacts: Contact, campaign_id: str = CAMPAIGN) -> list[object]:
    """An open campaign with these contacts; what became of each."""
    made = replace(campaign(campaign_id), state=CampaignState.RUNNING, is_open=True)
    store.create_campaign(made, b"bundle", ())
    return enter(store, *contacts, campaign_id=campaign_id)


def enter(store: Store, *contacts: Contact, campaign_id: str = CAMPAIGN, again: bool = False) -> list[object]:
    return list(store.load_leads(campaign_id, list(enumerate(contacts, 1)), now=NOW, again=again))


def known(index: int, external_id: str, **fields: str) -> Contact:
    return replace(contact(index, **fields), external_id=external_id)


def lead(store: Store, lead_id: int = 1) -> LeadRow:
    row = store.lead(CAMPAIGN, lead_id)
    assert row is not None
    return row


def called(store: Store, *, is_done: bool) -> None:
    """One call, which ends the lead or leaves it for an hour later."""
    attempt = claim_one(store)
    decision = done(attempt) if is_done else retry(attempt, NOW + HOUR)
    assert store.finish(attempt, ending(attempt), decision, NOW)


def change(store: Store, to: Contact, lead_id: int = 1) -> object:
    row = lead(store, lead_id)
    return store.change_lead(CAMPAIGN, lead_id, row.pending or row.contact, to, NOW)


def withdraw(store: Store, lead_id: int = 1, **options: object) -> Withdrawn:
    return store.withdraw_lead(CAMPAIGN, lead_id, by="api", now=NOW, **options)  # type: ignore[arg-type]  # options of it


def told(store: Store) -> list[tuple[str, object]]:
    return [(row.kind, row.body.get("status")) for row in store.outbox()]


# Campaigns that are open


def test_an_open_campaign_runs_without_contacts_and_does_not_finish(store: Store) -> None:
    opened(store)
    found = store.campaign(CAMPAIGN)
    assert found is not None
    assert (found.state, found.is_open) == (CampaignState.RUNNING, True)
    assert not store.finish_if_done(CAMPAIGN, NOW)


def test_a_closed_campaign_takes_no_more_and_finishes_when_its_leads_are_done(store: Store) -> None:
    opened(store, contact(1))
    assert store.close_campaign(CAMPAIGN)
    assert not store.close_campaign(CAMPAIGN)
    with pytest.raises(KnownError, match="takes no more contacts: it is closed"):
        enter(store, contact(2))
    assert not store.finish_if_done(CAMPAIGN, NOW)
    called(store, is_done=True)
    assert store.finish_if_done(CAMPAIGN, NOW)


def test_only_campaigns_that_are_there_are_closed(store: Store) -> None:
    launch(store, [contact(1)])
    assert not store.close_campaign(CAMPAIGN)
    with pytest.raises(KnownError, match="no campaign"):
        store.close_campaign("nothing")


@pytest.mark.parametrize("state", [CampaignState.RUNNING, CampaignState.PAUSED])
def test_contacts_enter_any_campaign_that_runs_or_is_paused(store: Store, state: CampaignState) -> None:
    launch(store, [contact(1)])
    store.set_state(CAMPAIGN, state, among=ALL, now=NOW)
    assert enter(store, contact(2), contact(1, name="B")) == [Added(lead_id=2), Merged(into=1)]


def test_a_campaign_of_callbacks_takes_no_contacts(store: Store) -> None:
    made = replace(campaign("parcel-missed"), state=CampaignState.RUNNING, standing="parcel")
    store.ensure_standing(made, b"bundle", is_dropped_when_reached=True)
    with pytest.raises(KnownError, match="it is for callbacks"):
        enter(store, contact(1), campaign_id="parcel-missed")


# Rows that come again


def test_the_very_same_row_is_already_there_also_when_its_lead_is_done(store: Store) -> None:
    opened(store, contact(1, name="A"))
    same = Already(campaign_id=CAMPAIGN, lead_id=1)
    assert enter(store, contact(1, name="A")) == [same]
    called(store, is_done=True)
    assert enter(store, contact(1, name="A")) == [same]
    assert enter(store, contact(1, name="A"), again=True) == [Added(lead_id=2)]


def test_a_number_whose_lead_is_done_makes_a_new_lead(store: Store) -> None:
    opened(store, contact(1, 2, name="A"))
    assert enter(store, contact(2, name="B")) == [Merged(into=1)]
    called(store, is_done=True)
    assert enter(store, contact(2, name="B")) == [Added(lead_id=2)]
    row = store.lead_of_number(CAMPAIGN, number(2))
    assert row is not None
    assert row.lead_id == 2
    assert enter(store, contact(3, 2)) == [Merged(into=2)], "an open one keeps its number"
    assert enter(store, contact(3)) == [Added(lead_id=3)], "nothing of the merged row was entered"


def test_a_number_stays_with_its_lead_in_a_campaign_that_is_not_open(store: Store) -> None:
    launch(store, [contact(1), contact(2)])
    called(store, is_done=True)
    assert enter(store, contact(1, name="B")) == [Merged(into=1)]


def test_a_row_that_another_campaign_has_is_left_out(store: Store) -> None:
    launch(store, [known(1, "a")], campaign_id="parcel-0")
    assert opened(store, known(1, "a"), known(1, "b")) == [Already(campaign_id="parcel-0"), Added(lead_id=1)]


# External ids


def test_a_row_with_a_known_external_id_changes_the_open_lead(store: Store) -> None:
    opened(store, known(1, "a", due="1"), known(2, "b"))
    assert enter(store, known(1, "a", due="2"), known(2, "b"), known(3, "a")) == [
        Updated(lead_id=1),
        Already(campaign_id=CAMPAIGN, lead_id=2),
        Updated(lead_id=1),
    ]
    assert lead(store).contact == known(3, "a")
    assert store.lead_of_number(CAMPAIGN, number(1)) is None
    assert store.lead_of_external(CAMPAIGN, "a") == store.lead_of_number(CAMPAIGN, number(3)) == lead(store)


def test_a_row_goes_back_to_what_it_was(store: Store) -> None:
    opened(store, known(1, "a", due="1"))
    for due in ("2", "1"):
        assert enter(store, known(1, "a", due=due)) == [Updated(lead_id=1)]
        assert lead(store).contact.fields == {"due": due}


def test_an_external_id_whose_lead_is_done_makes_a_new_lead(store: Store) -> None:
    opened(store, known(1, "a", due="1"))
    called(store, is_done=True)
    assert enter(store, known(1, "a", due="1")) == [Already(campaign_id=CAMPAIGN, lead_id=1)]
    assert enter(store, known(1, "a", due="2")) == [Added(lead_id=2)]
    found = store.lead_of_external(CAMPAIGN, "a")
    assert found is not None
    assert found.lead_id == 2
    assert store.lead_of_external(CAMPAIGN, "b") is None


def test_the_same_external_id_twice_in_one_batch_is_one_lead(store: Store) -> None:
    assert opened(store, known(1, "a"), known(2, "a"), known(2, "a"), known(1, "b")) == [
        Added(lead_id=1),
        Updated(lead_id=1),
        Already(campaign_id=CAMPAIGN, lead_id=1),
        Merged(into=1),
    ], "the batch is placed before what is to be changed is changed"


def test_a_list_that_is_being_loaded_merges_what_comes_twice(store: Store) -> None:
    store.create_campaign(campaign(), b"", ())
    assert enter(store, known(1, "a"), known(2, "a")) == [Added(lead_id=1), Merged(into=1)]
    store.set_state(CAMPAIGN, CampaignState.RUNNING, among=ALL, now=NOW)
    called(store, is_done=True)
    assert enter(store, known(2, "a")) == [Merged(into=1)], "it is not open: nobody is called anew"


def test_a_number_of_another_open_lead_cannot_be_taken(store: Store) -> None:
    opened(store, known(1, "a"), known(2, "b"))
    assert enter(store, known(2, "a")) == [Taken(lead_id=1, by=2)]
    assert change(store, known(2, "a")) == Taken(lead_id=1, by=2)
    assert lead(store).contact == known(1, "a")


# Changes


def test_a_lead_that_was_never_called_is_called_by_its_new_columns(store: Store) -> None:
    opened(store, contact(1, name="A"))
    moved = replace(contact(2, name="B"), zones=(OMSK,))
    assert change(store, moved) == Updated(lead_id=1)
    assert store.zones(CAMPAIGN) == (OMSK,)
    attempt = claim_one(store, zones=(open_zone(OMSK),))
    assert (attempt.number, attempt.zone, attempt.contact) == (number(2), OMSK, moved)


@pytest.mark.parametrize(
    "first",
    [
        (),
        (OrderKey(by=OrderBy.FIELD, column="due", descending=True), OrderKey(by=OrderBy.FEWEST_ATTEMPTS)),
        (OrderKey(by=OrderBy.FEWEST_ATTEMPTS), OrderKey(by=OrderBy.NEWEST)),
        (OrderKey(by=OrderBy.OLDEST),),
    ],
)
def test_the_order_of_calling_holds_for_those_that_are_changed(
    store: Store, first: tuple[OrderKey, ...]
) -> None:
    launch(store, [contact(index, due=str(index)) for index in range(4)], first=first)
    assert withdraw(store, 2) is Withdrawn.WITHDRAWN
    assert change(store, contact(0, due="9")) == Updated(lead_id=1)
    assert change(store, contact(0, due="5")) == Updated(lead_id=1)
    called = [attempt.lead_id for attempt in store.claim(request(4)).attempts]
    expected = {OrderBy.FIELD: [1, 4, 3], OrderBy.FEWEST_ATTEMPTS: [4, 3, 1]}
    assert called == (expected[first[0].by] if first and first[0].by in expected else [1, 3, 4])


def test_a_change_from_another_contact_than_it_has_is_refused(store: Store) -> None:
    opened(store, contact(1, name="A"))
    base = lead(store).contact
    assert change(store, contact(1, name="B")) == Updated(lead_id=1)
    with pytest.raises(Moved):
        store.change_lead(CAMPAIGN, 1, base, contact(1, name="C"), NOW)
    assert change(store, contact(1, name="B")) == Already(campaign_id=CAMPAIGN, lead_id=1)


def test_a_lead_that_is_done_or_not_there_is_not_changed(store: Store) -> None:
    opened(store, contact(1))
    called(store, is_done=True)
    assert change(store, contact(2)) is None
    assert store.change_lead(CAMPAIGN, 9, contact(1), contact(2), NOW) is None


def test_what_waits_goes_on_waiting_but_not_for_the_old_number(store: Store) -> None:
    opened(store, contact(1))
    called(store, is_done=False)
    assert change(store, contact(1, name="B")) == Updated(lead_id=1)
    assert (lead(store).phase, lead(store).due_at, lead(store).reason) == (
        Phase.WAITING,
        NOW + HOUR,
        WaitReason.RETRY,
    )
    store.claim(request(per_day=1, now=NOW + HOUR))
    assert lead(store).reason is WaitReason.PER_DAY
    change(store, contact(2))
    assert lead(store).phase is Phase.READY


def test_a_held_lead_is_changed_and_stays_held(store: Store) -> None:
    opened(store, contact(1))
    attempt = claim_one(store)
    store.finish(attempt, ending(attempt), held(attempt), NOW)
    assert change(store, contact(2)) == Updated(lead_id=1)
    assert lead(store).phase is Phase.HELD
    assert store.resume_lead(CAMPAIGN, 1, NOW)
    assert claim_one(store).number == number(2)


def test_a_lead_that_is_being_called_has_its_new_columns_afterwards(store: Store) -> None:
    opened(store, contact(1, name="A"))
    attempt = claim_one(store)
    assert change(store, contact(2, name="B")) == Updated(lead_id=1)
    assert (lead(store).contact, lead(store).pending) == (contact(1, name="A"), contact(2, name="B"))
    assert enter(store, contact(2)) == [Merged(into=1)], "the new number is the lead's at once"
    assert change(store, contact(3, name="C")) == Updated(lead_id=1)
    assert enter(store, contact(2, name="other")) == [Added(lead_id=2)]
    assert store.finish(attempt, ending(attempt), retry(attempt, NOW + HOUR), NOW)
    assert (lead(store).contact, lead(store).pending) == (contact(3, name="C"), None)
    assert lead(store).due_at == NOW + HOUR


def test_a_change_is_taken_back_during_the_call(store: Store) -> None:
    opened(store, contact(1, name="A"))
    claim_one(store)
    change(store, contact(2, name="B"))
    assert change(store, contact(1, name="A")) == Updated(lead_id=1)
    assert lead(store).pending is None
    assert store.lead_of_number(CAMPAIGN, number(2)) is None


def test_a_released_claim_leaves_the_lead_with_its_new_columns(store: Store) -> None:
    opened(store, contact(1))
    attempt = claim_one(store)
    change(store, contact(2))
    assert store.release(attempt, NOW)
    assert claim_one(store).number == number(2)


def test_attempts_keep_the_contact_that_they_were_made_with(store: Store) -> None:
    opened(store, contact(1, name="A"))
    for index, name in ((2, "B"), (3, "C")):
        called(store, is_done=False)
        change(store, contact(index, name=f"not {name}"))
        change(store, contact(index, name=name))
        store.set_state(CAMPAIGN, CampaignState.RUNNING, among=ALL, now=NOW)
        store.claim(request(now=NOW + index * HOUR))
        attempt = store.live()[0]
        store.finish(attempt, ending(attempt), retry(attempt, NOW), NOW)
    assert [(row.attempt.number, row.attempt.contact.fields["name"]) for row in store.history(CAMPAIGN)] == [
        (number(1), "A"),
        (number(2), "B"),
        (number(2), "B"),
        (number(3), "C"),
    ]


def test_numbers_that_stay_keep_their_place_in_the_rules(store: Store) -> None:
    opened(store, contact(1, 2, 3))
    attempt = claim_one(store)
    state = replace(attempt.state, phone=2, given_up=(0, 1), tries=1)
    store.finish(attempt, ending(attempt), replace(retry(attempt, NOW + HOUR), state=state), NOW)
    change(store, contact(3, 4, 1))
    assert (lead(store).state.phone, lead(store).state.given_up) == (0, (2,))
    change(store, contact(1, 4))
    assert (lead(store).state.phone, lead(store).state.given_up) == (1, (0,))
    change(store, contact(1))
    assert (lead(store).state.phone, lead(store).state.given_up) == (0, ()), (
        "whoever has no other number is called"
    )


# Withdrawals


def test_a_lead_that_waits_for_its_call_is_withdrawn_at_once(store: Store) -> None:
    opened(store, replace(known(1, "a"), zones=(OMSK,)), contact(2))
    assert withdraw(store, note="paid") is Withdrawn.WITHDRAWN
    assert (lead(store).phase, lead(store).state.status) == (Phase.DONE, "withdrawn")
    (entry,) = store.outbox()
    assert (entry.kind, entry.lead_id, entry.attempt_id) == ("status", 1, "")
    assert entry.body == {
        "status": "withdrawn",
        "number": number(1),
        "note": "paid",
        "by": "api",
        "external_id": "a",
    }
    assert withdraw(store) is Withdrawn.DONE_ALREADY
    assert claim_one(store).lead_id == 2


@pytest.mark.parametrize("case", ["waiting", "held", "changed"])
def test_every_open_lead_is_withdrawn(store: Store, case: str) -> None:
    opened(store, contact(1))
    if case == "changed":
        change(store, contact(2))
    else:
        attempt = claim_one(store)
        decision = retry(attempt, NOW + HOUR) if case == "waiting" else held(attempt)
        store.finish(attempt, ending(attempt), decision, NOW)
    assert withdraw(store) is Withdrawn.WITHDRAWN
    counts = store.counts(CAMPAIGN)
    assert (counts.done, counts.by_status) == (1, {"withdrawn": 1})
    assert store.claim(request(now=NOW + DAY)).attempts == ()


def test_a_lead_that_is_being_called_is_withdrawn_after_its_call(store: Store) -> None:
    opened(store, contact(1))
    attempt = claim_one(store)
    assert withdraw(store) is Withdrawn.AFTER_CALL
    assert withdraw(store) is Withdrawn.AFTER_CALL
    assert told(store) == []
    assert store.finish(attempt, ending(attempt), retry(attempt, NOW + HOUR), NOW)
    assert (lead(store).phase, lead(store).state.status) == (Phase.DONE, "withdrawn")
    assert told(store) == [("status", "withdrawn")]


def test_what_the_call_itself_came_to_stands(store: Store) -> None:
    opened(store, contact(1))
    attempt = claim_one(store)
    withdraw(store)
    store.finish(attempt, ending(attempt), done(attempt), NOW)
    assert lead(store).state.status == "confirmed"
    assert told(store) == []


def test_a_withdrawn_lead_is_not_called_when_its_claim_is_undone_or_nobody_knows_how_it_ended(
    store: Store,
) -> None:
    opened(store, contact(1), contact(2))
    first, second = store.claim(request(2)).attempts
    withdraw(store)
    withdraw(store, 2)
    store.release(first, NOW)
    store.finish(second, ending(second), held(second), NOW)
    assert store.counts(CAMPAIGN).by_status == {"withdrawn": 2}


def test_withdrawn_and_changed_during_one_call(store: Store) -> None:
    opened(store, contact(1))
    attempt = claim_one(store)
    change(store, contact(2))
    withdraw(store)
    store.finish(attempt, ending(attempt), retry(attempt, NOW + HOUR), NOW)
    assert (lead(store).state.status, lead(store).contact) == ("withdrawn", contact(2))


def test_only_leads_that_are_there_are_withdrawn_and_by_the_name_they_still_have(store: Store) -> None:
    opened(store, known(1, "a"), contact(2))
    assert withdraw(store, 9) is Withdrawn.NO_SUCH_LEAD
    with pytest.raises(Moved):
        withdraw(store, 2, external_id="a")


def test_a_call_that_need_not_ring_on_is_told_to_its_worker_once(store: Store) -> None:
    opened(store, contact(1), contact(2))
    first, second = store.claim(request(2)).attempts
    withdraw(store)
    assert store.take_cancels("w1") == (), "nobody asked for it"
    withdraw(store, cancel=True)
    withdraw(store, 2, cancel=True)
    assert store.take_cancels("w2") == ()
    store.release(second, NOW)
    assert store.take_cancels("w1") == (first.attempt_id,)
    assert store.take_cancels("w1") == ()


# Pages


def test_leads_come_by_the_page_as_they_are_asked_for(store: Store) -> None:
    opened(store, *(known(index, f"id-{index}") for index in range(5)))
    withdraw(store, 2)
    page = store.leads_page(CAMPAIGN, limit=2)
    assert ([row.lead_id for row in page.items], page.next) == ([1, 2], 2)
    page = store.leads_page(CAMPAIGN, after=2, limit=3)
    assert ([row.lead_id for row in page.items], page.next) == ([3, 4, 5], None)
    for wanted, found in (
        ({"phase": Phase.DONE}, [2]),
        ({"status": "new"}, [1, 3, 4, 5]),
        ({"number": number(3)}, [4]),
        ({"external_id": "id-4"}, [5]),
        ({"external_id": "id-4", "phase": Phase.DONE}, []),
        ({"number": "nonsense"}, []),
        ({"external_id": "id-1", "after": 2}, []),
    ):
        page = store.leads_page(CAMPAIGN, **wanted)  # type: ignore[arg-type]  # what is asked for
        assert ([row.lead_id for row in page.items], page.next) == (found, None)
    with pytest.raises(KnownError, match="no campaign"):
        store.leads_page("nothing")


def test_attempts_come_by_the_page_of_one_lead_or_all(store: Store) -> None:
    opened(store, contact(1), contact(2))
    for hour in range(2):
        for attempt in store.claim(request(2, now=NOW + hour * HOUR)).attempts:
            store.finish(
                attempt, ending(attempt), retry(attempt, NOW + hour * HOUR + HOUR), NOW + hour * HOUR
            )
    page = store.attempts_page(CAMPAIGN, limit=3)
    assert page.next is not None
    rest = store.attempts_page(CAMPAIGN, after=page.next, limit=3)
    assert [row.attempt.lead_id for row in (*page.items, *rest.items)] == [1, 2, 1, 2]
    assert rest.next is None
    of_one = store.attempts_page(CAMPAIGN, lead_id=2)
    assert [row.attempt.lead_id for row in of_one.items] == [2, 2]
    with pytest.raises(KnownError, match="no campaign"):
        store.attempts_page("nothing")
