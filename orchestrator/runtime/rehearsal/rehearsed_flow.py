"""The flow of one call, walked in virtual time: what is being done, how long that takes, and how it reads.

The flow is the switch's own (`callflow.machine`). Who calls decides what happens next: a scripted person
(`scripted_call`) or one at a keyboard (`phone`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from callflow.machine import step
from callflow.moves import (
    Action,
    Answer,
    Consult,
    Dial,
    File,
    Gather,
    HangUp,
    Hold,
    Input,
    Join,
    Music,
    Part,
    Play,
    Record,
    Recording,
    Ring,
    Tape,
    Text,
    Wait,
)
from callflow.state import State
from callflow.verbs.line import Line

CHARACTERS_PER_S = 14.0  # of a voice, in Russian and English alike
TALK_S = 30.0  # of a talk with whoever takes a call
PICK_UP_S = 5.0  # until somebody who is there takes it
WAITS = "waits for an agent"
JOIN_S = 1.0  # until an agent does


@dataclass(slots=True)
class RehearsedFlow:
    """sound_s: seconds that a recording lasts, by its file name on the switch. sound_name: what people call it.
    text_s: seconds of a text, by itself and its language. agents: of each queue; none: those assigned.

    action: what the flow wants done now, since `began_s`. spoken_s: what the caller has said into the recording
    under way. recorded: name -> seconds of what the call has recorded.
    """

    state: State
    sound_s: Callable[[str], float]
    sound_name: Callable[[str], str]
    text_s: Callable[[str, str], float] = lambda text, _: len(text) / CHARACTERS_PER_S
    agents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    now_s: float = 0.0
    action: Action = field(default_factory=HangUp)
    began_s: float = 0.0
    spoken_s: float = 0.0
    recorded: dict[str, float] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return self.state.is_over

    @property
    def where(self) -> str:
        return f"{self.state.block}:{self.state.line}"

    @property
    def queue(self) -> str:
        """The queue of agents in which the call waits; "" for none."""
        return self.state.memory.queue if isinstance(self.state.memory, Line) else ""

    @property
    def may_be_offered(self) -> bool:
        """Whether an agent may take the call now."""
        action = self.action
        return isinstance(action, Hold) or (isinstance(action, Play) and action.offers)

    def give(self, inp: Input) -> None:
        """Answer the action under way; the next one begins now."""
        if isinstance(self.action, Record):
            self.recorded[self.action.name] = self.spoken_s
        self.state, self.action = step(self.state, inp, self.now_s)
        self.began_s, self.spoken_s = self.now_s, 0.0

    def length_s(self) -> float:
        """How long the action under way speaks, plays or is silent; the time to answer a question is not in it."""
        action = self.action
        match action:
            case Wait() | Ring() | Music() | Hold():
                return action.seconds
            case Play():
                return self._spoken_s(action.parts)
            case Gather():
                return 0.0 if action.typed else self._spoken_s(action.parts)
            case Record():
                return min(self.spoken_s + action.silence_s, action.max_s)
            case Dial():
                return action.ring_s
            case _:
                return 0.0

    def end_s(self) -> float:
        """When the action is over if nobody does anything."""
        timeout_s = self.action.timeout_s if isinstance(self.action, Gather) else 0.0
        return self.began_s + self.length_s() + timeout_s

    def _spoken_s(self, parts: tuple[Part, ...]) -> float:
        return sum(self.part_s(part) for part in parts)

    def part_s(self, part: Part) -> float:
        """Seconds of one part of a message."""
        match part:
            case File(name):
                return self.sound_s(name)
            case Recording(name):
                return self.recorded.get(name, 0.0)
            case Text(text):
                return self.text_s(text, self.state.language)
            case _:
                return 0.0

    def words(self, parts: tuple[Part, ...]) -> str:
        """The parts as they are read: texts in words, sounds by their names."""
        return "".join(self._part_text(part) for part in parts).strip()

    def _part_text(self, part: Part) -> str:
        match part:
            case Text(text):
                return text
            case File(name):
                return f"({self.sound_name(name)})"
            case Recording():
                return "(what was recorded)"
            case _:
                return ""

    def told(self) -> str:
        """The action in words; "" for what nobody notices."""
        action = self.action
        match action:
            case Play() | Gather():
                return f'{action.message} "{self.words(action.parts)}"'.strip()
            case Wait():
                return f"silence for {action.seconds:g}s"
            case Answer():
                return "the call is answered"
            case Ring():
                return f"it rings for {action.seconds:g}s"
            case Music():
                return f"music ({self._source(action.source)}) for {action.seconds:g}s"
            case Hold():
                music = f"music ({self._source(action.source)})" if action.source else "silence"
                return f"{WAITS} of {self.queue}: {music}"
            case Join():
                return "is joined with the agent" + (", the talk is recorded" if action.tape else "")
            case Record():
                beep = "beep, " if action.beep else ""
                return (
                    f"{beep}recording: at most {action.max_s:g}s, ends after {action.silence_s:g}s of silence"
                )
            case Dial():
                return f"rings {', '.join(action.numbers)} for {action.ring_s:g}s{self._meanwhile(action)}"
            case Consult() if action.what == "fetch":
                return f"asks {asked_of(action)}"
            case Tape():
                return "the call is recorded from here on"
            case _:
                return ""

    def _meanwhile(self, action: Dial) -> str:
        more = f", music ({self._source(action.music)})" if action.music else ""
        more += f', whispers "{self.words(action.whisper)}"' if action.whisper else ""
        more += f", {action.accept} accepts" if action.accept else ""
        more += ", the talk is recorded" if action.tape else ""
        return more

    def _source(self, source: str) -> str:
        return self.sound_name(source) if source.endswith(".wav") else source


def asked_of(consult: Consult) -> str:
    """`POST crm/orders`."""
    body = consult.body
    return f"{str(body.get('method', 'get')).upper()} {service_path(consult)}"


def service_path(consult: Consult) -> str:
    """`crm/orders`."""
    return "/".join(str(consult.body[key]) for key in ("service", "path") if consult.body.get(key))
