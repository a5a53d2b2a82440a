"""`prozvon try`: a telephone in the terminal."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from orchestrator.cli.check import refuse
from orchestrator.cli.keyboard import HELP, LINES_HELP, Keyboard, Lines
from orchestrator.cli.phone_screen import PhoneScreen
from orchestrator.domain.problem import KnownError
from orchestrator.engine.hours import next_open
from orchestrator.runtime.find import find_file, find_scenario
from orchestrator.runtime.inbound.call_path import readable
from orchestrator.runtime.prompts.hearing import sample_contact, sample_fields
from orchestrator.runtime.rehearsal.append_test import append_test
from orchestrator.runtime.rehearsal.inbound_tests import A_CALLER, IVR, a_number_of
from orchestrator.runtime.rehearsal.phone import Hand, Phone
from orchestrator.runtime.rehearsal.phone_answers import read_queues, read_services
from orchestrator.runtime.rehearsal.phone_keys import HELP as KEYS_HELP
from orchestrator.runtime.rehearsal.phone_keys import KeysHand
from orchestrator.runtime.rehearsal.phone_voice import Voice, find_player, open_voice
from orchestrator.runtime.rehearsal.rehearsed_answers import RehearsedAnswers
from orchestrator.runtime.rehearsal.story import clock_of
from orchestrator.runtime.rehearsal.trying import Trial, block_files
from orchestrator.runtime.rehearsal.walk_test import Given, as_test
from orchestrator.runtime.settings import Settings, load_settings
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.rehearsal import FIRST_MOMENT, NONE, parse_at

NOW = "now"
_NUMBER = re.compile(r"\+[1-9]\d{6,14}\Z", re.ASCII)


@click.command("try")
@click.argument("scenario")
@click.option(
    "--contact", "fields", multiple=True, metavar="COLUMN=VALUE", help="robocall: a field of who is called."
)
@click.option("--caller", metavar="NUMBER", help="ivr: who calls; none for a hidden number.")
@click.option("--called", metavar="NUMBER", help="ivr: the number called.  [default: the scenario's first]")
@click.option(
    "--at",
    "moment",
    metavar="WHEN",
    help='2026-12-01 10:00, "sat 22:00" or now.  [default: a time when it is open]',
)
@click.option("--lang", metavar="LANGUAGE", help="The language, whatever the number or contact says.")
@click.option(
    "--service", "services", multiple=True, metavar="SERVICE/PATH=ANSWER", help="What a service answers."
)
@click.option(
    "--queue",
    "queues",
    multiple=True,
    metavar="QUEUE=POSITION",
    help="The caller's place, full, or down; closed, no_agents.",
)
@click.option("--callback", is_flag=True, help="ivr: try the callback of a missed call instead.")
@click.option("--keys", metavar="WHAT", help=f"Do not ask: {KEYS_HELP}.")
@click.option("--quick", is_flag=True, help="Do not wait while something is said; only questions wait.")
@click.option("--speak", is_flag=True, help="Play what is said, by the project's speech engine.")
@click.option(
    "--speak-to", type=click.Path(path_type=Path, file_okay=False), help="Write what is said to WAV files."
)
@click.option("--write-test", "test_name", metavar="NAME", help="Add the walk to the scenario's tests.")
@click.pass_obj
def try_(folder: Path, /, scenario: str, **options: Any) -> None:
    """Call SCENARIO (a name or a file) on a telephone in the terminal: nothing is dialed, sent or stored.

    Shows what is said with all values in words, where in the file the call is, and what the keys do; takes single
    keys. Asks what services answer, who takes a forwarded call, how long is spoken into a recording. Time-outs are
    real; space lets them pass. In the end: what came of it, and what would be done.

    \b
    Examples:
      prozvon try shop_line --at "sat 22:00"
      prozvon try shop_line --keys "1 1042#" --service crm/orders='{"status": "ready"}'
      prozvon try parcel_arrived --contact name=Анна --lang en --speak
      prozvon try shop_line --write-test "asks for an order"
    """
    _Session(load_settings(folder), scenario, options).run()


class _Session:
    """One call that is tried, with the options that were given."""

    def __init__(self, settings: Settings, scenario: str, options: dict[str, Any]) -> None:
        self._settings, self._scenario, self._options = settings, scenario, options

    def run(self) -> None:
        compiled, problems = find_scenario(self._settings, self._scenario)
        refuse(problems, f"{self._scenario} cannot be tried")
        assert compiled is not None  # noqa: S101  # no problems, so there is one
        path, bounds = find_file(self._settings, self._scenario)
        self._check_name(compiled)
        trial = self._trial(compiled)
        services = read_services(self._options["services"])
        queues = read_queues(self._options["queues"])
        with ExitStack() as stack:
            voice = self._voice(trial.compiled, stack)
            hand = self._hand(stack)
            flow = trial.flow()
            if voice is not None:
                flow.text_s = voice.text_s
            screen = PhoneScreen(
                file=_shown(str(path)),
                files={block: _shown(file) for block, file in block_files(path, bounds).items()},
                voice=voice,
                waits=not isinstance(hand, Keyboard),
            )
            phone = Phone(flow=flow, hand=hand, screen=screen, answers=RehearsedAnswers(services, queues))
            click.secho(trial.head(), bold=True)
            if not isinstance(hand, KeysHand):
                click.echo(HELP if isinstance(hand, Keyboard) else LINES_HELP, err=True)
            phone.run(trial.party)
            if voice is not None:
                voice.wait()
        self._report(trial, phone)
        if self._options["test_name"]:
            given = Given(
                name=self._options["test_name"],
                contact=self._whole_contact(compiled),
                services=services,
                queues=queues,
                caller=self._options["caller"] or "",
                called=self._options["called"] or "",
                has_at=self._options["moment"] is not None,
            )
            append_test(path, bounds, as_test(trial, phone, given))
            click.echo(f"wrote the test {self._options['test_name']!r} to {path}", err=True)

    def _check_name(self, compiled: Compiled) -> None:
        """Before anybody has walked through the flow for nothing."""
        name = self._options["test_name"]
        if name is None:
            return
        if self._options["callback"]:
            raise KnownError("a test begins with the call that comes in: a walk through the callback is none")
        if not name.strip() or any(test.name == name for test in compiled.tests):
            raise KnownError(f"{compiled.name} has a test {name!r} already: choose another name")

    # -- the call ---------------------------------------------------------------------------------------------

    def _trial(self, compiled: Compiled) -> Trial:
        language = self._options["lang"] or ""
        if language and language not in compiled.languages:
            raise KnownError(
                f"{compiled.name} does not speak {language!r}, but {', '.join(compiled.languages)}"
            )
        if compiled.program["kind"] != IVR:
            return self._outgoing(compiled, language)
        if self._options["fields"]:
            raise KnownError(f"{compiled.name} takes calls, it has no contacts: use --caller and --called")
        caller, called = self._numbers(compiled)
        at = self._at(compiled, compiled.zone)
        if not self._options["callback"]:
            return Trial(
                compiled=compiled, at=at, zone=compiled.zone, caller=caller, called=called, language=language
            )
        if compiled.callback is None:
            raise KnownError(f"{compiled.name} calls nobody back: it has no `missed:` with a `flow`")
        fields = {"phone": caller, "called": called, **({"language": language} if language else {})}
        contact = sample_contact(self._settings, replace(compiled.callback, tests=()), fields)
        known = {"caller": caller, "called": called, "why": "queue"}
        return Trial(
            compiled=compiled.callback,
            at=at,
            zone=contact.zones[0],
            contact=replace(contact, fields={**contact.fields, **known}),
        )

    def _outgoing(self, compiled: Compiled, language: str) -> Trial:
        for option in ("caller", "called", "callback", "services", "queues"):
            if self._options[option] and not (option == "queues" and compiled.queues):
                raise KnownError(
                    f"{compiled.name} makes calls: --{option.rstrip('s')} is for those that come in"
                )
        contact = sample_contact(self._settings, compiled, self._fields())
        if language:
            contact = replace(contact, language=language)
        zone = contact.zones[0]
        return Trial(compiled=compiled, at=self._at(compiled, zone), zone=zone, contact=contact)

    def _fields(self) -> dict[str, str]:
        found = {}
        for text in self._options["fields"]:
            name, equals, value = text.partition("=")
            if not equals or not name:
                raise click.BadParameter(f"{text!r} is not COLUMN=VALUE", param_hint="--contact")
            found[name] = value
        return found

    def _whole_contact(self, compiled: Compiled) -> dict[str, str]:
        """Everything that a test has to say of who is called; nothing when the call comes in."""
        if compiled.program["kind"] == IVR:
            return {}
        language = {"language": self._options["lang"]} if self._options["lang"] else {}
        return {**sample_fields(compiled), **self._fields(), **language}

    def _numbers(self, compiled: Compiled) -> tuple[str, str]:
        caller = self._options["caller"] or A_CALLER
        called = self._options["called"] or a_number_of(compiled)
        for option, number in (("--caller", caller), ("--called", called)):
            if not _NUMBER.match(number) and (option, number) != ("--caller", NONE):
                raise click.BadParameter(
                    f"{number!r} is not a number such as +79990000001", param_hint=option
                )
        return ("" if caller == NONE else caller), called

    def _at(self, compiled: Compiled, zone: str) -> int:
        """Epoch ms."""
        text = self._options["moment"]
        if text == NOW:
            return int(dt.datetime.now(dt.UTC).timestamp() * 1000)
        local = FIRST_MOMENT if text is None else parse_at(text)
        if local is None:
            raise click.BadParameter(
                f'{text!r}: write 2026-12-01 10:00, "sat 22:00" or now', param_hint="--at"
            )
        at = round(local.replace(tzinfo=clock_of(zone)).timestamp() * 1000)
        hours = compiled.hours if compiled.program["kind"] == IVR else compiled.plan.hours
        opening = next_open(hours, zone, at) if text is None else None
        return at if opening is None else opening

    # -- the telephone ----------------------------------------------------------------------------------------

    def _hand(self, stack: ExitStack) -> Hand:
        if self._options["keys"] is not None:
            return KeysHand.of(self._options["keys"])
        if sys.stdin.isatty():
            keyboard = Keyboard(sys.stdin.fileno(), is_quick=self._options["quick"])
            return stack.enter_context(keyboard.opened())
        return Lines()

    def _voice(self, compiled: Compiled, stack: ExitStack) -> Voice | None:
        out = self._options["speak_to"]
        if not self._options["speak"] and out is None:
            return None
        player = find_player() if self._options["speak"] else ()
        return stack.enter_context(_opened_voice(self._settings, compiled, player, out))

    def _report(self, trial: Trial, phone: Phone) -> None:
        click.echo()
        for line in trial.report(phone.flow):
            click.echo(line)
        click.echo(f"path: {readable(phone.flow.state.path)}")


def _shown(file: str) -> str:
    """From here, when it is below."""
    path = Path(file).resolve()
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else file


@contextmanager
def _opened_voice(
    settings: Settings, compiled: Compiled, player: tuple[str, ...], out: Path | None
) -> Iterator[Voice]:
    """Whatever happens, nothing goes on playing."""
    with TemporaryDirectory(prefix="prozvon-try-") as folder:
        voice = open_voice(settings, compiled, Path(folder), player, out)
        try:
            yield voice
        finally:
            voice.close()
