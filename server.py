"""Assembles osagraph: the web application and the command line. Nothing imports this module."""

from __future__ import annotations

import click
from flask.cli import FlaskGroup

from graph.commands import export, query
from loaders.commands import build_command, load_command, remove_command, sources_command, verify_command


@click.group(cls=FlaskGroup, add_default_commands=False, add_version_option=False)
@click.version_option(package_name="osagraph")
def main() -> None:
    """osagraph: a knowledge graph of security assistance, in which every statement carries its receipt."""


for command in (
    build_command,
    load_command,
    remove_command,
    sources_command,
    verify_command,
    query,
    export,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
