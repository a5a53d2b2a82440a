"""Everything about prompts in a worker's life: making them, serving them, removing those that nobody uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import gevent
import structlog
from gevent import Greenlet

from orchestrator.domain.problem import KnownError
from orchestrator.esl.protocol import EslError
from orchestrator.runtime.prompts.fixed_prompts import FOLDER as FIXED
from orchestrator.runtime.prompts.fixed_prompts import publish_prompts
from orchestrator.runtime.prompts.prompting import FOLDER as SPOKEN
from orchestrator.runtime.prompts.prompting import Prompting
from orchestrator.runtime.prompts.speech_rest import Broke
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.switches.line import Line
from orchestrator.speech.prompt_server import PromptServer

log = structlog.get_logger()

EXPIRE_S = 3600.0  # real time between looks for what nobody uses
NAMES = 20  # prompts asked for at once: a line of 750 bytes


class Speaking:
    """Of one worker. `freed` is called whenever a call that waited for prompts may go on; `broke`: see `Broke`."""

    def __init__(
        self,
        settings: Settings,
        lines: Mapping[str, Line],
        *,
        now_ms: Callable[[], int],
        freed: Callable[[], None],
        broke: Broke,
    ) -> None:
        self._settings, self._lines, self._now_ms = settings, lines, now_ms
        self._housekeeper: Greenlet[..., None] | None = None
        self._server: PromptServer | None = None
        self._broke = broke
        self.prompting = Prompting(
            settings, lines=lines, publish=self._publish, has=self._has, freed=freed, broke=broke
        )

    def start(self) -> None:
        """KnownError when prompts cannot be served where they should be."""
        if self._settings.serve_prompts:
            folders = [self._settings.data / FIXED, self._settings.data / SPOKEN]
            self._server = PromptServer(self._settings.serve_prompts, folders)
            self._server.start()
        if self._settings.speech.spec().prepares:
            self._housekeeper = gevent.spawn(self._keep_house)
            self._housekeeper.link_exception(self._broke)

    def stop(self) -> None:
        if self._housekeeper is not None:
            self._housekeeper.kill()
        if self._server is not None:
            self._server.stop()

    def _keep_house(self) -> None:
        while True:
            try:
                self.prompting.expire()
            except OSError as error:
                log.error("prompts_not_removed", error=str(error))
            gevent.sleep(EXPIRE_S)

    def _publish(self, switch: str, names: set[str]) -> None:
        publish_prompts(self._settings.switches[switch], self._settings.data / FIXED, names, self._now_ms)

    def _has(self, switch: str, names: set[str]) -> bool:
        """Whether a switch on another machine has all of these prompts, as its own script says."""
        todo = sorted(names)
        try:
            for begin in range(0, len(todo), NAMES):
                reply = self._lines[switch].api(
                    "python prozvon_switch has prompts " + " ".join(todo[begin : begin + NAMES])
                )
                if not reply.startswith("+OK"):
                    return False
        except EslError as error:
            raise KnownError(f"the switch {switch} does not say which prompts it has: {error}") from None
        return True
