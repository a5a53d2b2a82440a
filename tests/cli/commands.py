"""Commands as a person gives them: in this process where that will do, as processes where it will not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from click.testing import CliRunner

from orchestrator.cli.root import root
from orchestrator.domain.problem import KnownError
from tests.runtime.factories import wait_until

HERE = Path(__file__).resolve().parents[2]
LIMIT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command came to: its exit code, the data it printed, and what it said."""

    code: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """The one clear line of a command that could not do what it was asked; AssertionError when it is not one."""
        assert self.code == 1, self
        lines = [line for line in self.err.splitlines() if line.startswith("prozvon: ")]
        assert len(lines) == 1, self
        assert self.err.splitlines()[-1] == lines[0], self
        assert "Traceback" not in self.out + self.err
        return lines[0].removeprefix("prozvon: ")


def prozvon(folder: Path | None, *arguments: str, answer: str | None = None) -> Said:
    """Run a command in this process. Errors become exit codes as in orchestrator.__main__, which cannot be imported
    here: it puts gevent's sockets under everything. Whatever is a bug is raised.
    """
    before = [] if folder is None else ["-C", str(folder)]
    result = CliRunner().invoke(
        root, [*before, *arguments], input=answer, prog_name="prozvon", standalone_mode=False
    )
    match result.exception:
        case None:
            code, said = result.return_value if isinstance(result.return_value, int) else result.exit_code, ""
        case KnownError() as error:
            code, said = 1, f"prozvon: {error}\n"
        case click.UsageError() as error:
            code, said = 2, f"Error: {error.format_message()}\n"
        case click.Abort():
            code, said = 130, "\nprozvon: interrupted\n"
        case bug:
            raise bug
    return Said(code=code, out=result.stdout, err=result.stderr + said)


def environment(**more: str) -> Mapping[str, str]:
    return {**os.environ, "PYTHONPATH": f"{HERE}:{HERE / 'scripts'}", **more}


def run(folder: Path | None, *arguments: str, stdin: bytes | None = None) -> Said:
    """Run a command as a process of its own, to its end."""
    done = subprocess.run(
        _command(folder, *arguments),
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        env=environment(),
        timeout=LIMIT_S,
        check=False,
    )
    return Said(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A command under way. What it prints goes to files, so that nobody has to read along."""

    process: subprocess.Popen[bytes]
    out: Path
    err: Path

    def wait_to_say(self, text: str) -> None:
        """Wait until it has said this, on standard error; AssertionError with what it said when it ends before."""

        def has_said() -> bool:
            is_over = self.process.poll() is not None
            said = self.err.read_text(encoding="utf-8")
            assert text in said or not is_over, f"it ended with {self.process.returncode}: {said}"
            return text in said

        wait_until(has_said, f"it says {text!r}")

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def end(self) -> Said:
        """What it came to, once it has ended by itself."""
        self.process.wait(LIMIT_S)
        return Said(
            code=self.process.returncode,
            out=self.out.read_text(encoding="utf-8"),
            err=self.err.read_text(encoding="utf-8"),
        )


@contextmanager
def running(folder: Path, *arguments: str, stdin: int = subprocess.DEVNULL) -> Iterator[Running]:
    """A command as a process that goes on; whatever happens it ends with the block."""
    with TemporaryDirectory(prefix="pz-said-") as said:
        out, err = Path(said) / "out", Path(said) / "err"
        with out.open("wb") as out_file, err.open("wb") as err_file:
            process = subprocess.Popen(
                _command(folder, *arguments), stdin=stdin, stdout=out_file, stderr=err_file, env=environment()
            )
        with process:
            try:
                yield Running(process=process, out=out, err=err)
            finally:
                if process.poll() is None:
                    process.kill()


def _command(folder: Path | None, *arguments: str) -> list[str]:
    before = [] if folder is None else ["-C", str(folder)]
    return [sys.executable, "-m", "orchestrator", *before, *arguments]
