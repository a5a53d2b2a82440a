"""Why something could not be delivered, and whether trying again is of any use."""

from __future__ import annotations

import re

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class Undelivered(Exception):  # noqa: N818  # not an error of ours: the place outside did not take it
    """`why` is one line for people. is_final: it will never be taken as it is; a person decides."""

    def __init__(self, why: str, *, is_final: bool = False) -> None:
        super().__init__(why)
        self.why = _UNPRINTABLE.sub(" ", " ".join(why.split()))[:300]  # servers say what they like
        self.is_final = is_final
