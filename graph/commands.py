"""Commands that read a dataset: query and export."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click
from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
)

from graph.console import data_option, print_json, quiet_option, reports_errors
from graph.datadir import DataDirectory, Snapshot
from graph.datasets import CommandStore, open_dataset
from graph.disk import writing
from graph.errors import UnknownResourceError, UnsupportedFormatError
from graph.export_rows import store_rows
from graph.federation import federated
from graph.further_options import Further, further_options
from graph.outbound import Outbound, Policy
from graph.query_options import parameter_option, query_text, service_option
from graph.receipts_command import receipts_lines, receipts_option, require_receipts
from graph.service_client import ServiceClient
from graph.service_values import Row
from graph.side_by_side import side_by_side
from graph.store import Results
from graph.text_table import aligned, short
from graph.view_options import open_view, view_option, views_option
from graph.views import ViewChoice
from graph.whole_files import ENDINGS, whole_ending, write_whole
from ontology.namespaces import GRAPH

RESULT_FORMATS = {
    "json": QueryResultsFormat.JSON,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "xml": QueryResultsFormat.XML,
}
GRAPH_FORMATS = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "rdfxml": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
}
EXPORT_FORMATS = {
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".nt": RdfFormat.N_TRIPLES,
    ".ttl": RdfFormat.TURTLE,
    ".rdf": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
}


@click.command(epilog='Example: osagraph query "SELECT ?p { ?p a osa:Programme }" --format csv')
@click.argument("text", metavar="SPARQL|@FILE|NAME")
@data_option
@parameter_option
@service_option
@views_option
@receipts_option
@click.option(
    "--format",
    "form",
    default="table",
    show_default=True,
    type=click.Choice(["table", *RESULT_FORMATS, *GRAPH_FORMATS]),
    help="How to print the results.",
)
@reports_errors
def query(
    text: str,
    data: DataDirectory,
    values: Mapping[str, str],
    services: Mapping[str, str],
    views: Sequence[ViewChoice],
    has_receipts: bool,
    form: str,
) -> None:
    """Answer a SPARQL query: its text, @FILE.rq, or the name of one that comes with osagraph.

    The prefixes osa:, id:, graph: … are known. A SERVICE is asked only if --service allows it. With --as-of
    or --perspective a view answers: the facts as these sources alone would have them.
    """
    text = query_text(text, values)
    if len(views) > 1:
        asked = federated(text, services, _client(services).ask)
    else:
        asked = federated(text, services, _client(services).ask, lambda own: _own(data, views[0], own))
    if has_receipts:
        require_receipts(text, asked, len(views))
        store = _open(data, views[0])
        lines = list(receipts_lines(store, asked, form))
        store.settle()
        for line in lines:
            click.echo(line)
        return
    if len(views) > 1 and form not in ("table", "json"):
        raise UnsupportedFormatError(f"Several perspectives cannot be written as {form}. Use table or json.")
    answers = [(view, _ask(data, view, asked)) for view in views]
    if len(answers) > 1:
        _print_side_by_side(answers, form)
        return
    results = answers[0][1]
    if form == "table":
        for line in _table(results):
            click.echo(line)
        return
    click.echo(_serialized(results, form).rstrip("\n"))


def _client(services: Mapping[str, str]) -> ServiceClient:
    return ServiceClient(Outbound(Policy.of(services.values())))


def _own(data: DataDirectory, view: ViewChoice, text: str) -> Sequence[Row]:
    """Our solutions of a query, by the names of their variables."""
    results = _ask(data, view, text)
    assert isinstance(results, QuerySolutions)
    names = [variable.value for variable in results.variables]
    return [dict(zip(names, solution, strict=True)) for solution in results]


def _ask(data: DataDirectory, view: ViewChoice, text: str) -> Results:
    store = _open(data, view)
    results = store.query(text)
    store.settle()
    return results


def _open(data: DataDirectory, view: ViewChoice) -> CommandStore:
    return open_dataset(open_view(data, view))


def _print_side_by_side(answers: Sequence[tuple[ViewChoice, Results]], form: str) -> None:
    compared = side_by_side([(str(view.perspective), results) for view, results in answers])
    if form == "json":
        print_json(compared.document())
        return
    for line in aligned(*compared.table()):
        click.echo(line)


def _serialized(results: Results, form: str) -> str:
    if isinstance(results, QuerySolutions | QueryBoolean):
        if form not in RESULT_FORMATS or (isinstance(results, QueryBoolean) and form in ("csv", "tsv")):
            raise UnsupportedFormatError(f"These results cannot be written as {form}. Use json or xml.")
        return (results.serialize(format=RESULT_FORMATS[form]) or b"").decode()
    if form not in GRAPH_FORMATS:
        raise UnsupportedFormatError(f"A graph cannot be written as {form}. Use turtle or ntriples.")
    return (results.serialize(format=GRAPH_FORMATS[form]) or b"").decode()


def _table(results: Results) -> Iterator[str]:
    """Aligned columns; IRIs by their prefixes; triples as N-Triples."""
    if isinstance(results, QueryBoolean):
        yield "true" if results else "false"
        return
    if not isinstance(results, QuerySolutions):
        for triple in results:
            yield f"{triple} ."
        return
    names = [f"?{variable.value}" for variable in results.variables]
    yield from aligned(names, [[short(term) for term in solution] for solution in results])


@click.command(epilog="Example: osagraph export osagraph.nq.gz")
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path))
@data_option
@click.option("--graph", "name", help="One graph only: its IRI, its short name (source/…), or `default`.")
@view_option
@further_options
@quiet_option
@reports_errors
def export(
    target: Path,
    data: DataDirectory,
    name: str | None,
    view: ViewChoice,
    further: Further | None,
    quiet: bool,
) -> None:
    """Write the dataset, or one graph of it, to a file: .nq .trig, or with one graph .nt .ttl .rdf .jsonld,
    each also with .gz; `-` writes N-Quads to standard output. As a graph of things and the links between
    them: .gexf .graphml .cyjs, .csv.zip (two tables). In RDF 1.2, each fact with the claims behind it as its
    reifiers: .rdf12.nt .rdf12.ttl. With --as-of or --perspective a view is written. --format ftm writes the
    facts as FollowTheMoney entities, --format quickstatements what Wikidata may be told, with references;
    what has no place there is counted, and listed with --report."""
    if further is not None:
        if name is not None:
            raise UnsupportedFormatError("--graph and --format do not go together: leave one of them out.")
        _export_further(target, data, view, further, quiet)
        return
    ending = None if name else whole_ending(target.name)
    form = None if ending else _export_format(target, name)
    graph = _graph(name)
    with _held(data, view, quiet) as snapshot:
        store = open_dataset(snapshot)
        if isinstance(graph, NamedNode) and next(store.quads(graph=graph), None) is None:
            raise UnknownResourceError(f"There is no graph {graph.value}. See: osagraph sources")
        with _output(target) as output:
            if form is not None:
                store.dump(output, form, graph)
            elif ending is not None:
                write_whole(store, snapshot, ending, output)
            store.settle()
    if not quiet and str(target) != "-":
        click.echo(f"Wrote {target} ({target.stat().st_size:,} bytes).", err=True)


@contextmanager
def _held(data: DataDirectory, view: ViewChoice, quiet: bool) -> Iterator[Snapshot]:
    """The current snapshot, or a view of it, which stays in its place meanwhile."""
    if not view.is_whole:
        yield open_view(data, view, quiet)
        return
    with data.holding() as snapshot:
        yield snapshot


def _export_further(
    target: Path, data: DataDirectory, view: ViewChoice, further: Further, quiet: bool
) -> None:
    with _held(data, view, quiet) as snapshot, _output(target) as output:
        store = open_dataset(snapshot)
        left_out = further.write(store_rows(store), snapshot, output)
        store.settle()
    if further.report is not None:
        with _output(further.report) as output:
            output.write(left_out.report.encode())
    if not quiet:
        click.echo(left_out.sentence, err=True)


def _export_format(target: Path, name: str | None) -> RdfFormat:
    if str(target) == "-":
        return RdfFormat.N_QUADS
    suffix = Path(target.name.removesuffix(".gz")).suffix
    form = EXPORT_FORMATS.get(suffix)
    if form is None:
        names = ", ".join((*EXPORT_FORMATS, *ENDINGS))
        raise UnsupportedFormatError(f"{target.name}: use one of {names}, also with .gz.")
    if name is None and not form.supports_datasets:
        raise UnsupportedFormatError(
            f"{suffix} holds one graph: name it with --graph, or write .nq or .trig."
        )
    return form


def _graph(name: str | None) -> NamedNode | DefaultGraph | None:
    if name is None:
        return None
    if name == "default":
        return DefaultGraph()
    return NamedNode(name) if ":" in name else GRAPH.iri(name)


@contextmanager
def _output(target: Path) -> Iterator[IO[bytes]]:
    """The file, complete or not there at all."""
    if str(target) == "-":
        yield sys.stdout.buffer
        return
    temporary = target.with_name(f".{target.name}.part")
    with writing(target.parent):
        try:
            with temporary.open("wb") as raw, _packed(raw, target.suffix == ".gz") as output:
                yield output
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def _packed(raw: IO[bytes], is_packed: bool) -> Iterator[IO[bytes]]:
    if not is_packed:
        yield raw
        return
    with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as output:
        yield output  # type: ignore[misc]
