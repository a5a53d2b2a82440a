"""What agents hear on their telephones: what their code has done, and why not. Pure."""

from __future__ import annotations

from .moves import Text

# name -> language -> words. {name} is filled in from what the orchestrator says.
SAYINGS = {
    "available": {"ru": "Вы на линии.", "en": "You are available."},
    "on_break": {"ru": "Вы на перерыве.", "en": "You are on a break."},
    "offline": {"ru": "Вы вышли.", "en": "You are logged out."},
    "after_call": {
        "ru": "Принято. Сработает после разговора.",
        "en": "Noted. It takes effect after the call.",
    },
    "ready": {"ru": "Обработка завершена.", "en": "Wrap-up is over."},
    "extended": {"ru": "Время обработки продлено.", "en": "Wrap-up was extended."},
    "standing": {"ru": "Оставайтесь на линии.", "en": "Stay on the line."},
    "held": {"ru": "Звонок на удержании.", "en": "The call is on hold."},
    "which_break": {"ru": "Введите номер перерыва.", "en": "Enter the number of the break."},
    "pin": {"ru": "Введите код и решётку.", "en": "Enter your code, then hash."},
    "refused": {"ru": "Сейчас это невозможно.", "en": "That is not possible now."},
    "no_such_break": {"ru": "Нет такого перерыва.", "en": "There is no such break."},
    "no_such_code": {"ru": "Нет такой команды.", "en": "There is no such code."},
    "unknown": {"ru": "Вас не узнали.", "en": "You are not known here."},
    "nobody": {"ru": "Нет связи. Попробуйте позже.", "en": "There is no connection. Try again later."},
}
DONE = ("available", "on_break", "offline", "after_call", "ready", "extended", "standing", "held")
DEFAULT_LANGUAGE = "en"


def saying(name: str, language: str) -> Text:
    """Of a name or language that is not there, what is nearest: "refused", English."""
    words = SAYINGS.get(name, SAYINGS["refused"])
    return Text(words.get(language, words[DEFAULT_LANGUAGE]))


def texts(language: str) -> list[str]:
    """All that may be said in a language: to be prepared before anybody calls."""
    return [words[language] for words in SAYINGS.values() if language in words]
