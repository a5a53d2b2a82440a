"""What currencies are called, in Russian and English: the unit and its hundredth."""

from __future__ import annotations

from typing import NamedTuple

from .english import Counted
from .russian import Noun, noun


class Currency(NamedTuple):
    ru: tuple[Noun, Noun]
    en: tuple[Counted, Counted]


def _unchanging(word: str) -> Noun:
    return Noun((word,) * 6, (word,) * 6)


def _with(singular: str, plural: str, stem: str, thing: Noun) -> Noun:
    """A noun with an adjective in front; with two to four the adjective is in the genitive plural."""
    ones = tuple(f"{stem}{end} {form}" for end, form in zip(singular.split(), thing.singular))  # noqa: B905  # 3.9
    many = tuple(f"{stem}{end} {form}" for end, form in zip(plural.split(), thing.plural))  # noqa: B905  # 3.9
    return Noun(ones, many, thing.gender, f"{stem}{plural.split()[1]} {thing.singular[1]}")


_HARD = ("- а у - ом е", "ы ов ам ы ами ах")
_SOFT = ("ь я ю ь ем е", "и ей ям и ями ях")
_ROUBLE = noun("рубл", "ь я ю ь ём е", "и ей ям и ями ях")
_KOPECK = noun("копе", "йка йки йке йку йкой йке", "йки ек йкам йки йками йках", "feminine")
_CENT = noun("цент", *_HARD)
_CENTS, _KOPECKS = Counted("cent", "cents"), Counted("kopeck", "kopecks")

CURRENCIES = {
    "RUB": Currency((_ROUBLE, _KOPECK), (Counted("rouble", "roubles"), _KOPECKS)),
    "USD": Currency((noun("доллар", *_HARD), _CENT), (Counted("dollar", "dollars"), _CENTS)),
    "EUR": Currency((_unchanging("евро"), _CENT), (Counted("euro", "euros"), _CENTS)),
    "GBP": Currency(
        (noun("фунт", *_HARD), noun("пенс", *_HARD)), (Counted("pound", "pounds"), Counted("penny", "pence"))
    ),
    "CNY": Currency(
        (noun("юан", *_SOFT), noun("фын", *_SOFT)), (Counted("yuan", "yuan"), Counted("fen", "fen"))
    ),
    "KZT": Currency(
        (_unchanging("тенге"), noun("тиын", *_HARD)), (Counted("tenge", "tenge"), Counted("tiyn", "tiyn"))
    ),
    "BYN": Currency(
        (_with("ий ого ому ий им ом", "ие их им ие ими их", "белорусск", _ROUBLE), _KOPECK),
        (Counted("Belarusian rouble", "Belarusian roubles"), _KOPECKS),
    ),
    "UAH": Currency(
        (noun("грив", "на ны не ну ной не", "ны ен нам ны нами нах", "feminine"), _KOPECK),
        (Counted("hryvnia", "hryvnias"), _KOPECKS),
    ),
}
DEFAULT_CURRENCY = {"ru": "RUB", "en": "USD"}
