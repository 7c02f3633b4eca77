"""The graph of one source in a file: what it may hold, and the bundle that it comes to."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from graph.bundle import Bundle, read_node
from graph.errors import MalformedSourceError, SourceError
from loaders.loader import LoadContext, UserGraph
from loaders.rdf import RdfLoader
from ontology.namespaces import OSA, RDF, RDFS

# What identifies a project, a budget line and so on; whatever else is said of one is a claim.
IDENTIFYING = frozenset(
    {
        RDF.type,
        RDFS.label,
        OSA.currency,
        OSA.equipmentClass,
        OSA.fiscalYear,
        OSA.line,
        OSA.party,
        OSA.programme,
        OSA.provider,
        OSA.role,
    }
)


def read_source_graph(
    path: Path, source: NamedNode, context: LoadContext, old: Collection[Triple] | None = None
) -> Bundle:
    """The bundle that a file holds of one source, names of people and bodies included.

    `old` is what the source's graph held before: of what is neither claim nor description, only that may
    stay. None: whatever the file holds was accepted before.
    Raises MalformedSourceError where the file says anything of another source, or nothing of this one.
    """
    bundle: Bundle | None = None
    rest: dict[NamedNode, list[Triple]] = {}
    try:
        for part in RdfLoader().read([path], context):
            if isinstance(part, UserGraph):
                for quad in parse(path=str(part.quads), format=RdfFormat.N_QUADS):
                    _require_known(quad.triple, old)
                    rest.setdefault(quad.subject, []).append(quad.triple)
            elif part.source.iri != source:
                raise MalformedSourceError(
                    "the document is about another source", value=part.source.iri.value
                )
            else:
                bundle = part
    except SourceError as error:
        raise without_file(error) from error
    if bundle is None:
        raise MalformedSourceError(
            "the document says nothing of this source", value=source.value, remedy="To remove it, use DELETE."
        )
    for triple in (triple for node in bundle.nodes for triple in node.triples):
        if triple.predicate not in IDENTIFYING:
            _require_known(triple, old)
    names = [read_node(iri, triples) for iri, triples in sorted(rest.items(), key=str)]
    return Bundle(bundle.source, bundle.claims, (*bundle.nodes, *names), bundle.new_names)


def _require_known(triple: Triple, old: Collection[Triple] | None) -> None:
    if old is not None and triple not in old:
        raise MalformedSourceError(
            "a triple that is neither a claim nor describes the source or what is claimed of",
            value=str(triple),
            remedy="State it as a claim, or write it to a graph graph/user/….",
        )


def without_file(error: SourceError) -> SourceError:
    """The error without the name of a file that nobody outside knows."""
    place = {"line": error.line, "column": error.column, "value": error.value, "remedy": error.remedy}
    return type(error)(error.what, **place)  # type: ignore[arg-type]
