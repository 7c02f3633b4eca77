"""Which individuals the items of Wikidata are, by verified links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode

from graph.curation import Curation
from graph.store import ReadableStore
from loaders.links import Link, standing_links
from loaders.names import read_names
from loaders.reference import table_links
from loaders.relinking import decided_links
from ontology.namespaces import ID, OSA, SKOS, WD
from ontology.vocabulary import read_vocabulary


def linked_items(store: ReadableStore) -> Mapping[str, NamedNode]:
    """By item, such as `Q17`, the individual of a dataset that it is; the first by IRI where several are."""
    found: dict[str, NamedNode] = {}
    for quad in store.quads(None, SKOS.exactMatch, None, DefaultGraph()):
        if quad.subject in ID and quad.object in WD:
            _note(found, quad.object.value, quad.subject)  # type: ignore[arg-type, union-attr]
    return found


def items_of_tables(folder: Path, curation: Curation) -> Mapping[str, NamedNode]:
    """The same, as the reviewed tables of a folder and the decisions of curators say."""
    links = table_links(folder, read_names(folder), read_vocabulary())
    return items_of(standing_links(links, decided_links(curation)))


def items_of(links: Iterable[Link]) -> Mapping[str, NamedNode]:
    """The same, as some links say."""
    found: dict[str, NamedNode] = {}
    for link in links:
        if link.item is not None and link.confidence == OSA.Verified and not link.is_near_miss:
            _note(found, link.item.value, link.subject)
    return found


def _note(found: dict[str, NamedNode], item: str, subject: NamedNode) -> None:
    number = item.removeprefix(str(WD))
    found[number] = min(found.get(number, subject), subject, key=str)
