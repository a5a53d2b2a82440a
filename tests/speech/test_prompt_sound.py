"""The form of every prompt: rate, silence at the ends, loudness; and what engines are given to read."""

from __future__ import annotations

import io
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.scenario import audio
from orchestrator.speech.engine import Raw
from orchestrator.speech.errors import Unspeakable
from orchestrator.speech.prompt_sound import LEVEL_DBOV, Prompt, for_engine, hush, made_of
from tests.scenario.recordings import tone


def said(seconds: float = 1.0, *, rate: int = 22050, dbov: float = -18.0, around: float = 0.5) -> Raw:
    silence = np.zeros(round(around * rate), dtype=np.float32)
    return Raw(np.concatenate([silence, tone(seconds, rate=rate, dbov=dbov), silence]), rate)


def samples_of(made: Prompt) -> audio.Samples:
    with wave.open(io.BytesIO(made.data)) as file:
        assert file.getparams()[:3] == (1, 2, 8000)
        return audio.from_pcm(file.readframes(file.getnframes()))


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 48000])
@pytest.mark.parametrize("dbov", [-45.0, -30.0, -18.0, -5.0])
def test_every_prompt_is_equally_loud_and_of_one_form(rate: int, dbov: float) -> None:
    made = made_of(said(rate=rate, dbov=dbov), "Анна")
    assert audio.active_level(samples_of(made)) == pytest.approx(LEVEL_DBOV, abs=0.3)
    assert made.dbov == pytest.approx(LEVEL_DBOV, abs=0.3)
    assert made.ms == pytest.approx(1080, abs=60)
    assert float(np.abs(samples_of(made)).max()) <= 0.9


@pytest.mark.parametrize(
    ("text", "before_s", "after_s"),
    [
        ("Анна", 0.02, 0.06),
        ("Здравствуйте, ", 0.02, 0.15),
        (". Заказ ", 0.3, 0.06),
        ("Всё хорошо.", 0.02, 0.3),
        ("Да? ", 0.02, 0.3),
        ("…и так далее…", 0.3, 0.3),
        (" - ", 0.02, 0.06),
        ("", 0.02, 0.06),
    ],
)
def test_stops_and_commas_are_pauses(text: str, before_s: float, after_s: float) -> None:
    samples = samples_of(made_of(said(), text))
    heard = np.flatnonzero(np.abs(samples) > 0.01)
    assert heard[0] / 8000 == pytest.approx(before_s, abs=0.025)
    assert (len(samples) - heard[-1]) / 8000 == pytest.approx(after_s, abs=0.025)


@pytest.mark.parametrize("raw", [Raw(np.zeros(0, np.float32), 8000), Raw(np.zeros(9000, np.float32), 8000)])
def test_silence_is_nothing_said(raw: Raw) -> None:
    with pytest.raises(Unspeakable):
        made_of(raw, "Анна")


def test_what_cannot_be_said_is_a_short_silence() -> None:
    made = hush()
    assert made.ms == 100
    assert made.dbov == float("-inf")
    assert not samples_of(made).any()


@pytest.mark.parametrize(
    ("text", "given_"),
    [
        (". Заказ ", "Заказ"),
        ("Анна", "Анна"),
        ("-v en", "-v en"),
        ("a\r\nb\x00c", "a b c"),
        ("[[h@'loU]]", "h@'loU"),
        ("<b>$(x)</b>`y`", "b (x) /b y"),
        ("«Ромашка», 5.", "«Ромашка», 5."),
        ("...", ""),
        ("\ud800", ""),
    ],
)
def test_an_engine_gets_one_line_without_syntax(text: str, given_: str) -> None:
    assert for_engine(text) == given_


@given(st.text(max_size=5000))
def test_whatever_an_engine_gets_is_one_bounded_line(text: str) -> None:
    made = for_engine(text)
    assert len(made) <= 4000
    assert made.isprintable() or not set(made) & set("\r\n\0\x1b")
    assert "[[" not in made
    made.encode()
