"""The command that holds the graph beside Wikidata: value by value, for people, as JSON or as CSV."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

import click
from pyoxigraph import NamedNode

from graph.comparison import Compared, Verdict, mark_of, read_alignment
from graph.comparison_reading import Comparison, read_comparisons
from graph.console import data_option, json_option, print_json, reports_errors
from graph.contradiction_search import Search
from graph.datadir import DataDirectory
from graph.datasets import open_dataset
from graph.errors import UnknownResourceError
from graph.explanation_names import Names
from graph.export_rows import Rows, batches, iri_of, store_rows
from graph.results import ResultTerm
from graph.view_options import open_view, view_option
from graph.views import ViewChoice
from ontology.namespaces import WD, prefixed_name
from ontology.vocabulary import read_vocabulary

HEADINGS: Final = (
    "thing",
    "item",
    "verdict",
    "predicate",
    "property",
    "here",
    "claims",
    "there",
    "rank",
    "claim",
    "note",
)
# So many things are compared at a time.
BATCH: Final = 10
NOT_LOADED: Final = (
    "No extract of Wikidata is loaded. Fetch entities, such as "
    "https://www.wikidata.org/wiki/Special:EntityData/Q17.json, and load all files in one go: "
    "osagraph load Q17.json Q928.json"
)

NOT_OF_IT: Final = "Fetch it, and load it in one go with the other files of the extract."


@click.command("compare", epilog="Example: osagraph compare Philippines --verdict different")
@click.argument("entities", nargs=-1, metavar="[ENTITY]…")
@data_option
@click.option(
    "--verdict",
    type=click.Choice([verdict.value for verdict in Verdict]),
    help="Only the values of this verdict.",
)
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print one line of CSV for each value.")
@view_option
@reports_errors
def compare_command(
    entities: Sequence[str],
    data: DataDirectory,
    verdict: str | None,
    as_json: bool,
    as_csv: bool,
    view: ViewChoice,
) -> None:
    """Hold what the graph has of things beside what Wikidata says of their items, value by value.

    ENTITY is an IRI, id:philippines, or a name; without any, all things of which a loaded extract of Wikidata
    has the item. Values are equal, different, only here or only there.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other.")
    store = open_dataset(open_view(data, view, quiet=as_json or as_csv))
    search = Search(store, read_vocabulary())
    rows = store_rows(store)
    things = [search.subject(text).value for text in entities] or _all_things(rows)
    if not things:
        raise UnknownResourceError(NOT_LOADED)
    wanted = Verdict(verdict) if verdict else None
    comparisons = _comparisons(rows, things)
    store.settle()
    names = Names(store)
    if as_json:
        print_json([_document(each, wanted, names) for each in comparisons])
    elif as_csv:
        _print_csv(comparisons, wanted)
    else:
        _print_text(comparisons, wanted, names, is_listed=bool(entities))


def _all_things(rows: Rows) -> list[str]:
    return list(dict.fromkeys(iri_of(row, "thing") for row in rows("compared-things", {})))


def _comparisons(rows: Rows, things: Sequence[str]) -> Iterator[Comparison]:
    alignment = read_alignment(read_vocabulary())
    for batch in batches(things, BATCH):
        yield from read_comparisons(rows, batch, alignment)


def _chosen(comparison: Comparison, wanted: Verdict | None) -> Iterator[Compared]:
    return (line for line in comparison.lines if wanted in (None, line.verdict))


def _print_text(
    comparisons: Iterator[Comparison], wanted: Verdict | None, names: Names, is_listed: bool
) -> None:
    for each in comparisons:
        items = ", ".join(item.removeprefix(str(WD)) for item in each.items) or "no item"
        counts = ", ".join(
            f"{number} {verdict.value.replace('-', ' ')}" for verdict, number in each.counts.items()
        )
        told = counts if each.is_loaded else "not linked" if not each.items else "not in a loaded extract"
        click.echo(f"{names.word(NamedNode(each.thing))} ({items}): {told}")
        if each.items and not each.is_loaded:
            click.echo(f"  {NOT_OF_IT}")
        elif is_listed or wanted is not None:
            for line in _chosen(each, wanted):
                click.echo(f"  {_text_line(line, names)}")
        if each.is_cut:
            click.echo("  There is more than was compared.")


def _text_line(line: Compared, names: Names) -> str:
    named = line.predicate or line.property
    name = names.word(named) if named else ""
    here = names.word(line.fact.value) if line.fact else "–"
    there = _word(line.statement.value, names) if line.statement else "–"
    note = f"  ({line.note})" if line.note else ""
    return f"{line.verdict.value.replace('-', ' '):<10}  {name}: {here}  |  {there}{note}"


def _word(value: ResultTerm, names: Names) -> str:
    return mark_of(value) or names.word(value)


def _print_csv(comparisons: Iterator[Comparison], wanted: Verdict | None) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for each in comparisons:
        for line in _chosen(each, wanted):
            fields = _fields(line)
            cells = [each.thing, " ".join(each.items), *(fields[name] for name in HEADINGS[2:])]
            writer.writerow("" if cell is None else cell for cell in cells)


def _document(each: Comparison, wanted: Verdict | None, names: Names) -> dict[str, Any]:
    return {
        "iri": each.thing,
        "label": names.label(NamedNode(each.thing)),
        "items": list(each.items),
        "isLoaded": each.is_loaded,
        "isComplete": not each.is_cut,
        "counts": {verdict.value: number for verdict, number in each.counts.items()},
        "lines": [_fields(line) for line in _chosen(each, wanted)],
    }


def _fields(line: Compared) -> dict[str, Any]:
    statement, fact = line.statement, line.fact
    return {
        "verdict": line.verdict.value,
        "predicate": line.predicate.value if line.predicate else None,
        "property": line.property.value if line.property else None,
        "here": _term(fact.value) if fact else None,
        "claims": fact.claims if fact else None,
        "there": _term(statement.value) if statement else None,
        "rank": prefixed_name(statement.rank.value) if statement and statement.rank else None,
        "claim": statement.claim if statement else None,
        "note": line.note or None,
    }


def _term(term: ResultTerm) -> str:
    """An IRI as it is, anything else in N-Triples."""
    return term.value if isinstance(term, NamedNode) else str(term)
