"""Where a call is in its flow. A value: `machine.step` works on a copy, never on the one it was given."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from . import program as reading
from .moves import Asking
from .names import began_s, fits, recording_name
from .opening import is_open

PATH_MAX = 64  # entries kept: the first half and the latest half of a longer way
LONG_PATH_MAX = 128  # of calls that come in and callbacks: what is heard stands in it too
VALUE_MAX = 256  # characters of one variable
STEPS_BETWEEN_ACTIONS = 1000  # a loop that never speaks nor listens ends the call with an error
ACTIONS_PER_CALL = 1000  # nor may a call go on for ever
RECORDED_AS_MAX = 60  # characters of what a recording is called by
MET_MAX = 64  # talks with agents
CALLS_DEEP = 16  # blocks that call one another
RANKS = ("", "closed", "queue", "voicemail")  # of what says most about a call that reached nobody, last


class Over(Exception):  # noqa: N818  # no error: most calls end so
    """The call is to end now as `flow`; raised by verbs, caught by `machine.step`, never seen outside."""

    def __init__(self, flow: str) -> None:
        super().__init__(flow)
        self.flow = flow


class Bounded:
    """Of a step's memory: the step itself sees to it that it ends, by time, and its actions are not counted."""


@dataclass
class State:
    """Public: block, line, result, party, flow, path, heard, values, language, is_answered, reached, end, notes,
    recordings, queue_wait_s, met, abandoned, is_over.

    The rest is the machine's own.

    flow: "" while under way, then ended (by the flow), left (the caller hung up first) or error.
    path: "SECONDS WHAT" texts, seconds since answer, or since the beginning of a call that came in. heard: messages
    begun, each once. values: what the flow asked or set, without what is private: that is in `secrets`. line: line of
    the current step in the scenario file, 0 before the first. reached: the number, or the agent, that talked with the
    caller. met: "LEG SECONDS" of each talk with an agent. abandoned: of somebody whom we called: "true" when no agent
    was there in time, "late" when one came after that. notes: what is to be done after the call. recordings: their
    names, below recordings/ of the switch's root.
    """

    program: dict[str, object]
    payload: dict[str, object]
    language: str = ""
    block: str = ""
    line: int = 0
    result: str | None = None
    party: str = "unknown"
    flow: str = ""
    path: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    is_answered: bool = False
    reached: str = ""
    notes: tuple[dict[str, object], ...] = ()
    recordings: tuple[str, ...] = ()
    queue_wait_s: float | None = None
    met: tuple[str, ...] = ()
    abandoned: str = ""
    now_s: float = 0.0
    frames: tuple[tuple[list[object], int], ...] = ()  # steps under way and index of the next, innermost last
    calls: tuple[
        tuple[str, tuple[tuple[list[object], int], ...]], ...
    ] = ()  # block and frames to come back to
    pending: Asking | None = None
    asked_s: float = 0.0  # when `pending` was asked for
    carried: str = ""  # keys typed ahead, not used by a menu or ask yet
    is_stale: bool = False  # what waits in the switch's own queue of keys was typed for a refused answer
    tries: int = 0  # of the menu or ask under way
    repeats: int = 0  # of the menu under way that used up no try
    memory: object = None  # what else the step under way has to remember; its own kind of frozen dataclass
    is_entering: bool = False  # the step's turn has come, and it waits for the call to be answered
    is_machine: bool = False  # a message is being left on a machine
    actions: int = 0
    secrets: dict[str, str] = field(default_factory=dict)  # private variables
    told: dict[str, str] = field(default_factory=dict)  # names that only the message being said knows
    tape: str = ""  # the recording of the whole call
    fate: str = ""  # one of RANKS
    has_no_music: bool = False  # it could not be played

    @property
    def is_over(self) -> bool:
        return self.flow != ""

    @property
    def is_campaign(self) -> bool:
        """A robocall: its reports are shorter."""
        return not isinstance(self.program, dict) or self.program.get("kind") not in ("ivr", "callback")

    @property
    def end(self) -> str:
        """Where the caller was left: flow (also after a talk), closed, queue, voicemail, hung_up, lost (the program
        cannot be followed); "" while under way.
        """
        if not self.flow or self.reached:
            return "flow" if self.flow else ""
        if self.fate:
            return self.fate
        return {"left": "hung_up", "error": "lost"}.get(self.flow, "flow")

    def copy(self) -> State:
        return replace(self)

    def note(self, what: str) -> None:
        """Add to the path, at the current time."""
        self.note_at(self.now_s, what)

    def note_at(self, at_s: float, what: str) -> None:
        kept, most = self.path, PATH_MAX if self.is_campaign else LONG_PATH_MAX
        if len(kept) >= most:
            kept = kept[: most // 2] + kept[most // 2 + 1 :]
        self.path = (*kept, f"{at_s:.1f} {what}")

    def hear(self, message: str) -> None:
        """A message was begun when the action under way was asked for."""
        if not message:
            return
        if message not in self.heard:
            self.heard = (*self.heard, message)
        if not self.is_campaign:
            self.note_at(self.asked_s, "hears " + message)

    def enter(self, block: str) -> None:
        """Go to the beginning of a block, leaving whatever was under way in the block that is now called.

        A block that one further up has come from is gone back to, so that going round and round gets no deeper.
        """
        steps = self._steps(block)
        outer = [name for name, _ in self.calls]
        if block in outer:
            self.calls = self.calls[: outer.index(block)]
        self.block = block
        self.frames = ((steps, 0),)
        self.note(block)

    def call(self, block: str) -> None:
        """Run a block, and come back here at its end."""
        steps = self._steps(block)
        if len(self.calls) >= CALLS_DEEP:
            raise reading.ProgramError("blocks call one another too deep")
        self.calls = (*self.calls, (self.block, self.frames))
        self.block = block
        self.frames = ((steps, 0),)
        self.note(block)

    def come_back(self) -> bool:
        """At the end of a block: go on where it was called, if it was."""
        if not self.calls:
            return False
        *rest, (self.block, self.frames) = self.calls
        self.calls = tuple(rest)
        return True

    def _steps(self, block: str) -> list[object]:
        flow = reading.mapping(self.program.get("flow"), "flow")
        if block not in flow:
            raise reading.ProgramError("no such block")
        return reading.sequence(flow[block], "steps of a block")

    def descend(self, steps: list[object]) -> None:
        """Run `steps` next, then go on where we were."""
        self.frames = (*self.frames, (steps, 0))

    def set(self, name: str, value: str, *, private: bool = False) -> None:
        """Give a variable a value; it is in `values` or, private, in `secrets`."""
        open_, hidden = dict(self.values), dict(self.secrets)
        (open_ if private else hidden).pop(name, None)
        (hidden if private else open_)[name] = value[:VALUE_MAX]
        self.values, self.secrets = open_, hidden

    def unset(self, name: str) -> None:
        self.values = {each: text for each, text in self.values.items() if each != name}
        self.secrets = {each: text for each, text in self.secrets.items() if each != name}

    def lookup(self, name: str) -> str:
        """The text of a flow variable, contact column, or what the interpreter itself knows; unknown is ""."""
        for known in (self.told, self.secrets, self.values):
            if name in known:
                return known[name]
        columns = reading.mapping(self.payload.get("c", {}), "columns in the payload")
        if name in columns:
            return reading.text(columns[name], "a column")
        if name in ("caller", "called"):
            return reading.text(self.payload.get(name, ""), name)
        if name == "is_open":
            return "yes" if is_open(self.program, self.at_s) else "no"
        return ""

    def is_private(self, name: str) -> bool:
        """Whether what `lookup` gives for a name is private."""
        return name in self.secrets

    @property
    def at_s(self) -> float:
        """Seconds since the epoch, now."""
        return self.now_s + began_s(self.payload.get("at"))

    def leave_note(self, note: dict[str, object], shown: str) -> None:
        """Leave something to be done after the call, and `shown` in the path. What no longer fits the channel is
        told there, instead of being lost in silence.
        """
        made = {**note, "at": round(self.now_s, 1)}
        if fits((*self.notes, made)):
            self.notes = (*self.notes, made)
            self.note(shown)
        else:
            self.note("no room for " + shown)

    def leave_first_note(self, note: dict[str, object], shown: str) -> None:
        """As `leave_note`, before all others, once, and for certain: the latest give way where there is no room."""
        if note not in [{key: kept[key] for key in kept if key != "at"} for kept in self.notes]:
            notes = ({**note, "at": round(self.now_s, 1)}, *self.notes)
            while len(notes) > 1 and not fits(notes):
                notes = notes[:-1]
            self.notes = notes
        self.note(shown)

    def name_recording(self, what: str) -> str:
        """A name for a recording that this call has none of yet."""
        cut = what[:RECORDED_AS_MAX]  # or the number behind a long name would be cut off with its end
        names = (recording_name(self.payload, cut if n == 1 else f"{cut}-{n}") for n in range(1, 1000))
        return next((name for name in names if name not in self.recordings), "")

    def keep_recording(self, name: str) -> None:
        self.recordings = (*self.recordings, name)

    def meet(self, leg: str, seconds: float) -> None:
        """A talk with an agent is over."""
        self.met = (*self.met, f"{leg} {seconds:.0f}")[-MET_MAX:]

    def has_come_to(self, fate: str) -> None:
        """closed, queue or voicemail, unless the call has come to what says more."""
        self.fate = max(self.fate, fate, key=RANKS.index)

    def carry(self, keys: str) -> None:
        """Keep keys for the next menu or ask, in the order they were pressed; a flood is cut."""
        self.carried = (self.carried + keys)[: reading.DIGITS_MAX]

    def drop_keys(self) -> None:
        """Forget keys typed ahead, those that the switch has not handed over yet included."""
        self.carried, self.is_stale = "", True

    def take_carried(self, most: int, end: str) -> tuple[str, bool]:
        """Take up to `most` of the keys typed ahead, up to the key `end`; and whether that completes them.

        An `end` with nothing before it only meant "skip this message", and is dropped.
        """
        keys = self.carried.lstrip(end) if end else self.carried
        taken, found, rest = keys.partition(end) if end else (keys, "", "")
        if len(taken) >= most:
            self.carried = keys[most:].removeprefix(end)
            return taken[:most], True
        self.carried = rest
        return taken, bool(found)
