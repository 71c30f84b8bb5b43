"""`workbench schema`: what a profile may hold, for editors."""

from __future__ import annotations

import click

from workbench.cli.options import json_option


@click.command("schema")
@click.argument("what", type=click.Choice(["run"]), default="run")
@json_option
def command(what: str, as_json: bool) -> None:
    """Print the JSON schema of a run's profile.

    Editors with a TOML language server complete and check keys by it: put
    "#:schema ./run.schema.json" on the first line of a profile. The output is
    JSON with and without --json.

    \b
    Examples:
      workbench schema > run.schema.json
      workbench schema run
    """
    import orjson

    from workbench.config.schema import run_schema

    click.echo(orjson.dumps(run_schema(), option=orjson.OPT_INDENT_2))
