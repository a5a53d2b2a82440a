"""`prozvon schema`: the JSON Schema of scenarios."""

from __future__ import annotations

import json

import click

from orchestrator.scenario.schema import scenario_schema


@click.command()
def schema() -> None:
    """Print the JSON Schema of a scenario file, for editors that complete and check while typing.

    \b
    Example:
      prozvon schema > scenario.schema.json
    """
    click.echo(json.dumps(scenario_schema(), ensure_ascii=False, indent=2))
