"""Sees to it that a switch has what all calls of a program speak, before any is made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import gevent
import structlog
from gevent import Greenlet

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.prompts.fetching import HasJobs
from orchestrator.runtime.prompts.fixed_prompts import FOLDER, fixed_texts, make_missing, require_way, tags
from orchestrator.runtime.prompts.speech_rest import Broke, SpeechRest
from orchestrator.runtime.settings import Settings
from orchestrator.scenario.compile import Compiled
from orchestrator.speech.folder import is_whole
from orchestrator.speech.studio_link import StudioLink

log = structlog.get_logger()


class ReadyPrompts:
    """Launching has done it already, as a rule. But the engine may be another one since, or the switch a new one.

    publish(switch name, names of prompts) gives a switch those it has not got, `has(switch name, names)` says whether
    a switch on another machine has them all; both may raise KnownError. `freed` is called after each look. What goes
    wrong with the engine begins `rest`, what goes wrong with a switch that one's own.
    """

    def __init__(
        self,
        settings: Settings,
        studio: StudioLink,
        rest: SpeechRest,
        rests: Mapping[str, SpeechRest],
        *,
        lines: Mapping[str, HasJobs],
        publish: Callable[[str, set[str]], None],
        has: Callable[[str, set[str]], bool],
        freed: Callable[[], None],
        broke: Broke,
    ) -> None:
        self._settings, self._studio, self._lines = settings, studio, lines
        self._rest, self._rests = rest, rests
        self._broke = broke
        self._publish, self._has, self._freed = publish, has, freed
        self._ready: set[tuple[str, str]] = set()  # (program, switch)
        self._looking: dict[str, Greenlet[..., None]] = {}  # program -> who looks
        self.tags: dict[str, str] = {}  # language -> tag of its voice, for all languages of ready programs

    def is_ready(self, compiled: Compiled, switch: str) -> bool:
        """Whether calls of a program may be made from a switch. When not, a greenlet sees to it."""
        if (compiled.digest, switch) in self._ready:
            return True
        if compiled.digest not in self._looking and not (self._rest.is_on or self._rests[switch].is_on):
            self._looking[compiled.digest] = greenlet = gevent.spawn(self._look, compiled)
            greenlet.link_exception(self._broke)
        return False

    def has_seen_to(self, compiled: Compiled, switch: str) -> bool:
        """`is_ready`, and nothing is done about it."""
        return (compiled.digest, switch) in self._ready

    def stop(self) -> None:
        gevent.killall(list(self._looking.values()))

    def _look(self, compiled: Compiled) -> None:
        try:
            self._see_to(compiled)
        except KnownError as error:
            self._rest.begin(str(error))
        else:
            self._rest.end()
        finally:
            del self._looking[compiled.digest]
            self._freed()

    def _see_to(self, compiled: Compiled) -> None:
        """KnownError when the engine is at fault; a switch that is at fault rests, the others are ready."""
        tag_of = tags(self._studio)
        texts = fixed_texts(compiled, tag_of)
        made = make_missing(self._studio, self._settings.data / FOLDER, texts)
        if made:
            log.info("prompts_made", scenario=compiled.name, count=made)
        self.tags.update({language: tag_of(language) for language in compiled.languages})
        names = {text.name for text in texts}
        for switch, rest in self._rests.items():
            if self._lines[switch].core_uuid is None or rest.is_on or self.has_seen_to(compiled, switch):
                continue  # one that is not there is looked after once it is
            try:
                self._give(compiled, switch, names)
            except KnownError as error:
                rest.begin(str(error))
            else:
                rest.end()
                self._ready.add((compiled.digest, switch))

    def _give(self, compiled: Compiled, name: str, names: set[str]) -> None:
        switch = self._settings.switches[name]
        require_way(compiled, name, switch)
        if switch.ssh is None:
            has_all = all(is_whole(switch.root / FOLDER / each) for each in names)
        else:
            has_all = self._has(name, names)
        if not has_all:
            self._publish(name, names)
