"""What currencies are called, in Russian and English: the unit and its hundredth."""

from __future__ import annotations

from typing import NamedTuple

from orchestrator.scenario.russian import Forms, Noun, noun, unchanging


class Counted(NamedTuple):
    """An English noun: with one, with any other count."""

    one: str
    many: str


class Currency(NamedTuple):
    ru: tuple[Noun, Noun]
    en: tuple[Counted, Counted]


_KOPECK = noun("копе", "йка йки йке йку йкой йке", "йки ек йкам йки йками йках", "feminine")
_CENT = noun("цент", "- а у - ом е", "ы ов ам ы ами ах")
_ROUBLE = noun("рубл", "ь я ю ь ём е", "и ей ям и ями ях")
_CENTS = Counted("cent", "cents")
_KOPECKS = Counted("kopeck", "kopecks")


def _with(adjective: tuple[Forms, Forms], thing: Noun) -> Noun:
    """`белорусский рубль` in all its forms; with two to four the adjective is in the genitive plural."""
    singular, plural = adjective
    return Noun(
        [f"{a} {b}" for a, b in zip(singular, thing.singular, strict=True)],
        [f"{a} {b}" for a, b in zip(plural, thing.plural, strict=True)],
        thing.gender,
        f"{plural[1]} {thing.singular[1]}",
    )


_BELARUSIAN = (
    [f"белорусск{end}" for end in ("ий", "ого", "ому", "ий", "им", "ом")],
    [f"белорусск{end}" for end in ("ие", "их", "им", "ие", "ими", "их")],
)

CURRENCIES: dict[str, Currency] = {
    "RUB": Currency((_ROUBLE, _KOPECK), (Counted("rouble", "roubles"), _KOPECKS)),
    "USD": Currency(
        (noun("доллар", "- а у - ом е", "ы ов ам ы ами ах"), _CENT), (Counted("dollar", "dollars"), _CENTS)
    ),
    "EUR": Currency((unchanging("евро"), _CENT), (Counted("euro", "euros"), _CENTS)),
    "GBP": Currency(
        (
            noun("фунт", "- а у - ом е", "ы ов ам ы ами ах"),
            noun("пенс", "- а у - ом е", "ы ов ам ы ами ах"),
        ),
        (Counted("pound", "pounds"), Counted("penny", "pence")),
    ),
    "CNY": Currency(
        (noun("юан", "ь я ю ь ем е", "и ей ям и ями ях"), noun("фын", "ь я ю ь ем е", "и ей ям и ями ях")),
        (Counted("yuan", "yuan"), Counted("fen", "fen")),
    ),
    "KZT": Currency(
        (unchanging("тенге"), noun("тиын", "- а у - ом е", "ы ов ам ы ами ах")),
        (Counted("tenge", "tenge"), Counted("tiyn", "tiyn")),
    ),
    "BYN": Currency(
        (_with(_BELARUSIAN, _ROUBLE), _KOPECK), (Counted("Belarusian rouble", "Belarusian roubles"), _KOPECKS)
    ),
    "UAH": Currency(
        (noun("грив", "на ны не ну ной не", "ны ен нам ны нами нах", "feminine"), _KOPECK),
        (Counted("hryvnia", "hryvnias"), _KOPECKS),
    ),
}
DEFAULT_CURRENCY = {"ru": "RUB", "en": "USD"}
