"""A key of `prozvon.yaml` that takes several texts."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator


def _split(value: object) -> object:
    """One text with commas is several, as everywhere in the file."""
    if not isinstance(value, str):
        return value
    return [item.strip() for item in value.split(",") if item.strip()]


Texts = Annotated[tuple[str, ...], BeforeValidator(_split)]
"""A list of texts, `[a, b]`, or one with commas between them, `a, b`."""
