"""A scenario while it is being checked: the model, and what the cross checks look up in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.domain.disposition import Disposition
from orchestrator.engine.rules import EXHAUSTED
from orchestrator.scenario.company import Company
from orchestrator.scenario.dial import RuleSpec
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.flow import CLOSED, START, Block, Flow, reachable, read_block
from orchestrator.scenario.inbound import MISSED
from orchestrator.scenario.library import Loaded
from orchestrator.scenario.melody import SoundFile
from orchestrator.scenario.model import MODELS, ROBOCALL, AnyModel, ColumnSpec, Ivr, Predictive, Robocall
from orchestrator.scenario.part import Broken
from orchestrator.scenario.queue_plan import promises_in
from orchestrator.scenario.queues import QueueSpec
from orchestrator.scenario.roles import Role, names_in
from orchestrator.scenario.rule_tells import AnyTell
from orchestrator.scenario.sounds import Sound
from orchestrator.scenario.source import Map, Mark, Text, texts_in
from orchestrator.scenario.standard_messages import ABANDONED, STANDARD
from orchestrator.scenario.template import Template, parse_template
from orchestrator.scenario.words import LANGUAGES

# Names that the interpreter itself fills in: always, and for the message of a moment only
WHISPER = "whisper_accept"  # the standard message of who must press a key
GIVEN = frozenset({"caller", "called", "is_open"})
TOLD = frozenset({"entered", "queue.position", "queue.wait"})
RULED = frozenset(
    {*(kind.value for kind in Disposition), EXHAUSTED}
)  # what rules stand under in every scenario


@dataclass(slots=True, kw_only=True)
class Draft:
    """`recordings`: sounds by the place of the `file` that names them. `lost`: top-level keys that could not be
    understood as a whole; what refers to them is not held against the author. `flow`: the blocks of `flow` and of
    `missed`, without those that an included file has for other scenarios. `roots`: blocks at which calls begin.
    `vips`: numbers that a file holds, by the place that names it; `script`: the text of the desk's.
    """

    model: AnyModel
    findings: Findings
    file: str
    path: Path
    folder: Path
    lost: frozenset[str]
    languages: tuple[str, ...]
    flow: Flow
    roots: tuple[str, ...]
    blocks: dict[str, Block]
    reached: set[str]
    recordings: dict[Mark, Sound | None] = field(default_factory=dict)
    vips: dict[Mark, tuple[str, ...]] = field(default_factory=dict)
    script: str = ""

    @classmethod
    def of(cls, loaded: Loaded, folder: Path, findings: Findings) -> Draft:
        root = Map.at(loaded.root, loaded.root.mark)
        wanted = MODELS.get(str(root.value("kind")), MODELS[ROBOCALL])
        for key in loaded.lost:
            if not root.value(key) and key in wanted.neutral:
                root[Text.at(key, root.mark)] = wanted.neutral[key]
        for key in [key for key in root if key.mark.file != loaded.file and key not in wanted.model_fields]:
            del root[key]  # an included file has it for scenarios of another kind
        model = wanted.model_validate(root, context=findings)
        flow = _flow_of(model)
        blocks = {str(name): read_block(steps) for name, steps in flow.items()}
        roots = _roots_of(model)
        reached = reachable(blocks, roots)
        kept = {name for name in flow if name in reached or name.mark.file == loaded.file}
        broken = frozenset(key for key in wanted.model_fields if model.is_broken(key))
        return cls(
            model=model,
            findings=findings,
            file=loaded.file,
            path=loaded.path,
            folder=folder,
            lost=loaded.lost | broken,
            languages=tuple(dict.fromkeys(str(each) for each in model.languages if each in LANGUAGES)),
            flow={name: steps for name, steps in flow.items() if name in kept},
            roots=roots,
            blocks={name: block for name, block in blocks.items() if name in kept},
            reached=reached,
        )

    def is_own(self, mark: Mark) -> bool:
        """Whether it stands in the scenario itself. What is included may be meant for other scenarios."""
        return mark.file == self.file

    @property
    def is_inbound(self) -> bool:
        return isinstance(self.model, Ivr)

    @property
    def columns(self) -> dict[str, ColumnSpec]:
        """Declared columns that are understood, in their order."""
        return {str(name): spec for name, spec in self.contact.items() if not isinstance(spec, Broken)}

    @property
    def contact(self) -> dict[Text, ColumnSpec | Broken]:
        """Columns as declared; a call that comes in brings none."""
        return self.model.contact if isinstance(self.model, Robocall) else {}

    @property
    def vouched(self) -> set[str]:
        """What broken steps, and rules that tell something, may refer to."""
        return set(self._lost_tells()).union(*(block.vouched for block in self.blocks.values()))

    @property
    def variables(self) -> set[str]:
        return {str(name) for block in self.blocks.values() for name in block.sets}

    @property
    def given(self) -> frozenset[str]:
        """Names that can always be read."""
        return GIVEN if isinstance(self.model, Ivr) else frozenset()

    def place_of_flow(self, root: str) -> Mark:
        """Where a block at which calls begin should stand."""
        if root == MISSED and isinstance(self.model, Ivr) and self.model.missed is not None:
            return self.model.missed.place("flow")
        return self.model.place("flow")

    @property
    def said(self) -> list[Text]:
        said = [name for block in self.blocks.values() for name in block.says]
        for spec in self.agent_queues.values():
            said += [spec.whisper] if spec.whisper is not None else []
            said += [Text.at(WHISPER, spec.mark)] if spec.accept is not None else []
        said += promises_in(self.model, self.flow)
        said += [name for _, tell in self.tells for role, name in names_in(tell) if role is Role.SAYS]
        return said + [Text.at(ABANDONED, self.model.mark)] * self.is_paced

    @property
    def is_paced(self) -> bool:
        """Whether people are called before an agent is free."""
        return isinstance(self.model, Predictive)

    @property
    def queues(self) -> dict[Text, QueueSpec | Broken]:
        return self.model.queues

    @property
    def agent_queues(self) -> dict[Text, QueueSpec]:
        """Queues with agents that steps name."""
        used = {str(name) for block in self.blocks.values() for name in block.queues}
        return {
            name: spec
            for name, spec in self.queues.items()
            if not isinstance(spec, Broken) and name in used and spec.agents.has_agents
        }

    @property
    def has_agents(self) -> bool:
        """Whether calls come to agents, or may: their screens show all of a contact."""
        return self.has_unclear_queue or bool(self.agent_queues)

    @property
    def has_unclear_queue(self) -> bool:
        """Whether a step names a queue that is not understood, or not there: its own mistake is told, and none that
        would follow from it.
        """
        clear = {str(name) for name, spec in self.queues.items() if not isinstance(spec, Broken)}
        return "queues" in self.lost or any(
            str(name) not in clear for block in self.blocks.values() for name in block.queues
        )

    @property
    def company(self) -> Company | None:
        return self.model.company if isinstance(self.model, Predictive) else None

    @property
    def outcomes(self) -> dict[Text, RuleSpec | Broken]:
        """What an agent may note, with its rule."""
        return {} if self.model.desk is None else self.model.desk.outcomes

    @property
    def results(self) -> set[str]:
        """Results of steps that are reached."""
        return {str(name) for each in self.reached for name in self.blocks[each].concludes}

    @property
    def message_names(self) -> frozenset[str]:
        """Messages that a step may name."""
        return frozenset(map(str, self.model.messages)) | STANDARD.keys()

    @property
    def declared_columns(self) -> frozenset[str]:
        """Names under `contact`, of those that are not understood too."""
        return frozenset(map(str, self.contact))

    @property
    def written_rules(self) -> dict[Text, RuleSpec | Broken]:
        """The rules for calls that are placed, as the author wrote them."""
        if isinstance(self.model, Robocall):
            return self.model.rules
        return {} if self.model.missed is None else self.model.missed.rules

    @property
    def rule_specs(self) -> dict[Text, RuleSpec]:
        """Rules that are understood, those of outcomes too; of results that are for other scenarios as well."""
        both = [*self.written_rules.items(), *self.outcomes.items()]
        return {key: spec for key, spec in both if isinstance(spec, RuleSpec)}

    @property
    def tells(self) -> list[tuple[Text, AnyTell]]:
        """(rule, what it tells), without rules that an included file has for results of other scenarios."""
        return [
            (key, tell)
            for key, spec in self.rule_specs.items()
            if self.is_own(key.mark) or key in RULED or key in self.results or key in self.outcomes
            for tell in spec.tells
        ]

    @property
    def has_lost_tells(self) -> bool:
        """Whether something that rules tell is not understood."""
        return next(self._lost_tells(), None) is not None

    def _lost_tells(self) -> Iterator[Text]:
        for spec in (*self.written_rules.values(), *self.outcomes.values()):
            yield from texts_in(spec.raw) if isinstance(spec, Broken) else spec.lost_tells()

    @property
    def machine(self) -> str:
        """What answering machines are met with; "" when that is not understood."""
        if isinstance(self.model, Robocall):
            return "" if "machine" in self.lost else str(self.model.machine)
        missed = self.model.missed
        return "" if missed is None or missed.is_broken("machine") else str(missed.machine)

    def used_columns(self) -> set[str]:
        """Every name that a message, a step or the order of calling looks up."""
        used = set(self.vouched)
        used |= {str(name) for block in self.blocks.values() for name in block.reads}
        used |= {spoken.name for *_, template in self.templates() for spoken in template.names}
        used |= {
            str(spec.priority.column) for spec in self.agent_queues.values() if spec.priority is not None
        }
        used |= {name for name, _ in names_in_script(self.script)}
        used |= {str(name) for _, tell in self.tells for role, name in names_in(tell) if role is Role.READS}
        first = self.model.dial.first if isinstance(self.model, Robocall) else ()
        return used | {order.key.column for order in first if order.key.column}

    def brought_columns(self) -> dict[str, ColumnSpec]:
        """The columns that a batch of contacts brings: not those that an included file has for other scenarios."""
        used = self.used_columns()
        own = {str(name) for name in self.contact if self.is_own(name.mark)}
        return {name: spec for name, spec in self.columns.items() if name in used | own}

    def templates(self) -> list[tuple[Text, str, Text, Template]]:
        """(message, language, text as written, template) of every message that is text."""
        found = []
        for name, wordings in self.model.messages.items():
            for language, wording in _items(wordings):
                if isinstance(wording, Text):
                    found.append((name, str(language), wording, parse_template(wording)))
        return found

    def sound_files(self) -> list[SoundFile]:
        return [
            wording
            for wordings in self.model.messages.values()
            for _, wording in _items(wordings)
            if isinstance(wording, SoundFile)
        ] + [sound for block in self.blocks.values() for sound in block.sounds]


def names_in_script(script: str) -> list[tuple[str, int]]:
    """(name, line) of every `{{ name }}` that an agent's script holds."""
    return [
        (found[1], number)
        for number, line in enumerate(script.splitlines(), start=1)
        for found in _IN_SCRIPT.finditer(line)
    ]


_IN_SCRIPT = re.compile(r"\{\{\s*([A-Za-z0-9_.]{1,64})\s*\}\}")


def _items(
    wordings: dict[Text, Text | SoundFile | Broken] | Broken,
) -> list[tuple[Text, Text | SoundFile | Broken]]:
    return [] if isinstance(wordings, Broken) else list(wordings.items())


def _flow_of(model: AnyModel) -> Flow:
    missed = model.missed if isinstance(model, Ivr) else None
    return {**(missed.blocks if missed else {}), **model.flow}


def _roots_of(model: AnyModel) -> tuple[str, ...]:
    """Where calls begin; `start` whether it is there or not."""
    if isinstance(model, Robocall):
        return (START,)
    has_missed = model.missed is not None and model.missed.flow is not None
    return (START, *[CLOSED] * (CLOSED in model.flow), *[MISSED] * has_missed)
