"""How the carriers of a region write numbers, as data for those who cannot have a numbering plan at hand."""

from __future__ import annotations

import re
from typing import TypedDict

from phonenumbers import PhoneMetadata

USUAL_PREFIX = "00"  # ITU-T E.164: the recommended international prefix
_PREFIX = re.compile(r"[0-9]{1,4}")


class Numbering(TypedDict):
    """code: calling code; trunk: what is dialed before a national number; international: before a calling code;
    lengths: digits a national number may have, without the trunk prefix.
    """

    code: str
    trunk: str
    international: list[str]
    lengths: list[int]


def numbering_of(region: str) -> Numbering:
    """The numbering of a region (ISO 3166 code in capitals). ValueError when it is unknown."""
    plan = PhoneMetadata.metadata_for_region(region, None)
    if plan is None or plan.general_desc is None:
        raise ValueError(f"unknown region {region!r}")
    own = (plan.preferred_international_prefix or plan.international_prefix or "").replace("~", "")
    prefixes = [own, USUAL_PREFIX] if _PREFIX.fullmatch(own) and own != USUAL_PREFIX else [USUAL_PREFIX]
    return Numbering(
        code=str(plan.country_code),
        trunk=plan.national_prefix or "",
        international=prefixes,
        lengths=sorted(length for length in plan.general_desc.possible_length if length > 0),
    )
