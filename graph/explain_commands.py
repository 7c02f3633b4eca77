"""The command that tells why the graph says so, or does not."""

from __future__ import annotations

import click

from graph.console import data_option, reports_errors
from graph.datadir import DataDirectory
from graph.datasets import open_dataset
from graph.errors import InvalidParameterError
from graph.explanation_formats import JSON, TEXT, TURTLE, written_explanation
from graph.explanation_terms import read_triple


@click.command("explain", epilog="Example: osagraph explain id:philippines osa:recipientOf id:osa")
@click.argument("subject", metavar="SUBJECT")
@click.argument("predicate", metavar="PREDICATE")
@click.argument("value", metavar="OBJECT")
@data_option
@click.option("--json", "media_type", flag_value=JSON, help="Print the explanation as JSON.")
@click.option("--turtle", "media_type", flag_value=TURTLE, help="Print the explanation as RDF (PROV).")
@reports_errors
def explain_command(
    subject: str, predicate: str, value: str, data: DataDirectory, media_type: str | None
) -> None:
    """Tell why the graph holds a triple, down to the passages in the sources, or what it lacks to do so.

    IRIs are bare or prefixed names (id:osa), literals are in N-Triples syntax ('"2026"^^xsd:integer').
    """
    try:
        triple = read_triple(subject, predicate, value)
    except InvalidParameterError as error:
        raise click.UsageError(str(error)) from error
    store = open_dataset(data.current())
    written = written_explanation(store, [str(term) for term in triple], media_type or TEXT)
    store.settle()
    click.echo(written, nl=False)
