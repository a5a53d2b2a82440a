"""What may stand behind `|` in a message: which columns it fits, its arguments, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from callflow import sayings
from orchestrator.scenario import words
from orchestrator.scenario.words import CASES, CURRENCIES, DEFAULT_CURRENCY, GENDERS

Say = Callable[[str], str]


class Choice(NamedTuple):
    """Arguments of one kind, of which a filter takes one at most."""

    name: str
    values: tuple[str, ...]
    is_russian: bool = False


_CASE = Choice("case", CASES, is_russian=True)
_GENDER = Choice("gender", GENDERS, is_russian=True)
_CURRENCY = Choice("currency", tuple(CURRENCIES))
_FULL = Choice("full", ("full",))

# Filter -> types of columns that it can put into words; `default` fits all
FITS: dict[str, tuple[str, ...]] = {
    "digits": ("digits", "number", "text", "phone"),
    "number": ("number", "digits", "money"),
    "count": ("number", "digits"),
    "ordinal": ("number", "digits"),
    "money": ("money", "number", "digits"),
    "date": ("date",),
    "time": ("time",),
    "duration": ("number", "digits"),
    "spelled": ("text", "digits", "phone"),
}
_CHOICES: dict[str, tuple[Choice, ...]] = {
    "number": (_CASE, _GENDER),
    "ordinal": (_CASE, _GENDER),
    "money": (_CURRENCY, _CASE),
    "date": (_FULL, _CASE),
    "time": (_CASE,),
    "duration": (_CASE,),
}


def argument_mistake(name: str, arguments: Sequence[str], language: str) -> str:
    """What is wrong with the arguments of a filter in a message of `language`; "" when nothing is."""
    if name == "count":
        forms = words.FORMS[language]
        if len(arguments) != forms:
            after = "one, two and five" if forms == 3 else "one and two"
            return f"`count` takes {forms} forms in `{language}`: those after {after}"
        return "" if all(form.strip() for form in arguments) else "a form of `count` is empty"
    taken: set[str] = set()
    choices = _CHOICES.get(name, ())
    for argument in arguments if choices else ():
        choice = next((each for each in choices if argument in each.values), None)
        if choice is None:
            known = [
                value for each in choices if not each.is_russian or language == "ru" for value in each.values
            ]
            return f"`{name}` does not know '{argument}'" + (f": {', '.join(known)}" if known else "")
        if choice.is_russian and language != "ru":
            return f"'{argument}' is for Russian: `{language}` has no {choice.name}s"
        if choice.name in taken:
            return f"`{name}` takes one {choice.name}"
        taken.add(choice.name)
    return ""


def say_by(name: str, arguments: Sequence[str], language: str) -> Say:
    """The function of a filter whose arguments were found good."""

    def chosen(choice: Choice, otherwise: str) -> str:
        return next((argument for argument in arguments if argument in choice.values), otherwise)

    match name:
        case "digits":
            return lambda text: words.say_digits(text, language)
        case "number":
            case, gender = chosen(_CASE, "nominative"), chosen(_GENDER, "masculine")
            return lambda text: words.say_number(text, language, case, gender)
        case "ordinal":
            case, gender = chosen(_CASE, "nominative"), chosen(_GENDER, "masculine")
            return lambda text: words.say_ordinal(text, language, case, gender)
        case "count":
            forms = tuple(arguments)
            return lambda text: words.say_count(text, language, forms)
        case "date":
            case, is_full = chosen(_CASE, "genitive"), bool(chosen(_FULL, ""))
            return lambda text: words.say_date(text, language, case, is_full=is_full)
        case "time":
            case = chosen(_CASE, "nominative")
            return lambda text: words.say_time(text, language, case)
        case "money":
            case, currency = chosen(_CASE, "nominative"), chosen(_CURRENCY, DEFAULT_CURRENCY[language])
            return lambda text: words.say_money(text, language, currency, case)
        case "duration":
            case = chosen(_CASE, "nominative")
            return lambda text: _or_itself(sayings.duration(text, (case,), language), text)
        case "spelled":
            return lambda text: _or_itself(sayings.spelled(text, (), language), text)
        case _:
            [instead] = arguments
            return lambda text: text or instead


def _or_itself(said: sayings.Said | None, text: str) -> str:
    """What is no value of the kind wanted is left as it is."""
    return text if said is None else said.text
