"""The command that prints the digest of a dataset."""

from __future__ import annotations

import click

from graph.console import data_option, json_option, print_json, reports_errors
from graph.datadir import DataDirectory
from graph.digest import dataset_digest
from graph.embedded import EmbeddedStore


@click.command("digest", epilog="Example: osagraph digest --data restored")
@data_option
@click.option(
    "--snapshot", "number", type=click.IntRange(1), metavar="N", help="Of this one.  [default: current]"
)
@json_option
@reports_errors
def digest_command(data: DataDirectory, number: int | None, as_json: bool) -> None:
    """Print one number for what a snapshot says: equal digests, equal facts and assessments.

    It does not depend on where or when the snapshot was made: compare a restored backup with its original.
    """
    with data.holding(number) as snapshot:
        digest = dataset_digest(EmbeddedStore(snapshot.store, read_only=True))
    if as_json:
        print_json({"snapshot": snapshot.number, "digest": digest})
    else:
        click.echo(digest)
