"""The command that lists contradictions: which values, who says each, why it is one, and what hangs on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import click
from pyoxigraph import NamedNode

from graph.console import data_option, json_option, print_json, reports_errors
from graph.contradiction_search import Search, kinds_of
from graph.contradiction_text import document_of, lines_of
from graph.contradictions import Found, find_contradictions, read_sides
from graph.datadir import DataDirectory
from graph.datasets import CommandStore, open_dataset
from graph.explanation_names import Names
from graph.view_options import open_view, view_option
from graph.views import ViewChoice
from ontology.vocabulary import read_vocabulary

DEFAULT_LIMIT: Final = 10


@click.command("contradictions", epilog="Example: osagraph contradictions --kind value_clash --year 2025")
@data_option
@click.option("--kind", "kinds", multiple=True, help="value_clash, definition_mismatch …; may be repeated.")
@click.option("--subject", help="A thing, or the programme or recipient that it belongs to: osa, Malaysia …")
@click.option("--predicate", help="A property, such as amount.")
@click.option("--source", metavar="ID", help="A source on either side.")
@click.option("--publisher", help="A publisher, or a kind of publishers such as state_media, on either side.")
@click.option("--year", type=click.IntRange(1900, 2100), help="The fiscal year that the values are about.")
@click.option(
    "--limit", type=click.IntRange(1), default=DEFAULT_LIMIT, show_default=True, help="Show so many."
)
@click.option("--all", "show_all", is_flag=True, help="Show all of them.")
@click.option(
    "--count", "only_count", is_flag=True, help="Show how many there are of each kind, and no more."
)
@json_option
@view_option
@reports_errors
def contradictions_command(
    data: DataDirectory,
    kinds: Sequence[str],
    subject: str | None,
    predicate: str | None,
    source: str | None,
    publisher: str | None,
    year: int | None,
    limit: int,
    show_all: bool,
    only_count: bool,
    as_json: bool,
    view: ViewChoice,
) -> None:
    """List which values contradict each other: both sides, the reason, and what would hold without either."""
    vocabulary = read_vocabulary()
    store = open_dataset(open_view(data, view, quiet=as_json))
    search = Search(store, vocabulary)
    asked = {
        "subject": search.subject(subject) if subject else None,
        "predicate": search.predicate(predicate) if predicate else None,
        "source": search.source(source) if source else None,
        "publisher": search.publisher(publisher) if publisher else None,
    }
    values = {name: node.value for name, node in asked.items() if node is not None}
    if year is not None:
        values["year"] = str(year)
    found = find_contradictions(store, values, [search.kind(kind) for kind in kinds])
    notations = {node: name for name, node in kinds_of(vocabulary).items()}
    shown = [] if only_count else found if show_all else found[:limit]
    if as_json:
        _print_json(store, found, shown, notations, view)
    else:
        _print_text(store, found, shown, only_count)
    store.settle()


def _print_text(
    store: CommandStore, found: Sequence[Found], shown: Sequence[Found], only_count: bool
) -> None:
    names = Names(store)
    for each in shown:
        for line in lines_of(each, read_sides(store, each), names):
            click.echo(line)
        click.echo()
    if only_count:
        for kind, count in Counter(each.kind for each in found).items():
            click.echo(f"{count:>7,}  {names.word(kind)}")
        click.echo(f"{len(found):>7,}  in all")
    elif not found:
        click.echo("There are no such contradictions.")
    elif len(shown) < len(found):
        click.echo(f"{len(found) - len(shown):,} more of {len(found):,} are left out; --all shows them.")


def _print_json(
    store: CommandStore,
    found: Sequence[Found],
    shown: Sequence[Found],
    notations: Mapping[NamedNode, str],
    view: ViewChoice,
) -> None:
    names = Names(store)
    documents = [document_of(each, read_sides(store, each), names, notations[each.kind]) for each in shown]
    kinds = Counter(notations[each.kind] for each in found)
    counts = {
        "view": None if view.is_whole else view.text,
        "total": len(found),
        "left_out": len(found) - len(shown),
    }
    print_json({**counts, "kinds": dict(kinds), "contradictions": documents})
