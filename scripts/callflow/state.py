"""Where a call is in its flow. A value: `machine.step` works on a copy, never on the one it was given."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from . import program as reading
from .moves import Asking

PATH_MAX = 64  # entries kept: the first half and the latest half of a longer way
VALUE_MAX = 256  # characters of one variable
STEPS_BETWEEN_ACTIONS = 1000  # a loop that never speaks nor listens ends the call with an error
ACTIONS_PER_CALL = 1000  # nor may a call go on for ever


class Over(Exception):  # noqa: N818  # no error: most calls end so
    """The call is to end now as `flow`; raised by verbs, caught by `machine.step`, never seen outside."""

    def __init__(self, flow: str) -> None:
        super().__init__(flow)
        self.flow = flow


@dataclass
class State:
    """Public: block, line, result, party, flow, path, heard, values, language, is_over.

    The rest is the machine's own.

    flow: "" while under way, then ended (by the flow), left (the caller hung up first) or error.
    path: "SECONDS WHAT" texts, seconds since answer. heard: messages begun, each once. values: what the flow
    asked or set. line: line of the current step in the scenario file, 0 before the first.
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
    now_s: float = 0.0
    frames: tuple[tuple[list[object], int], ...] = ()  # steps under way and index of the next, innermost last
    pending: Asking | None = None
    asked_s: float = 0.0  # when `pending` was asked for
    carried: str = ""  # keys typed ahead, not used by a menu or ask yet
    is_stale: bool = False  # what waits in the switch's own queue of keys was typed for a refused answer
    tries: int = 0  # of the menu or ask under way
    is_machine: bool = False  # a message is being left on a machine
    actions: int = 0

    @property
    def is_over(self) -> bool:
        return self.flow != ""

    def copy(self) -> State:
        return replace(self)

    def note(self, what: str) -> None:
        """Add to the path, at the current time."""
        kept = self.path
        if len(kept) >= PATH_MAX:
            kept = kept[: PATH_MAX // 2] + kept[PATH_MAX // 2 + 1 :]
        self.path = (*kept, f"{self.now_s:.1f} {what}")

    def hear(self, message: str) -> None:
        if message not in self.heard:
            self.heard = (*self.heard, message)

    def enter(self, block: str) -> None:
        """Go to the beginning of a block, leaving whatever was under way."""
        flow = reading.mapping(self.program.get("flow"), "flow")
        if block not in flow:
            raise reading.ProgramError("no such block")
        steps = reading.sequence(flow[block], "steps of a block")
        self.block = block
        self.frames = ((steps, 0),)
        self.note(block)

    def descend(self, steps: list[object]) -> None:
        """Run `steps` next, then go on where we were."""
        self.frames = (*self.frames, (steps, 0))

    def set(self, name: str, value: str) -> None:
        self.values = {**self.values, name: value[:VALUE_MAX]}

    def lookup(self, name: str) -> str:
        """The text of a flow variable or contact column; unknown is ""."""
        if name in self.values:
            return self.values[name]
        columns = reading.mapping(self.payload.get("c", {}), "columns in the payload")
        return reading.text(columns.get(name, ""), "a column")

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
