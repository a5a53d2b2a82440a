"""What the step machine is told (inputs), what it asks for (actions), what a message is made of (parts)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union


class Input:
    """What happened since the last action."""


@dataclass(frozen=True)
class Started(Input):
    """The call was answered, by a `party` of human, machine or unknown (unknown counts as human)."""

    party: str = "unknown"


@dataclass(frozen=True)
class Played(Input):
    """A Play or Wait is over: to its end, or cut short by the key `digit`."""

    digit: str = ""


@dataclass(frozen=True)
class Digits(Input):
    """What was typed for a Gather, `typed` included and the end key left out; "" means nothing in time."""

    value: str = ""


@dataclass(frozen=True)
class Gone(Input):
    """The caller hung up."""


@dataclass(frozen=True)
class Failed(Input):
    """The action could not be carried out (a sound is missing, no voice). `reason` is a short word."""

    reason: str = "failed"


class Part:
    """A piece of a message, ready to be played."""


@dataclass(frozen=True)
class Text(Part):
    """Text to be spoken in the call's language, all variables filled in."""

    text: str


@dataclass(frozen=True)
class File(Part):
    """A recorded sound `<digest>.wav` in the prompts folder."""

    name: str


class Action:
    """What the driver is to do next. The answer to it is the next input."""


@dataclass(frozen=True)
class Play(Action):
    """Play `parts`; any key stops it. Answer: Played. `flush`: forget keys typed ahead first."""

    message: str
    parts: tuple[Part, ...]
    flush: bool = False


@dataclass(frozen=True)
class Gather(Action):
    """Play `parts` (a key stops them), then collect up to `max` keys, `timeout_s` for each. Answer: Digits.

    `end` is the key that finishes early ("" for none). `typed`: keys pressed during what was played before;
    when there are some, nothing is played and only the rest is collected. `flush` as in Play.
    """

    message: str
    parts: tuple[Part, ...]
    min: int
    max: int
    timeout_s: float
    end: str = ""
    typed: str = ""
    flush: bool = False


@dataclass(frozen=True)
class Wait(Action):
    """Stay silent for `seconds`; a key cuts it short. Answer: Played. `flush` as in Play."""

    seconds: float
    flush: bool = False


@dataclass(frozen=True)
class HangUp(Action):
    """The call is over. No answer is needed."""


Asking = Union[Play, Gather, Wait]  # noqa: UP007  # as Python 3.9 has it
