"""Messages that every scenario has, where it gives none of its own under the same name."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.scenario.words import say_digits

# Name -> language -> text. In every language of `words.LANGUAGES`; they name the keys 1, 2 and 3.
STANDARD: dict[str, dict[str, str]] = {
    "you_entered": {
        "ru": "Вы ввели {{ entered | digits }}. Если верно, нажмите 1. Ввести заново - 2.",
        "en": "You entered {{ entered | digits }}. If this is right, press 1. To enter it again, press 2.",
    },
    "leave_message": {
        "ru": "Оставьте, пожалуйста, сообщение после сигнала.",
        "en": "Please leave a message after the tone.",
    },
    "record_review": {
        "ru": "Чтобы сохранить запись, нажмите 1. Записать заново - 2. Прослушать - 3.",
        "en": "To keep your recording, press 1. To record it again, press 2. To listen to it, press 3.",
    },
    "whisper_accept": {
        "ru": "Вам звонок. Чтобы ответить, нажмите 1.",
        "en": "There is a call for you. To take it, press 1.",
    },
    "queue_position": {
        "ru": "Вы в очереди под номером {{ queue.position | number }}.",
        "en": "You are number {{ queue.position | number }} in the queue.",
    },
    "queue_wait": {
        "ru": 'Ждать примерно {{ queue.wait | duration("accusative") }}.',
        "en": "The wait is about {{ queue.wait | duration }}.",
    },
    "callback_offer": {
        "ru": "Мы можем перезвонить вам. Чтобы заказать звонок, нажмите 1.",
        "en": "We can call you back. To be called back, press 1.",
    },
    "callback_promised": {
        "ru": "Спасибо, мы вам перезвоним.",
        "en": "Thank you, we will call you back.",
    },
    "callback_kept": {
        "ru": "Спасибо. Ваше место в очереди сохраняется, мы перезвоним, когда она подойдёт.",
        "en": "Thank you. You keep your place in the queue, and we will call you when it is your turn.",
    },
    "please_wait": {
        "ru": "Пожалуйста, оставайтесь на линии, оператор скоро ответит.",
        "en": "Please hold the line, an agent will be with you shortly.",
    },
    "abandoned": {
        "ru": "Здравствуйте. Мы звонили вам, но все операторы сейчас заняты. Приносим извинения за беспокойство.",
        "en": "Hello. We were calling you, but all our agents are busy now. We are sorry to have troubled you.",
    },
    "one_moment": {
        "ru": "Одну минуту, пожалуйста.",
        "en": "One moment, please.",
    },
}

ABANDONED = "abandoned"  # said to a person whom we called, and for whom no agent was free in time
# The same with who called and a number, which laws ask for
_NAMED: dict[str, tuple[str, str]] = {
    "ru": (
        "Здравствуйте. Вам звонит {name}. Все операторы сейчас заняты, приносим извинения за беспокойство.",
        " Наш телефон: {phone}.",
    ),
    "en": (
        "Hello. This is {name}. All our agents are busy now, we are sorry to have troubled you.",
        " Our number is {phone}.",
    ),
}


def standard_texts(name: str, company: Mapping[str, str], phone: str) -> dict[str, str]:
    """Language -> text. company: language -> who calls; empty when nobody says. phone: E.164, or "": it is spoken."""
    if name != ABANDONED or not company:
        return STANDARD[name]
    return {
        language: _NAMED[language][0].format(name=said)
        + (_NAMED[language][1].format(phone=say_digits(phone, language)) if phone else "")
        for language, said in company.items()
    }


# Standard message -> the keys it names: with other ones the scenario says it in words of its own
KEYS_NAMED: dict[str, tuple[str, ...]] = {
    "you_entered": ("1", "2"),
    "record_review": ("1", "2", "3"),
    "whisper_accept": ("1",),
    "callback_offer": ("1",),
}
