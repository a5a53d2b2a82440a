"""docs/cli.md is written from the commands themselves."""

from __future__ import annotations

from orchestrator.cli.reference import cli_reference
from tests.cli.commands import prozvon
from tests.cli.test_help import ALL


def test_every_command_is_in_the_reference_as_its_help_is_printed() -> None:
    before = cli_reference()
    for path in ((), *ALL):
        said = prozvon(None, *path, "--help")
        assert said.code == 0
        assert f"## {' '.join(('prozvon', *path))}\n\n```\nUsage: " in before
    assert cli_reference() == before, "it depends on what was called before"
    assert "-h, --help" in before
    assert "  --help" not in before
