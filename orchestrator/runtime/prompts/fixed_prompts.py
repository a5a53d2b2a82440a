"""Prompts that are the same in every call of a program: made once, kept in `data`, and given to every switch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from callflow.agent_words import texts as texts_of_codes
from callflow.names import prompt_name
from orchestrator.deploy.opening import open_target
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.switch_settings import Switch
from orchestrator.runtime.switches.places import place_of
from orchestrator.scenario.compile import Compiled
from orchestrator.speech.engine import voice_tag
from orchestrator.speech.errors import SpeechError
from orchestrator.speech.folder import is_whole
from orchestrator.speech.studio_link import Order, StudioLink
from orchestrator.speech.texts import needs_of, spoken_form

FOLDER = "prompts"


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedText:
    """name: of its file, which says by which voice it is spoken."""

    name: str
    text: str
    language: str


def fixed_texts(compiled: Compiled, tag_of: Callable[[str], str]) -> list[FixedText]:
    """What every call of the program needs, in all its languages; and, where agents take its calls, what those hear of
    their feature codes. tag_of: language -> tag of its voice.
    """
    return [
        FixedText(name=prompt_name(language, text, tag_of(language)), text=text, language=language)
        for language in compiled.languages
        for text in sorted({*needs_of(compiled.program, language).fixed, *_told(compiled, language)})
    ]


def _told(compiled: Compiled, language: str) -> list[str]:
    return texts_of_codes(language) if compiled.queues else []


def tags(studio: StudioLink) -> Callable[[str], str]:
    """Language -> tag of its voice. Starts the engine; SpeechError when there is none."""
    version = studio.version()
    return lambda language: voice_tag(studio.spec, version, language)


def make_missing(
    studio: StudioLink,
    folder: Path,
    texts: Iterable[FixedText],
    progress: Callable[[int, int], None] = lambda *_: None,
) -> int:
    """Have those made that are not in `folder` yet; how many. SpeechError names the text that cannot be said.

    progress(made, of so many) is called after each.
    """
    missing = [text for text in texts if not is_whole(folder / text.name)]
    orders = [
        Order(
            text=spoken_form(fixed.text, fixed.language),
            language=fixed.language,
            out=folder / fixed.name,
            is_synced=True,
        )
        for fixed in missing
    ]
    for count, (fixed, made) in enumerate(zip(missing, studio.make_all(orders), strict=True), 1):
        if isinstance(made, SpeechError):
            raise SpeechError(f"no prompt of {fixed.text!r} ({fixed.language}): {made}", made.fault)
        progress(count, len(missing))
    return len(missing)


def publish_prompts(switch: Switch, folder: Path, names: Iterable[str], now_ms: Callable[[], int]) -> None:
    """Give a switch the prompts in `folder` that it has not got. KnownError when it does not take them."""
    files = prompt_files(folder, names)
    with closing(open_target(place_of(switch), now_ms)) as target:
        target.put_files(files)


def prompt_files(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    """Path below a switch's root -> bytes, of prompts in `folder`. KnownError when one cannot be read."""
    try:
        return {f"{FOLDER}/{name}": (folder / name).read_bytes() for name in names}
    except OSError as error:
        raise KnownError(f"cannot read the prompt {error.filename}: {error.strerror}") from None


def prepare(
    settings: Settings,
    compiled: Compiled,
    now_ms: Callable[[], int],
    progress: Callable[[int, int], None] = lambda *_: None,
) -> None:
    """Have every switch able to speak what is the same in all calls of a program, before it is launched.

    KnownError when there is no engine, when it cannot say a text, or a switch does not take them.
    """
    spec = settings.speech.spec()
    if not spec.prepares:
        return
    for name, switch in settings.switches.items():
        require_way(compiled, name, switch)
    studio = StudioLink(spec)
    try:
        folder = settings.data / FOLDER
        texts = fixed_texts(compiled, tags(studio))
        make_missing(studio, folder, texts, progress)
    finally:
        studio.close()
    for switch in settings.switches.values():
        publish_prompts(switch, folder, {text.name for text in texts}, now_ms)


def require_way(compiled: Compiled, name: str, switch: Switch) -> None:
    """KnownError when what is made for one call of the program could not reach the switch `name`."""
    if switch.ssh is None or switch.prompts_url is not None:
        return
    if any(needs_of(compiled.program, language).has_own for language in compiled.languages):
        raise KnownError(
            f"{compiled.name} speaks fields of contacts, and the switch {name} on another machine has no way to get "
            "them: give it `prompts_url` (and `serve_prompts`), or say `speech: {engine: switch}`"
        )
