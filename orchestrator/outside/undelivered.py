"""Why something could not be delivered, and whether trying again is of any use."""

from __future__ import annotations

import re

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class Undelivered(Exception):  # noqa: N818  # not an error of ours: the place outside did not take it
    """`why` is one line for people, and may be logged; `told` has also what was heard there, or stands in what was to
    be sent: it is for those alone who may see deliveries. is_final: it will never be taken as it is; a person decides.
    is_spared: the place was not asked, since it is left alone for a while: that was no try.
    """

    def __init__(self, why: str, *, heard: str = "", is_final: bool = False, is_spared: bool = False) -> None:
        self.why = _line(why)
        self.told = _line(f"{why}{heard}")
        super().__init__(self.told)
        self.is_final = is_final
        self.is_spared = is_spared


def _line(text: str) -> str:
    return _UNPRINTABLE.sub(" ", " ".join(text.split()))[:300]  # servers say what they like
