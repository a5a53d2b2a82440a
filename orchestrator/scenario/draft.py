"""A scenario while it is being checked: the model, and what the cross checks look up in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.scenario.dial import RuleSpec
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.flow import Block, reachable, read_block
from orchestrator.scenario.library import Loaded
from orchestrator.scenario.model import ColumnSpec, ScenarioModel, SoundFile
from orchestrator.scenario.part import Broken
from orchestrator.scenario.sounds import Sound
from orchestrator.scenario.source import Map, Mark, Text
from orchestrator.scenario.template import Template, parse_template
from orchestrator.scenario.words import LANGUAGES


@dataclass(slots=True, kw_only=True)
class Draft:
    """`recordings`: sounds by the place of the `file` that names them. `lost`: top-level keys that could not be
    understood as a whole; what refers to them is not held against the author.
    """

    model: ScenarioModel
    findings: Findings
    file: str
    path: Path
    folder: Path
    lost: frozenset[str]
    languages: tuple[str, ...]
    blocks: dict[str, Block]
    reached: set[str]
    recordings: dict[Mark, Sound | None] = field(default_factory=dict)

    @classmethod
    def of(cls, loaded: Loaded, folder: Path, findings: Findings) -> Draft:
        root = Map.at(loaded.root, loaded.root.mark)
        for key in loaded.lost:
            if not root.value(key) and key in ScenarioModel.neutral:
                root[Text.at(key, root.mark)] = ScenarioModel.neutral[key]
        model = ScenarioModel.model_validate(root, context=findings)
        blocks = {str(name): read_block(steps) for name, steps in model.flow.items()}
        broken = frozenset(key for key in ScenarioModel.model_fields if model.is_broken(key))
        return cls(
            model=model,
            findings=findings,
            file=loaded.file,
            path=loaded.path,
            folder=folder,
            lost=loaded.lost | broken,
            languages=tuple(dict.fromkeys(str(each) for each in model.languages if each in LANGUAGES)),
            blocks=blocks,
            reached=reachable(blocks),
        )

    def is_own(self, mark: Mark) -> bool:
        """Whether it stands in the scenario itself. What is included may be meant for other scenarios."""
        return mark.file == self.file

    @property
    def columns(self) -> dict[str, ColumnSpec]:
        """Declared columns that are understood, in their order."""
        return {str(name): spec for name, spec in self.model.contact.items() if not isinstance(spec, Broken)}

    @property
    def vouched(self) -> set[str]:
        """What broken steps may refer to."""
        return set().union(*(block.vouched for block in self.blocks.values()))

    @property
    def variables(self) -> set[str]:
        return {str(name) for block in self.blocks.values() for name in block.sets}

    @property
    def said(self) -> list[Text]:
        return [name for block in self.blocks.values() for name in block.says]

    @property
    def results(self) -> set[str]:
        """Results of steps that are reached."""
        return {str(name) for each in self.reached for name in self.blocks[each].concludes}

    @property
    def message_names(self) -> frozenset[str]:
        """Messages that a step may name."""
        return frozenset(map(str, self.model.messages))

    @property
    def declared_columns(self) -> frozenset[str]:
        """Names under `contact`, of those that are not understood too."""
        return frozenset(map(str, self.model.contact))

    @property
    def written_rules(self) -> dict[Text, RuleSpec | Broken]:
        """The rules for calls that are placed, as the author wrote them."""
        return self.model.rules

    @property
    def machine(self) -> str:
        """What answering machines are met with; "" when that is not understood."""
        return "" if "machine" in self.lost else str(self.model.machine)

    def used_columns(self) -> set[str]:
        """Every name that a message, a step or the order of calling looks up."""
        used = set(self.vouched)
        used |= {str(name) for block in self.blocks.values() for name in block.reads}
        used |= {spoken.name for *_, template in self.templates() for spoken in template.names}
        return used | {order.key.column for order in self.model.dial.first if order.key.column}

    def brought_columns(self) -> dict[str, ColumnSpec]:
        """The columns that a batch of contacts brings: not those that an included file has for other scenarios."""
        used = self.used_columns()
        own = {str(name) for name in self.model.contact if self.is_own(name.mark)}
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
        ]


def _items(
    wordings: dict[Text, Text | SoundFile | Broken] | Broken,
) -> list[tuple[Text, Text | SoundFile | Broken]]:
    return [] if isinstance(wordings, Broken) else list(wordings.items())
