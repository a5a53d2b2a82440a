"""Cross checks of single steps: keys, what is typed, what stays private, what a kind of scenario may do."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.scenario.caller_id import is_number
from orchestrator.scenario.checked import KEYS, Confirm, Review
from orchestrator.scenario.consent import OptOut, OptOutStep
from orchestrator.scenario.draft import Draft
from orchestrator.scenario.findings import did_you_mean
from orchestrator.scenario.flow import each_step, noted, with_fields
from orchestrator.scenario.model import Ivr, Robocall
from orchestrator.scenario.operands import Value
from orchestrator.scenario.outside_steps import (
    METHODS,
    EmailStep,
    Fetch,
    FetchStep,
    SmsStep,
    StoreStep,
    WebhookStep,
)
from orchestrator.scenario.part import Broken, Part
from orchestrator.scenario.people_steps import (
    Forward,
    ForwardStep,
    OfferCallback,
    OfferCallbackStep,
    Queue,
    QueueStep,
    TransferStep,
)
from orchestrator.scenario.roles import Role, names_of
from orchestrator.scenario.source import Mark, Text
from orchestrator.scenario.standard_messages import KEYS_NAMED
from orchestrator.scenario.steps import ROBOCALL_VERBS, AnyStep, IfStep, SetStep, SwitchStep
from orchestrator.scenario.talk_steps import (
    Ask,
    AskStep,
    LanguageStep,
    Menu,
    MenuStep,
    Record,
    RecordStep,
    SayStep,
    VoicemailStep,
)
from orchestrator.scenario.template import parse_template
from orchestrator.scenario.values import format_duration, shorten

EXTENSION_MAX = 8  # figures of one key of a menu


def check_steps(draft: Draft) -> None:
    private = private_names(draft)
    for steps in draft.flow.values():
        for step in each_step(steps):
            if not isinstance(step, Broken):
                _check_kind(draft, step)
                _check_step(draft, step)
                _check_private(draft, step, private)
    _check_fetched(draft)


def _check_kind(draft: Draft, step: AnyStep) -> None:
    """What needs a caller, or leaves notes after the call, is not for calls that are placed to a list."""
    if isinstance(draft.model, Ivr):
        return
    [verb] = type(step).model_fields
    if verb.removesuffix("_") not in {name.removesuffix("_") for name in ROBOCALL_VERBS}:
        draft.findings.add("S113", step.key_place(verb), f"the step `{verb}` is for `kind: ivr`")
    if isinstance(step, SayStep) and step.say.early:
        draft.findings.add("S113", step.say.key_place("early"), "`early` is for `kind: ivr`")


def _check_step(draft: Draft, step: AnyStep) -> None:
    match step:
        case MenuStep():
            _check_menu(draft, step.menu)
        case AskStep():
            _check_ask(draft, step.ask)
        case RecordStep():
            _check_review(draft, step.record.review)
            _check_lengths(draft, step.record)
        case VoicemailStep():
            _check_review(draft, step.voicemail.review)
        case ForwardStep():
            _check_accept(draft, step.forward)
        case TransferStep():
            _check_accept(draft, step.transfer)
        case QueueStep():
            _check_accept(draft, step.queue)
        case OfferCallbackStep():
            _check_offer(draft, step.offer_callback)
        case FetchStep():
            _check_fetch(draft, step.fetch)
        case SmsStep():
            _check_text(draft, step.sms.message)
            _check_recipient(draft, step.sms.to)
        case EmailStep():
            _check_text(draft, step.email.message)
        case OptOutStep():
            _check_opt_out(draft, step.opt_out)
        case LanguageStep():
            _check_language(draft, step.language)
        case _:
            pass


def _check_menu(draft: Draft, menu: Menu) -> None:
    for key in menu.keys:
        is_key = len(key) == 1 and key in KEYS
        if not is_key and not (key.isascii() and key.isdigit() and len(key) <= EXTENSION_MAX):
            draft.findings.add("S308", key, f"`{shorten(key)}` is not a telephone key")
    if menu.repeat is not None and menu.repeat in menu.keys:
        draft.findings.add("S313", menu.repeat, f"`{menu.repeat}` is one of `keys` already")


def _check_ask(draft: Draft, ask: Ask) -> None:
    if ask.confirm is not None:
        _check_confirm(draft, ask.confirm)
    check = ask.check
    if check is None:
        return
    used = [key for key in ("pattern", "range", "date") if getattr(check, key) is not None]
    used += ["luhn"] * check.luhn
    if len(used) != 1 and not check.has_mistakes:
        what = f"{len(used)} checks at once" if used else "nothing is checked"
        draft.findings.add("S314", check, what, "write one of pattern, range, luhn, date")
        return
    least, most = ask.digits
    if check.date is not None and not least <= len(check.date) <= most:
        draft.findings.add(
            "S314", check.place("date"), f"`{check.date}` has {len(check.date)} digits", "ask for so many"
        )
    if check.luhn and most < 2:
        draft.findings.add("S314", check.place("luhn"), "one digit checks nothing")
    if check.range is not None and check.range.low >= 10**most:
        limits = f"{least}..{most}" if least != most else f"{least}"
        message = f"no number of {limits} digits is in {check.range.low}..{check.range.high}"
        draft.findings.add("S314", check.place("range"), message)


def _check_keys(draft: Draft, part: Part, message: Text, keys: tuple[tuple[str, Text], ...]) -> None:
    """Each key once; and a standard message is said only with the keys that it names."""
    for index, (name, key) in enumerate(keys):
        if key in [other for _, other in keys[:index]]:
            draft.findings.add("S313", part.place(name), f"`{key}` stands for two things")
    _check_standard(draft, part.mark, str(message), tuple(str(key) for _, key in keys))


def _check_standard(draft: Draft, mark: Mark, message: str, keys: tuple[str, ...]) -> None:
    named = KEYS_NAMED.get(message)
    if named is not None and message not in draft.model.messages and keys != named:
        what = f"the standard message `{message}` names {', '.join(named)}"
        draft.findings.add("S216", mark, what, f"declare `{message}` under `messages`, or keep the keys")


def _check_confirm(draft: Draft, confirm: Confirm) -> None:
    keys = (("accept", confirm.accept), ("again", confirm.again))
    _check_keys(draft, confirm, confirm.prompt, keys)


def _check_review(draft: Draft, review: Review | None) -> None:
    if review is not None:
        keys = (("keep", review.keep), ("again", review.again), ("listen", review.listen))
        _check_keys(draft, review, review.prompt, keys)


def _check_lengths(draft: Draft, record: Record) -> None:
    if record.min >= record.max:
        message = f"`min: {format_duration(record.min)}` is not below `max: {format_duration(record.max)}`"
        draft.findings.add("S107", record.place("min"), message, "raise `max`")


def _check_accept(draft: Draft, part: Forward | Queue) -> None:
    if part.accept is not None:
        message = part.whisper if part.whisper is not None else Text.at("whisper_accept")
        _check_keys(draft, part, message, (("accept", part.accept),))


def _check_offer(draft: Draft, offer: OfferCallback) -> None:
    _check_keys(draft, offer, offer.prompt, (("accept", offer.accept),))


def _check_fetch(draft: Draft, fetch: Fetch) -> None:
    used = [method for method in METHODS if getattr(fetch, method) is not None]
    if len(used) != 1 and not fetch.has_mistakes:
        what = f"both `{used[0]}` and `{used[1]}`" if used else "no method"
        draft.findings.add("S332", fetch, what)


def _check_fetched(draft: Draft) -> None:
    """What a service may not have answered is not just spoken: a sentence with holes in it helps nobody."""
    steps = [step for each in draft.flow.values() for step in each_step(each) if not isinstance(step, Broken)]
    looked_at = {noted(step.if_.condition.name) for step in steps if isinstance(step, IfStep)}
    looked_at |= {noted(step.switch.on) for step in steps if isinstance(step, SwitchStep)}
    said = set(draft.said)
    spoken = {
        noted(spoken.name)
        for name, *_, template in draft.templates()
        if name in said
        for spoken in template.names
    }
    for step in steps:
        if (
            isinstance(step, FetchStep)
            and step.fetch.otherwise is None
            and not step.fetch.is_broken("otherwise")
        ):
            into = str(with_fields(step.fetch.into))
            if into in spoken - looked_at:
                draft.findings.add("S333", step, f"`{step.fetch.into}` is spoken, and may be empty")


def _check_text(draft: Draft, message: Text) -> None:
    """What is written to people must be text in every language."""
    wordings = draft.model.messages.get(message)
    if wordings is None or isinstance(wordings, Broken):
        return
    if any(not isinstance(wording, Text | Broken) for wording in wordings.values()):
        draft.findings.add("S217", message, f"`{message}` is a recording, and cannot be written")


def _check_recipient(draft: Draft, to: Value) -> None:
    if not to.is_reference and not is_number(to.text):
        draft.findings.add("S501", to.text, f"`{shorten(to.text)}` is not an E.164 number")


def _check_opt_out(draft: Draft, opt_out: OptOut) -> None:
    if opt_out.everything:
        if opt_out.purpose is not None:
            what = f"everything is taken back, `{opt_out.purpose}` too"
            draft.findings.add("S335", opt_out.place("purpose"), what, "add `everything: no`, or remove it")
        return
    demands = isinstance(draft.model, Robocall) and draft.model.consent is not None
    if opt_out.purpose is None and not (demands or opt_out.has_mistakes or "consent" in draft.lost):
        draft.findings.add("S334", opt_out, "nothing says what is taken back")


def _check_language(draft: Draft, language: Value) -> None:
    if not language.is_reference and language.text not in draft.languages and "languages" not in draft.lost:
        hint = did_you_mean(language.text, draft.languages)
        draft.findings.add(
            "S205", language.text, f"`{shorten(language.text)}` is not one of `languages`", hint
        )


def private_names(draft: Draft) -> set[str]:
    """Variables that private digits go into."""
    return {
        str(step.ask.into)
        for steps in draft.flow.values()
        for step in each_step(steps)
        if isinstance(step, AskStep) and step.ask.private
    }


def _check_private(draft: Draft, step: AnyStep, private: set[str]) -> None:
    """Private digits go into `send` of a `fetch` (not by GET), comparisons and the caller's ear, and nowhere else."""
    if not private:
        return
    if isinstance(step, SetStep | StoreStep | WebhookStep | SmsStep):
        for name in names_of(step, Role.READS):
            if name in private:
                draft.findings.add("S317", name, f"`{name}` is private")
    if isinstance(step, FetchStep) and step.fetch.get is not None:
        for name in names_of(step, Role.READS):
            if name in private:
                message_text = f"`{name}` is private, and what is asked by GET stands in the logs of servers"
                draft.findings.add("S317", name, message_text, "write `post`")
    for message in _written(step):
        for held in sorted(_spoken(draft, message) & private):
            draft.findings.add("S317", message, f"`{message}` holds `{held}`, which is private")
    if isinstance(step, AskStep) and not step.ask.private and step.ask.into in private:
        message_text = f"`{step.ask.into}` is private where another `ask` fills it"
        draft.findings.add("S317", step.ask.into, message_text, "write `private: yes` here too")


def _written(step: AnyStep) -> Iterator[Text]:
    """Messages that leave the call as text."""
    match step:
        case SmsStep():
            yield step.sms.message
        case EmailStep():
            yield step.email.message
        case _:
            pass


def _spoken(draft: Draft, message: Text) -> set[str]:
    wordings = draft.model.messages.get(message)
    if wordings is None or isinstance(wordings, Broken):
        return set()
    texts = [wording for wording in wordings.values() if isinstance(wording, Text)]
    return {part.name for text in texts for part in parse_template(text).names}
