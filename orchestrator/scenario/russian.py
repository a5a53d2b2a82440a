"""Russian numerals and what they do to a noun: six cases, three genders, one, two to four, five and more.

Forms stand in the order of CASES. A numeral in the nominative or accusative has two to four of a noun in the genitive
singular and five or more in the genitive plural; in the other cases numeral and noun agree. After тысяча, миллион and
so on, and after ноль, a noun is in the genitive plural whatever the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from num2words import num2words

from callflow.russian import declined

CASES = ("nominative", "genitive", "dative", "accusative", "instrumental", "prepositional")
GENDERS = ("masculine", "feminine", "neuter")
NOMINATIVE, GENITIVE, ACCUSATIVE = 0, 1, 3

Forms = Sequence[str]


class Noun(NamedTuple):
    """A counted noun. few: with two to four in the nominative, where that is not the genitive singular."""

    singular: Forms
    plural: Forms
    gender: str = "masculine"
    few: str = ""

    def after(self, count: int, case: str) -> str:
        """Its form after a count in a case."""
        at = CASES.index(case)
        if count % 1000 == 0:
            return self.plural[GENITIVE]
        last, is_teen = count % 10, count % 100 in range(11, 15)
        if last == 1 and not is_teen:
            return self.singular[at]
        if at not in (NOMINATIVE, ACCUSATIVE):
            return self.plural[at]
        if last in (2, 3, 4) and not is_teen:
            return self.few or self.singular[GENITIVE]
        return self.plural[GENITIVE]


def noun(stem: str, singular: str, plural: str, gender: str = "masculine", few: str = "") -> Noun:
    """A noun of a stem and its endings, a blank between them; `-` is no ending."""
    return Noun(
        [stem + end.replace("-", "") for end in singular.split()],
        [stem + end.replace("-", "") for end in plural.split()],
        gender,
        few,
    )


def unchanging(word: str, gender: str = "masculine") -> Noun:
    return Noun([word] * 6, [word] * 6, gender)


def listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_ONE = {
    "masculine": listed("один одного одному один одним одном"),
    "feminine": listed("одна одной одной одну одной одной"),
    "neuter": listed("одно одного одному одно одним одном"),
}
_TWO = {
    "masculine": listed("два двух двум два двумя двух"),
    "feminine": listed("две двух двум две двумя двух"),
    "neuter": listed("два двух двум два двумя двух"),
}
_UNITS = (
    listed("ноль ноля нолю ноль нолём ноле"),
    (),  # by gender
    (),
    listed("три трёх трём три тремя трёх"),
    listed("четыре четырёх четырём четыре четырьмя четырёх"),
    listed("пять пяти пяти пять пятью пяти"),
    listed("шесть шести шести шесть шестью шести"),
    listed("семь семи семи семь семью семи"),
    listed("восемь восьми восьми восемь восемью восьми"),
    listed("девять девяти девяти девять девятью девяти"),
    listed("десять десяти десяти десять десятью десяти"),
    *(
        tuple(f"{stem}надцат{end}" for end in ("ь", "и", "и", "ь", "ью", "и"))
        for stem in listed("один две три четыр пят шест сем восем девят")
    ),
)
_TENS = (
    (),
    (),  # ten to nineteen stand above
    listed("двадцать двадцати двадцати двадцать двадцатью двадцати"),
    listed("тридцать тридцати тридцати тридцать тридцатью тридцати"),
    listed("сорок сорока сорока сорок сорока сорока"),
    listed("пятьдесят пятидесяти пятидесяти пятьдесят пятьюдесятью пятидесяти"),
    listed("шестьдесят шестидесяти шестидесяти шестьдесят шестьюдесятью шестидесяти"),
    listed("семьдесят семидесяти семидесяти семьдесят семьюдесятью семидесяти"),
    listed("восемьдесят восьмидесяти восьмидесяти восемьдесят восемьюдесятью восьмидесяти"),
    listed("девяносто девяноста девяноста девяносто девяноста девяноста"),
)
_HUNDREDS = (
    (),
    listed("сто ста ста сто ста ста"),
    listed("двести двухсот двумстам двести двумястами двухстах"),
    listed("триста трёхсот трёмстам триста тремястами трёхстах"),
    listed("четыреста четырёхсот четырёмстам четыреста четырьмястами четырёхстах"),
    listed("пятьсот пятисот пятистам пятьсот пятьюстами пятистах"),
    listed("шестьсот шестисот шестистам шестьсот шестьюстами шестистах"),
    listed("семьсот семисот семистам семьсот семьюстами семистах"),
    listed("восемьсот восьмисот восьмистам восемьсот восемьюстами восьмистах"),
    listed("девятьсот девятисот девятистам девятьсот девятьюстами девятистах"),
)
_SCALES = (
    noun("тысяч", "а и е у ей е", "и - ам и ами ах", "feminine"),
    *(
        noun(stem, "- а у - ом е", "ы ов ам ы ами ах")
        for stem in ("миллион", "миллиард", "триллион", "квадриллион")
    ),
)


@lru_cache(maxsize=8192)
def cardinal(number: int, case: str = "nominative", gender: str = "masculine") -> str:
    """A number from 0 to 10**18 - 1 in words: 1042 -> `одна тысяча сорок два`."""
    if number == 0:
        return _UNITS[0][CASES.index(case)]
    said: list[str] = []
    for power in range(len(_SCALES), -1, -1):
        part = number // 1000**power % 1000
        if not part:
            continue
        if power:
            scale = _SCALES[power - 1]
            said += [*_below_thousand(part, case, scale.gender), scale.after(part, case)]
        else:
            said += _below_thousand(part, case, gender)
    return " ".join(said)


def _below_thousand(number: int, case: str, gender: str) -> list[str]:
    at = CASES.index(case)
    hundreds, rest = divmod(number, 100)
    tens, units = divmod(rest, 10) if rest >= 20 else (0, rest)
    said = [_HUNDREDS[hundreds][at]] if hundreds else []
    if tens:
        said.append(_TENS[tens][at])
    if units in (1, 2):
        said.append((_ONE if units == 1 else _TWO)[gender][at])
    elif units:
        said.append(_UNITS[units][at])
    return said


def counted(count: int, thing: Noun, case: str = "nominative") -> str:
    """So many of a thing: `двадцать один рубль`, `двумя копейками`."""
    return f"{cardinal(count, case, thing.gender)} {thing.after(count, case)}"


def _ordinal(number: int) -> str:
    """In the nominative masculine: only the last word is an ordinal, what stands before it is a cardinal."""
    if number % 100 in range(1, 20):
        last = number % 100
    else:
        last = (
            number % 10 or number % 100 or number % 1000 or number
        )  # num2words knows one word, and whole thousands
    said = str(num2words(last, lang="ru", to="ordinal"))
    return f"{cardinal(number - last)} {said}".removeprefix("одна ") if number > last else said


@lru_cache(maxsize=8192)
def ordinal(number: int, case: str = "nominative", gender: str = "masculine") -> str:
    """3 -> `третий`, `третьего`, `третья`. Of something inanimate: its accusative masculine is the nominative."""
    return declined(_ordinal(number), case, gender)
