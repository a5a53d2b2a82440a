"""Messages that every scenario has, where it gives none of its own under the same name."""

from __future__ import annotations

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
    "one_moment": {
        "ru": "Одну минуту, пожалуйста.",
        "en": "One moment, please.",
    },
}

# Standard message -> the keys it names: with other ones the scenario says it in words of its own
KEYS_NAMED: dict[str, tuple[str, ...]] = {
    "you_entered": ("1", "2"),
    "record_review": ("1", "2", "3"),
    "whisper_accept": ("1",),
    "callback_offer": ("1",),
}
