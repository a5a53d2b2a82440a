"""Verbs with which a call speaks, takes keys and records. docs/verbs.md is made from their docstrings."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from orchestrator.scenario.checked import Check, Key, OrConfirm, OrReview
from orchestrator.scenario.melody import Melody
from orchestrator.scenario.operands import Digits, ValueField
from orchestrator.scenario.part import Part, wrong
from orchestrator.scenario.roles import Means, MessageName, OrBlock, OrMessage, Role, Variable
from orchestrator.scenario.source import Text
from orchestrator.scenario.values import (
    Name,
    YesNo,
    choice_schema,
    duration_between,
    duration_schema,
    one_of,
    shorten,
    whole_between,
    whole_schema,
)

# A second is the least that a person needs to find a key; a minute of silence is a dead call
Timeout = Annotated[float, PlainValidator(duration_between(1, 60)), duration_schema(1, 60)]
# Asking more than ten times is not service
Tries = Annotated[int, PlainValidator(whole_between(1, 10)), whole_schema(1, 10)]
# Carriers give up on what rings longer than two minutes
Ringing = Annotated[float, PlainValidator(duration_between(1, 120)), duration_schema(1, 120)]
Playing = Annotated[float, PlainValidator(duration_between(1, 600)), duration_schema(1, 600)]
# An hour of recording is a conference
Longest = Annotated[float, PlainValidator(duration_between(2, 3600)), duration_schema(2, 3600)]
Shortest = Annotated[float, PlainValidator(duration_between(0.5, 60)), duration_schema(0.5, 60)]
Silence = Annotated[float, PlainValidator(duration_between(1, 60)), duration_schema(1, 60)]

END_KEYS = ("#", "*", "none")
EndKey = Annotated[Text, PlainValidator(one_of(END_KEYS)), choice_schema(END_KEYS)]
_BARGE_IN = "whether a key cuts it short and counts; else keys pressed meanwhile are forgotten"


def _nothing(raw: Text) -> Text:
    if raw not in ("", "answer"):
        raise wrong("S103", f"`answer` takes nothing, here is `{shorten(raw)}`", "write `- answer`")
    return raw


class AnswerStep(Part):
    """Takes the call. Without it, the first step that needs it does: a message, a menu, a recording, a queue.

    ```yaml
    - answer
    ```
    """

    shorthand: ClassVar[str | None] = "answer"

    answer: Annotated[Text, AfterValidator(_nothing), WithJsonSchema({"const": "answer"})]


class RingStep(Part):
    """Lets the caller hear it ring before the call is taken, which costs nobody anything.

    ```yaml
    - ring: 6s
    ```
    """

    ring: Ringing = Field(description="how long: 1s to 2m")


class Music(Part):
    """See the step `music`."""

    play: Melody = Field(description="`moh` or `moh/NAME`: music of the switch; or `{file: sounds/tune.wav}`")
    for_: Playing = Field(alias="for", description="how long: 1s to 10m")


class MusicStep(Part):
    """Plays music; a key cuts it short. Before the call is taken, it is heard for nothing.

    ```yaml
    - music: {play: moh/calm, for: 10s}
    ```
    """

    music: Music


class Say(Part):
    """See the step `say`."""

    shorthand: ClassVar[str | None] = "message"

    message: MessageName = Field(description="the message")
    barge_in: YesNo = Field(default=True, description=_BARGE_IN)
    early: YesNo = Field(
        default=False, description="said before the call is taken, which costs nobody anything"
    )


class SayStep(Part):
    """Says a message. A key that is pressed meanwhile cuts it short and counts for the menu or `ask` that follows.

    ```yaml
    - say: hello
    - say: {message: rules_of_the_game, barge_in: no}
    ```
    """

    say: Say


class Menu(Part):
    """See the step `menu`."""

    prompt: MessageName = Field(description="the message that names the choices")
    keys: Annotated[dict[Text, Name], Means(Role.GOES_TO)] = Field(
        description="key -> block; a key is 0-9, `*` or `#`, or several figures: an extension", min_length=1
    )
    timeout: Timeout = Field(default=5.0, description="how long to wait for a key after the prompt")
    tries: Tries = Field(default=3, description="how often the prompt is said in all")
    otherwise: OrBlock = Field(
        default=None, description="block when no valid key came; without it the next step"
    )
    invalid: OrMessage = Field(default=None, description="message after a key that is not offered")
    repeat: Key | None = Field(default=None, description="key that says the prompt again and uses up no try")
    barge_in: YesNo = Field(default=True, description=_BARGE_IN)


class MenuStep(Part):
    """Says a prompt and goes to the block of the key that is pressed. With no valid key after all `tries` it goes
    to `otherwise`, and without that on with the next step.

    ```yaml
    - menu:
        prompt: choice
        timeout: 5s
        tries: 3
        keys: {1: today, 2: tomorrow, 0: operator, 101: anna}
        otherwise: nothing_chosen
        invalid: no_such_key
        repeat: "*"
    ```
    """

    menu: Menu


class Ask(Part):
    """See the step `ask`."""

    prompt: MessageName = Field(description="the message that asks")
    digits: Digits = Field(description="how many: `6`, or `4..8`")
    into: Variable = Field(description="the variable that gets them")
    timeout: Timeout = Field(default=5.0, description="how long to wait for each digit")
    tries: Tries = Field(default=3, description="how often to ask in all")
    end: EndKey = Field(default=Text.at("#"), description="the key that finishes early: `#`, `*` or `none`")
    otherwise: OrBlock = Field(
        default=None, description="block when nothing valid came; without it the next step"
    )
    invalid: OrMessage = Field(default=None, description="message after too few digits, or wrong ones")
    barge_in: YesNo = Field(default=True, description=_BARGE_IN)
    private: YesNo = Field(
        default=False,
        description="digits that no recording, log or export may have, such as a card's: they go nowhere but into"
        " `send` of a `fetch` by POST or PUT",
    )
    check: Check | None = Field(
        default=None,
        description='`{pattern: "[12][0-9]{3}"}`, `{range: 1..100}`, `{luhn: yes}` or `{date: ddmmyyyy}`',
    )
    confirm: OrConfirm = Field(
        default=None,
        description="`yes`: what was typed is said back, 1 accepts, 2 asks again; or `{prompt, accept, again}`",
    )


class AskStep(Part):
    """Says a prompt, collects digits into a variable, and goes on with the next step. When nothing valid came after
    all `tries` it goes to `otherwise`, and without that on with the next step, the variable as it was.

    ```yaml
    - ask:
        prompt: enter_order
        digits: 4..8
        into: code
        timeout: 5s
        tries: 3
        end: "#"
        check: {range: 1000..99999999}
        confirm: {prompt: you_entered, accept: 1, again: 2}
        otherwise: nothing_entered
        invalid: too_few_digits
    ```
    """

    ask: Ask


class Record(Part):
    """See the step `record`."""

    into: Variable = Field(default=Text.at("recording"), description="the variable that gets its name")
    prompt: MessageName = Field(
        default=Text.at("leave_message"), description="the message before it; `none` when it was said already"
    )
    max: Longest = Field(default=120.0, description="how long at most: 2s to 1h")
    min: Shortest = Field(default=1.0, description="what is shorter is not kept")
    silence: Silence = Field(default=5.0, description="silence that ends it")
    end: EndKey = Field(default=Text.at("#"), description="the key that ends it: `#`, `*` or `none`")
    beep: YesNo = Field(default=True, description="a tone before it")
    review: OrReview = Field(
        default=None,
        description="`yes`: 1 keeps it, 2 records again, 3 plays it; or `{prompt, keep, again, listen}`",
    )
    email: Name | None = Field(default=None, description="the mailbox of the settings that gets it by e-mail")


class RecordStep(Part):
    """Records the caller. What was said before the caller hung up is kept too.

    ```yaml
    - record: {into: complaint, prompt: tell_us, max: 2m, silence: 5s, review: yes, email: office}
    ```
    """

    record: Record


class Voicemail(Part):
    """See the step `voicemail`."""

    shorthand: ClassVar[str | None] = "mailbox"

    mailbox: Name = Field(description="a mailbox of the settings: its folder, its addresses")
    greeting: MessageName = Field(
        default=Text.at("leave_message"), description="the message before it; `none` when it was said already"
    )
    max: Longest = Field(default=120.0, description="how long at most: 2s to 1h")
    silence: Silence = Field(default=5.0, description="silence that ends it")
    beep: YesNo = Field(default=True, description="a tone before it")
    review: OrReview = Field(default=None, description="as of `record`")


class VoicemailStep(Part):
    """Records a message for a mailbox of the settings: into its folder, and by e-mail with the sound.

    ```yaml
    - voicemail: office
    - voicemail: {mailbox: office, greeting: leave_word, max: 3m, review: yes}
    ```
    """

    voicemail: Voicemail


class LanguageStep(Part):
    """Goes on in another of the scenario's languages.

    ```yaml
    - language: en
    - language: "{{ card.language }}"
    ```
    """

    language: ValueField = Field(description="one of `languages`, or `{{ name }}` that holds one")
