"""What calls speak is made before they are placed: nobody answers into silence.

What is the same in all calls is looked after by `ReadyPrompts`, per program and switch. What a contact alone is told is
made here, between claim and originate, in greenlets; the sound itself in the studio's process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import gevent
import structlog
from gevent import Greenlet

from callflow.names import prompt_name
from orchestrator.domain.lead import Attempt, Contact
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.prompts.fetching import Fetching, HasJobs
from orchestrator.runtime.prompts.ready_prompts import ReadyPrompts
from orchestrator.runtime.prompts.speech_rest import Broke, SpeechRest
from orchestrator.runtime.settings import Settings
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.speech import spoken
from orchestrator.speech.errors import Fault, SpeechError
from orchestrator.speech.folder import SpokenFolder
from orchestrator.speech.studio_link import Order, StudioLink
from orchestrator.speech.texts import Needs, needs_of

log = structlog.get_logger()

FOLDER = "spoken"
DAY_S = 86_400.0
AHEAD_S = 1.0  # of work that attempts may be waiting for
AHEAD_MOST = 40  # attempts being prepared at once
TRIES = 3  # of a text that the engine cannot say, though it says others
FAULTS_MOST = 10_000  # texts whose faults are remembered

Maker: TypeAlias = "Greenlet[..., Exception | None]"


class Unsayable(Exception):  # noqa: N818  # what becomes of the attempt, not a failure of ours
    """A text that the engine does not say, however often it is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What one call is told, and by which voice (its tag). missing: prompts not there yet, name -> text."""

    said: Mapping[str, list[str]]
    voice: str = ""
    missing: Mapping[str, str] = field(default_factory=dict)


class Prompting:
    """The prompts of one worker's calls. The callables: see `ReadyPrompts`; `freed` is called after each call too."""

    def __init__(
        self,
        settings: Settings,
        *,
        lines: Mapping[str, HasJobs],
        publish: Callable[[str, set[str]], None],
        has: Callable[[str, set[str]], bool],
        freed: Callable[[], None],
        broke: Broke,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._lines, self._freed, self._monotonic = settings, lines, freed, monotonic
        self._broke = broke
        self._spec = settings.speech.spec()
        self._studio = StudioLink(self._spec)
        self._rest = SpeechRest(monotonic)  # of the engine
        self._rests = {name: SpeechRest(monotonic) for name in settings.switches}  # of the way to each switch
        self._ready = ReadyPrompts(
            settings,
            self._studio,
            self._rest,
            self._rests,
            lines=lines,
            publish=publish,
            has=has,
            freed=freed,
            broke=broke,
        )
        self._fetching = Fetching(self._spec.timeout_s, monotonic)
        self._folders = _folders(settings)
        self._needs: dict[tuple[str, str], Needs] = {}
        self._making: dict[str, Maker] = {}  # file -> who makes it
        self._under_way: dict[str, tuple[Attempt, Greenlet[..., None]]] = {}
        self._pace_s = 0.05  # time of one attempt, the latest ones most
        self._faults: dict[str, int] = {}  # prompt -> times that the engine could not say it

    def held(self, compiled: Compiled) -> str:
        """Why no call of a program can be prepared now; "" when one can, or nothing has to be."""
        whys = [self._why_not(compiled, switch) for switch in self._settings.switches]
        return whys[0] if all(whys) else ""

    def _why_not(self, compiled: Compiled, switch: str) -> str:
        if self._ready.has_seen_to(compiled, switch) and not self._has_own(compiled):
            return ""
        return self._rest.held or self._rests[switch].held

    def __len__(self) -> int:
        """Attempts that are being prepared."""
        return len(self._under_way)

    def is_ready(self, compiled: Compiled, switch: str) -> bool:
        """Whether calls of a program may be made from a switch. When not, it is being seen to."""
        if not self._spec.prepares:
            return True
        is_ready = self._ready.is_ready(compiled, switch)
        return is_ready and not (self._rests[switch].is_on and self._has_own(compiled))

    def room(self, compiled: Compiled) -> int:
        """How many attempts of a program may be claimed now, as far as speech goes.

        Either many or none: claims of one or two leads would cost more than the prompts.
        """
        if not self._spec.prepares or not self._has_own(compiled):
            return AHEAD_MOST
        if self._rest.is_on:
            return 0
        most = max(self._spec.at_once, min(AHEAD_MOST, int(AHEAD_S * self._spec.at_once / self._pace_s)))
        free = most - len(self._under_way)
        return free if 2 * free >= most else 0

    def words(self, compiled: Compiled, contact: Contact, switch: str) -> Words:
        """What a contact is told, and which prompts of it are to be made before the call."""
        language = contact.language
        said = spoken(compiled, contact.fields, language)
        if not self._spec.prepares:
            return Words(said=said)
        voice = self._ready.tags[language]
        missing = {}
        for text in self._need(compiled, language).own(contact.fields, said):
            name = prompt_name(language, text, voice)
            if not self._is_there(switch, name):
                missing[name] = text
        return Words(said=said, voice=voice, missing=missing)

    def prepare(self, attempt: Attempt, words: Words, then: Callable[[Exception | None], None]) -> None:
        """Have the missing prompts made, and call `then` in a greenlet: with None once they are there.

        Else with Unsayable, or with the KnownError for which the attempt is to be made later.
        """

        def run() -> None:
            began, together = self._monotonic(), len(self._under_way)
            try:
                error = self._prepare(attempt, words)
            finally:
                del self._under_way[attempt.attempt_id]
            took = (self._monotonic() - began) / together
            self._pace_s = max(0.001, 0.8 * self._pace_s + 0.2 * took)
            then(error)
            self._freed()

        greenlet = gevent.spawn(run)
        greenlet.link_exception(self._broke)
        self._under_way[attempt.attempt_id] = attempt, greenlet

    def hear(self, event: Mapping[str, object]) -> bool:
        """Whether an event of a switch was for us."""
        return self._fetching.hear(event)

    def stop(self) -> list[Attempt]:
        """End; the attempts that were being prepared, none of which was originated."""
        attempts, greenlets = [each for each, _ in self._under_way.values()], self._under_way.values()
        gevent.killall([*(greenlet for _, greenlet in greenlets), *self._making.values()])
        self._ready.stop()
        self._under_way.clear()
        self._studio.close()
        return attempts

    def expire(self) -> None:
        """Remove what was spoken for contacts and not used for `keep_days`. In a thread: a folder may be large."""
        for folder in {folder.path: folder for folder in self._folders.values()}.values():
            removed = gevent.get_hub().threadpool.apply(folder.expire)
            if removed:
                log.info("spoken_prompts_removed", folder=str(folder.path), count=removed)

    # -- one call

    def _prepare(self, attempt: Attempt, words: Words) -> Exception | None:
        """Why the prompts are not there; None when they are."""
        language, folder = attempt.contact.language, self._folders[attempt.switch]
        makers = [self._maker(folder, name, text, language) for name, text in words.missing.items()]
        done = gevent.joinall(makers, timeout=self._spec.timeout_s)
        if len(done) < len(makers):
            return KnownError(f"its prompts were not there within {self._spec.timeout_s:g} s")
        error = next((maker.value for maker in makers if maker.value is not None), None)
        rest = self._rests[attempt.switch]
        if error is None:
            self._rest.end()
            error = self._fetch(attempt.switch, words)
            if error is None:
                rest.end()
                return None
            rest.begin(str(error))
        elif isinstance(error, SpeechError) and error.fault is not Fault.TEXT:
            (self._rest if error.fault is Fault.ENGINE else rest).begin(str(error))
        return error

    def _maker(self, folder: SpokenFolder, name: str, text: str, language: str) -> Maker:
        """Who makes this prompt: one greenlet, however many calls wait for it."""
        path = str(folder.file(name))
        if path not in self._making:
            self._making[path] = greenlet = gevent.spawn(self._make, folder, name, text, language)
            greenlet.link_exception(self._broke)
        return self._making[path]

    def _make(self, folder: SpokenFolder, name: str, text: str, language: str) -> Exception | None:
        path = folder.file(name)
        try:
            if not folder.use(name):  # it is there when only the switch has not fetched it yet
                self._studio.make(Order(text=text, language=language, out=path, may_be_silent=True))
                folder.note(name)
                self._faults.pop(name, None)
        except SpeechError as error:
            return self._judged(name, error) if error.fault is Fault.TEXT else error
        finally:
            del self._making[str(path)]
        return None

    def _judged(self, name: str, error: SpeechError) -> Exception:
        """What a text that was not said means for the call that waits for it."""
        if len(self._faults) > FAULTS_MOST:
            self._faults.clear()
        self._faults[name] = self._faults.get(name, 0) + 1
        log.warning("text_not_said", prompt=name, error=str(error), times=self._faults[name])
        if self._faults[name] < TRIES:
            return error
        return Unsayable(f"the speech engine cannot say a field of this contact: {error}")

    def _fetch(self, switch: str, words: Words) -> Exception | None:
        """Have a switch that gets prompts by URL get them now."""
        line = self._lines[switch]
        urls = [url for name in words.missing if (url := self._url(switch, name))]
        fetches = [gevent.spawn(self._fetching.error_of, line, url) for url in urls]
        gevent.joinall(fetches)
        return next((fetch.value for fetch in fetches if fetch.value is not None), None)

    # -- what there is

    def _is_there(self, switch: str, name: str) -> bool:
        if not self._folders[switch].use(name):
            return False
        url = self._url(switch, name)
        return not url or self._fetching.has(self._lines[switch], url)

    def _url(self, switch: str, name: str) -> str:
        url = self._settings.switches[switch].prompts_url
        return f"{url.rstrip('/')}/{name}" if url else ""

    def _has_own(self, compiled: Compiled) -> bool:
        return any(self._need(compiled, language).has_own for language in compiled.languages)

    def _need(self, compiled: Compiled, language: str) -> Needs:
        key = (compiled.digest, language)
        if key not in self._needs:
            self._needs[key] = needs_of(compiled.program, language)
        return self._needs[key]


def _folders(settings: Settings) -> dict[str, SpokenFolder]:
    """Switch -> where what is made for its calls is kept: its own folder, or ours, which it gets them from by URL."""
    keep_s = settings.speech.keep_days * DAY_S
    ours = SpokenFolder(settings.data / FOLDER, keep_s)
    return {
        name: ours if switch.ssh or switch.prompts_url else SpokenFolder(switch.root / FOLDER, keep_s)
        for name, switch in settings.switches.items()
    }
