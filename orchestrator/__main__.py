"""The command `prozvon`: one error handler round everything, and gevent's sockets before anything is imported."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import traceback  # noqa: E402

import click  # noqa: E402

from orchestrator.cli.root import root  # noqa: E402
from orchestrator.domain.problem import KnownError  # noqa: E402

NAME, COMPLETION = "prozvon", "_PROZVON_COMPLETE"
EXIT_KNOWN, EXIT_USAGE, EXIT_BUG, EXIT_INTERRUPTED = 1, 2, 3, 130


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit: 0 ok, 1 known problem, 2 usage, 3 bug (with a log file), 130 interrupted."""
    try:
        code = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()  # here, where its failing is understood
    except click.exceptions.Exit as error:  # `--help`, `--version`
        code = error.exit_code
    except click.UsageError as error:
        error.show()
        sys.exit(EXIT_USAGE)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_KNOWN)
    except KnownError as error:
        click.echo(f"prozvon: {error}", err=True)
        sys.exit(EXIT_KNOWN)
    except (KeyboardInterrupt, click.Abort):
        click.echo("\nprozvon: interrupted", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing to say to it, and nothing wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception:
        click.echo(f"prozvon: this is a bug, please report it with {_save_trace()}", err=True)
        sys.exit(EXIT_BUG)
    sys.exit(code if isinstance(code, int) else 0)


def _run(arguments: list[str]) -> object:
    """What the command returns. Not click's own `main`: that ends with 1 when the reader of our output goes away."""
    if COMPLETION in os.environ:  # a shell asks for completions
        return root.main(args=arguments, prog_name=NAME, standalone_mode=False)
    with root.make_context(NAME, list(arguments)) as context:
        return root.invoke(context)


def _save_trace() -> str:
    with tempfile.NamedTemporaryFile("w", prefix="prozvon-bug-", suffix=".log", delete=False) as file:
        traceback.print_exc(file=file)
    return file.name


if __name__ == "__main__":
    main()
