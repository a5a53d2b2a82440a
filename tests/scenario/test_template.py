"""Messages with variables: what is read, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.scenario.codes import CODES
from orchestrator.scenario.template import FILTERS, TEXT_MAX, Filter, Fixed, Spoken, parse_template


def test_text_and_variables_come_apart() -> None:
    assert parse_template("Заказ {{ order | digits }} ждёт, {{name}}.").parts == (
        Fixed("Заказ "),
        Spoken("order", (Filter("digits"),)),
        Fixed(" ждёт, "),
        Spoken("name"),
        Fixed("."),
    )


def test_filters_are_kept_in_the_order_they_apply() -> None:
    [spoken] = parse_template("{{ due | date('full') | default('скоро') }}").parts
    assert spoken == Spoken("due", (Filter("date", ("full",)), Filter("default", ("скоро",))))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("  a \n b  ", (Fixed("a b"),)),
        (" {{ a }} {{ b }} ", (Spoken("a"), Fixed(" "), Spoken("b"))),
        ("{{ a }}\n\n и {{ b }}", (Spoken("a"), Fixed(" и "), Spoken("b"))),
        ("{{ a }}{{ b }}", (Spoken("a"), Spoken("b"))),
        ("x {# not said #} {{ a }}", (Fixed("x"), Fixed(" "), Spoken("a"))),
        ("a { b }", (Fixed("a { b }"),)),
        ("\u202eab\u200bc {{ a }}", (Fixed("abc "), Spoken("a"))),
    ],
)
def test_one_blank_between_words_and_none_at_the_ends(text: str, parts: tuple[Fixed | Spoken, ...]) -> None:
    template = parse_template(text)
    assert template.mistakes == ()
    joined = [part.text if isinstance(part, Fixed) else f"<{part.name}>" for part in template.parts]
    wanted = [part.text if isinstance(part, Fixed) else f"<{part.name}>" for part in parts]
    assert "".join(joined) == "".join(wanted)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ a", "S206"),
        ("{% if", "S206"),
        ("{# a", "S206"),
        ("{{ }}", "S206"),
        ("{% nothing %}", "S206"),
        ("{{ a | upper }}", "S207"),
        ("{{ a | digits(1) }}", "S211"),
        ("{{ a | default }}", "S211"),
        ("{{ a | money(currency='RUB') }}", "S211"),
        ("{{ a | money(*b) }}", "S211"),
        ("{{ a | money(**b) }}", "S211"),
        ("{{ a.b }}", None),
        ("{{ a.b.0.c }}", None),
        ("{{ a.__class__ }}", "S208"),
        ("{{ a['b'] }}", "S208"),
        ("{{ a[1:2] }}", "S208"),
        ("{{ a().b }}", "S208"),
        ("{{ a() }}", "S208"),
        ("{{ a ~ b }}", "S208"),
        ("{% raw %}{{ a }}{% endraw %}", None),
        ("{% macro m() %}{% endmacro %}", "S208"),
        ("{% filter digits %}1{% endfilter %}", "S208"),
        ("{{ a is defined }}", "S208"),
        ("{{ [a] }}", "S208"),
        ("{{ 9 ** 9 ** 9 ** 9 }}", "S208"),
        ("{{ '%999999999d' % 1 }}", "S208"),
        ("x" * (TEXT_MAX + 1), "S214"),
        ("x" * TEXT_MAX, None),
        ("{{ " + "(" * 400 + "a" + ")" * 400 + " }}", "S206"),
    ],
)
def test_anything_more_is_refused(text: str, code: str | None) -> None:
    assert [mistake.code for mistake in parse_template(text).mistakes] == ([code] if code else [])


def test_what_is_right_beside_a_mistake_is_still_seen() -> None:
    template = parse_template("{{ a | upper | digits }} {{ b }} {{ c._d }}")
    assert [spoken.name for spoken in template.names] == ["a", "b"]
    assert [mistake.code for mistake in template.mistakes] == ["S207", "S208"]


PIECES = st.sampled_from(
    [
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "|",
        "a",
        "b.c",
        "(",
        ")",
        "'",
        "digits",
        "default('x')",
        " ",
        "if",
        "for",
        "1",
        "\n",
        "[",
        "~",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    template = parse_template(text)
    assert all(mistake.code in CODES for mistake in template.mistakes)
    assert all(used.name in FILTERS for spoken in template.names for used in spoken.filters)
    assert not template.mistakes or template.mistakes[0].message
