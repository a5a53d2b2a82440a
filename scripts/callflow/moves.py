"""What the step machine is told (inputs), what it asks for (actions), what a message is made of (parts)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Union

ALL_KEYS = "0123456789*#"


class Input:
    """What happened since the last action."""


@dataclass(frozen=True)
class Started(Input):
    """The call begins. `party` of an answered one: human, machine or unknown (unknown counts as human)."""

    party: str = "unknown"


@dataclass(frozen=True)
class Played(Input):
    """What was asked for is over: to its end, or cut short by the key `digit`."""

    digit: str = ""


@dataclass(frozen=True)
class Digits(Input):
    """What was typed for a Gather, `typed` included and the end key left out; "" means nothing in time."""

    value: str = ""


@dataclass(frozen=True)
class Recorded(Input):
    """A Record is over. seconds: of sound that were kept, 0 when nothing could be written (the disk is full).

    end: the key that ended it, or silence, limit, gone (the caller hung up; what was said until then is kept), failed.
    """

    seconds: float = 0.0
    end: str = "silence"


@dataclass(frozen=True)
class Dialed(Input):
    """A Dial is over: as `outcome`, with `number` of those rung, after `seconds` of talk; the switch's `cause`.

    outcome: talked (the talk is over; the caller may be there or not), busy, no_answer, failed, key (the caller
    pressed `Dial.key` while it rang).
    """

    outcome: str
    number: str = ""
    seconds: float = 0.0
    cause: str = ""


@dataclass(frozen=True)
class Answered(Input):
    """What a Consult brought; None when there was no answer in time."""

    body: dict[str, object] | None = None


@dataclass(frozen=True)
class Offered(Input):
    """The orchestrator has pushed an offer, and what it says: of a Hold, and of a Play or Consult with `offers`."""

    body: dict[str, object]


@dataclass(frozen=True)
class Joined(Input):
    """A Join is over. outcome: talked (for `seconds`; the caller may be there or not), missed (and `why`).

    offer: what the orchestrator has pushed meanwhile, None for nothing.
    """

    outcome: str
    seconds: float = 0.0
    why: str = ""
    offer: dict[str, object] | None = None


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
    """Text to be spoken in the call's language, all variables filled in.

    pieces: the same in texts that were prepared one by one, to be played one after another when the whole text was
    not prepared, and all of them were; () where nobody knows any (`pieces.pieces` may, of bare digits).
    """

    text: str
    pieces: tuple[str, ...] = ()


@dataclass(frozen=True)
class File(Part):
    """A recorded sound `<digest>.wav` in the prompts folder."""

    name: str


@dataclass(frozen=True)
class Recording(Part):
    """What this call has recorded: `name` as in Record. Nothing is played where it is not there."""

    name: str


class Action:
    """What the driver is to do next. The answer to it is the next input; Gone and Failed may come instead of any."""


@dataclass(frozen=True)
class Play(Action):
    """Play `parts`; any key stops it. Answer: Played. `flush`: forget keys typed ahead first.

    Not `barge_in`: no key stops it, and those pressed meanwhile are forgotten. `private`: what is said is for the
    caller's ear alone, in no recording and no log. `offers`: an offer that is pushed stops it. Answer: Offered then. On
    a call that is not answered yet it is early media.
    """

    message: str
    parts: tuple[Part, ...]
    flush: bool = False
    barge_in: bool = True
    private: bool = False
    offers: bool = False


@dataclass(frozen=True)
class Gather(Action):
    """Play `parts` (a key stops them), then collect up to `max` keys, `timeout_s` for each. Answer: Digits.

    `end` is the key that finishes early ("" for none). `typed`: keys pressed during what was played before;
    when there are some, nothing is played and only the rest is collected. `flush`, `barge_in` as in Play. `private`:
    neither the prompt nor the keys are in any recording or log.
    """

    message: str
    parts: tuple[Part, ...]
    min: int
    max: int
    timeout_s: float
    end: str = ""
    typed: str = ""
    flush: bool = False
    barge_in: bool = True
    private: bool = False


@dataclass(frozen=True)
class Wait(Action):
    """Stay silent for `seconds`; a key cuts it short. Answer: Played. `flush` as in Play."""

    seconds: float
    flush: bool = False


@dataclass(frozen=True)
class Answer(Action):
    """Answer the call. Answer: Played."""


@dataclass(frozen=True)
class Ring(Action):
    """Let the caller hear it ringing for `seconds`, before the call is answered. Answer: Played."""

    seconds: float


@dataclass(frozen=True)
class Music(Action):
    """Play `source` over and over for `seconds`; each of `keys` cuts it short, others are forgotten. Answer: Played.

    source: "moh" or "moh/NAME" (a stream of the switch), or `<digest>.wav` in the prompts folder. Failed when it is
    not there. On a call that is not answered yet it is early media.
    """

    source: str
    seconds: float
    keys: str = ALL_KEYS
    flush: bool = False


@dataclass(frozen=True)
class Record(Action):
    """Record the caller into `name`, anew. Answer: Recorded; never Failed, and not Gone while there is sound to keep.

    name: a path below recordings/ of the switch's root, `YYYY/MM/DD/CALL.WHAT.wav`. Over after `max_s`, after
    `silence_s` of silence, or at the key `end` ("" for any key). beep: a tone before it.
    """

    name: str
    max_s: float
    silence_s: float
    end: str
    beep: bool
    flush: bool = False


@dataclass(frozen=True)
class Dial(Action):
    """Ring `numbers` (E.164) all at once for `ring_s`; the first to answer talks with the caller. Answer: Dialed.

    gateways: their names, tried in this order; () for all of the switch in its order. caller_id: E.164, "" for none.
    whisper: what the one who answers hears first. accept: the key they have to press then ("" for none): who does not
    counts as not answering. music: what the caller hears meanwhile, as in Music ("" for ringing). tape: the talk is
    recorded under this name, as in Record ("" for not); stereo: the caller on the left. key: stops the ringing when the
    caller presses it; other keys are forgotten. A call that is not answered yet is answered by whoever answers.
    """

    numbers: tuple[str, ...]
    ring_s: float
    caller_id: str
    gateways: tuple[str, ...] = ()
    whisper: tuple[Part, ...] = ()
    accept: str = ""
    music: str = ""
    tape: str = ""
    stereo: bool = False
    key: str = ""
    flush: bool = False


@dataclass(frozen=True)
class Consult(Action):
    """Ask the orchestrator `what` with `body`, for at most `timeout_s`. Answer: Answered. Keys are kept.

    quiet: nobody waits for the answer: Answered(None) at once. offers: an offer that is pushed ends it. Answer: Offered
    then. The music of a Hold goes on meanwhile.
    """

    what: str
    body: dict[str, object] = field(default_factory=dict)
    timeout_s: float = 1.0
    quiet: bool = False
    offers: bool = False


@dataclass(frozen=True)
class Hold(Action):
    """Music for `seconds`, which an offer or one of `keys` ends at once. Answer: Offered, or Played(digit).

    source: as in Music, "" for silence. The music goes on behind what is asked, until something else is to be heard:
    another Hold of the same source plays on.
    """

    source: str
    seconds: float
    keys: str = ""
    flush: bool = False


@dataclass(frozen=True)
class Join(Action):
    """Talk with whoever is on the leg `leg`, which is parked: an agent's. Answer: Joined.

    link: what to dial for a leg on another switch, with `{leg}` for its name there; "" for one on this switch. tape:
    the talk is recorded under this name, as in Record ("" for not); stereo: the caller on the left.
    """

    leg: str
    link: str = ""
    tape: str = ""
    stereo: bool = False


@dataclass(frozen=True)
class Tape(Action):
    """Record both sides into `name` (as in Record) from now to the call's end. Answer: Played, though it fails.

    stereo: a channel for each side. What is `private` is silent in it.
    """

    name: str
    stereo: bool


@dataclass(frozen=True)
class HangUp(Action):
    """The call is over. No answer is needed."""


# as Python 3.9 has it
Asking = Union[Play, Gather, Wait, Answer, Ring, Music, Record, Dial, Consult, Hold, Join, Tape]  # noqa: UP007
