"""Russian numerals and counted nouns: six cases, three genders. Pure.

A text is put together from pieces, each of which may be a prompt that was made before: `сто`, `двадцать одна тысяча`,
`сорок два рубля`. A piece is never torn between a numeral and the noun that it governs.
"""

from __future__ import annotations

from typing import NamedTuple

CASES = ("nominative", "genitive", "dative", "accusative", "instrumental", "prepositional")
GENDERS = ("masculine", "feminine", "neuter")
NOMINATIVE, GENITIVE, ACCUSATIVE = 0, 1, 3


class Noun(NamedTuple):
    """Its forms by case; `few`: after two to four in the nominative, where that is not the genitive singular."""

    singular: tuple[str, ...]
    plural: tuple[str, ...]
    gender: str = "masculine"
    few: str = ""


def noun(stem: str, singular: str, plural: str, gender: str = "masculine") -> Noun:
    """A noun by its stem and endings, `-` for none."""
    return Noun(_ended(stem, singular), _ended(stem, plural), gender)


def listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


def _ended(stem: str, endings: str) -> tuple[str, ...]:
    return tuple(stem + ending.replace("-", "") for ending in endings.split())


def _rows(*rows: str) -> tuple[tuple[str, ...], ...]:
    return tuple(map(listed, rows))


_LIKE_FIVE = ("ь", "и", "и", "ь", "ью", "и")
_TEENS = ("один", "две", "три", "четыр", "пят", "шест", "сем", "восем", "девят")
_UNITS = (
    *_rows(
        "ноль ноля нолю ноль нолём ноле",
        "один одного одному один одним одном",
        "два двух двум два двумя двух",
        "три трёх трём три тремя трёх",
        "четыре четырёх четырём четыре четырьмя четырёх",
        "пять пяти пяти пять пятью пяти",
        "шесть шести шести шесть шестью шести",
        "семь семи семи семь семью семи",
        "восемь восьми восьми восемь восемью восьми",
        "девять девяти девяти девять девятью девяти",
        "десять десяти десяти десять десятью десяти",
    ),
    *(tuple(stem + "надцат" + end for end in _LIKE_FIVE) for stem in _TEENS),
)
_OTHER_GENDERS = {
    ("feminine", 1): listed("одна одной одной одну одной одной"),
    ("neuter", 1): listed("одно одного одному одно одним одном"),
    ("feminine", 2): listed("две двух двум две двумя двух"),
}
_TENS = _rows(
    "",
    "",
    "двадцать двадцати двадцати двадцать двадцатью двадцати",
    "тридцать тридцати тридцати тридцать тридцатью тридцати",
    "сорок сорока сорока сорок сорока сорока",
    "пятьдесят пятидесяти пятидесяти пятьдесят пятьюдесятью пятидесяти",
    "шестьдесят шестидесяти шестидесяти шестьдесят шестьюдесятью шестидесяти",
    "семьдесят семидесяти семидесяти семьдесят семьюдесятью семидесяти",
    "восемьдесят восьмидесяти восьмидесяти восемьдесят восемьюдесятью восьмидесяти",
    "девяносто девяноста девяноста девяносто девяноста девяноста",
)
_HUNDREDS = _rows(
    "",
    "сто ста ста сто ста ста",
    "двести двухсот двумстам двести двумястами двухстах",
    "триста трёхсот трёмстам триста тремястами трёхстах",
    "четыреста четырёхсот четырёмстам четыреста четырьмястами четырёхстах",
    "пятьсот пятисот пятистам пятьсот пятьюстами пятистах",
    "шестьсот шестисот шестистам шестьсот шестьюстами шестистах",
    "семьсот семисот семистам семьсот семьюстами семистах",
    "восемьсот восьмисот восьмистам восемьсот восемьюстами восьмистах",
    "девятьсот девятисот девятистам девятьсот девятьюстами девятистах",
)
_SCALES = (
    noun("тысяч", "а и е у ей е", "и - ам и ами ах", "feminine"),
    noun("миллион", "- а у - ом е", "ы ов ам ы ами ах"),
    noun("миллиард", "- а у - ом е", "ы ов ам ы ами ах"),
    noun("триллион", "- а у - ом е", "ы ов ам ы ами ах"),
)
_ORDINAL_SCALES = ("тысячн", "миллионн")
_FIRST = listed(
    "нулевой первый второй третий четвёртый пятый шестой седьмой восьмой девятый десятый одиннадцатый двенадцатый "
    "тринадцатый четырнадцатый пятнадцатый шестнадцатый семнадцатый восемнадцатый девятнадцатый"
)
_FIRST_TENS = listed(
    "десятый двадцатый тридцатый сороковой пятидесятый шестидесятый семидесятый восьмидесятый девяностый"
)
_FIRST_HUNDREDS = listed(
    "сотый двухсотый трёхсотый четырёхсотый пятисотый шестисотый семисотый восьмисотый девятисотый"
)
# In place of the last two letters; "" leaves them
_HARD = {
    "masculine": ("", "ого", "ому", "", "ым", "ом"),
    "feminine": ("ая", "ой", "ой", "ую", "ой", "ой"),
    "neuter": ("ое", "ого", "ому", "ое", "ым", "ом"),
}
_THIRD = {
    "masculine": ("", "ьего", "ьему", "", "ьим", "ьем"),
    "feminine": ("ья", "ьей", "ьей", "ью", "ьей", "ьей"),
    "neuter": ("ье", "ьего", "ьему", "ье", "ьим", "ьем"),
}
CARDINAL_MAX = 10**15 - 1
ORDINAL_MAX = 10**9 - 1


def after(thing: Noun, count: int, case: str) -> str:
    """The form of a noun after a count in a case."""
    at = CASES.index(case)
    if count % 1000 == 0:
        return thing.plural[GENITIVE]
    last, is_teen = count % 10, 11 <= count % 100 <= 14
    if last == 1 and not is_teen:
        return thing.singular[at]
    if at not in (NOMINATIVE, ACCUSATIVE):
        return thing.plural[at]
    if last in (2, 3, 4) and not is_teen:
        return thing.few or thing.singular[GENITIVE]
    return thing.plural[GENITIVE]


def cardinal(
    number: int, case: str = "nominative", gender: str = "masculine", thing: Noun | None = None
) -> list[str]:
    """The pieces of a number from 0 to CARDINAL_MAX, with what is counted."""
    at = CASES.index(case)
    if number == 0:
        return [_joined(_UNITS[0][at], after(thing, 0, case) if thing else "")]
    pieces: list[str] = []
    for power in range(len(_SCALES), -1, -1):
        part = number // 1000**power % 1000
        scale = _SCALES[power - 1] if power else thing
        if part:
            kind = scale.gender if scale else gender
            pieces += _below_thousand(part, at, kind, after(scale, part, case) if scale else "")
        elif not power and thing:
            pieces.append(after(thing, 0, case))
    return pieces


def _below_thousand(number: int, at: int, gender: str, what: str) -> list[str]:
    hundreds, rest = divmod(number, 100)
    if not rest:
        return [_joined(_HUNDREDS[hundreds][at], what)]
    tens, units = divmod(rest, 10) if rest >= 20 else (0, rest)
    said = _joined(
        _TENS[tens][at] if tens else "",
        _OTHER_GENDERS.get((gender, units), _UNITS[units])[at] if units else "",
        what,
    )
    return [_HUNDREDS[hundreds][at], said] if hundreds else [said]


def _joined(*words: str) -> str:
    return " ".join(word for word in words if word)


def ordinal(number: int, case: str = "nominative", gender: str = "masculine", behind: str = "") -> list[str]:
    """The pieces of `third`, from 0 to ORDINAL_MAX; only the last word is an ordinal. `behind` stands after it."""
    if number % 100 in range(1, 20):
        last = number % 100
    else:
        last = number % 10 or number % 100 or number % 1000 or number % 10**6 or number
    said = _joined(declined(_one_word(last), case, gender), behind)
    before = cardinal(number - last) if number > last else []
    if before and before[0] in ("одна тысяча", "один миллион"):
        before[0] = before[0].split(" ")[1]
    return [*before, said]


def declined(ordinal_word: str, case: str, gender: str) -> str:
    """An ordinal, of which the nominative masculine is given: `третий`, `третьего`, `третья`."""
    endings = (_THIRD if ordinal_word.endswith("третий") else _HARD)[gender]
    ending = endings[CASES.index(case)]
    return ordinal_word[:-2] + ending if ending else ordinal_word


def told_by(forms: tuple[str, ...]) -> tuple[str, str]:
    """(gender, case) of a noun by its forms with one and with two."""
    last = forms[0].split()[-1]
    if last.endswith(("а", "я")) or (last.endswith("ь") and forms[1].endswith("и")):
        return "feminine", "nominative"
    if last.endswith(("у", "ю")):
        return "feminine", "accusative"
    return "neuter" if last.endswith(("о", "е")) else "masculine", "nominative"


def _one_word(number: int) -> str:
    """0 to 19, whole tens, hundreds, thousands and millions, in the nominative masculine."""
    if number < 20:
        return _FIRST[number]
    if number < 100:
        return _FIRST_TENS[number // 10 - 1]
    if number < 1000:
        return _FIRST_HUNDREDS[number // 100 - 1]
    power = 1 if number % 10**6 else 2
    return _prefix(number // 1000**power) + _ORDINAL_SCALES[power - 1] + "ый"


def _prefix(number: int) -> str:
    """Of двадцатиодно-тысячный: genitives, but сто, одно, тысяче- and девяносто; 1 has none."""
    if number == 1:
        return ""
    hundreds, rest = divmod(number, 100)
    tens, units = divmod(rest, 10) if rest >= 20 else (0, rest)
    said = [("сто" if hundreds == 1 else _HUNDREDS[hundreds][GENITIVE])] if hundreds else []
    said += [("девяносто" if tens == 9 else _TENS[tens][GENITIVE])] if tens else []
    said += [("одно" if units == 1 else _UNITS[units][GENITIVE])] if units else []
    return "".join(said)
