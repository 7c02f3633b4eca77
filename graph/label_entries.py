"""What the label index holds of a thing: everything it is called in the default graph, and its classes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from pyoxigraph import DefaultGraph, Literal, NamedNode

from graph.projection import ASSESSMENTS
from graph.store import AnyTerm, ReadableStore
from ontology.namespaces import DCTERMS, OSA, PREFIXES, RDF, RDFS, SKOS, WD

DEFAULT: Final = DefaultGraph()
# A longer label is no name; it is found by its beginning.
LONGEST_NAME: Final = 500


class NameKind(IntEnum):
    """What a name is to its thing; the first are the better ones."""

    LABEL = 0
    ALIAS = 1
    CODE = 2
    LOCAL_NAME = 3


class LabelName(NamedTuple):
    """One name of a thing; `language` is empty where it has none."""

    text: str
    language: str
    kind: NameKind


@dataclass(frozen=True)
class Entry:
    """A thing as the label index holds it; names and classes are in order."""

    iri: str
    names: tuple[LabelName, ...]
    classes: tuple[str, ...]


# The properties that give names; what else changes with an entry is its classes.
NAMES: Final[Mapping[NamedNode, NameKind]] = MappingProxyType(
    {
        RDFS.label: NameKind.LABEL,
        SKOS.prefLabel: NameKind.LABEL,
        DCTERMS.title: NameKind.LABEL,
        SKOS.altLabel: NameKind.ALIAS,
        OSA.iso3166Alpha2: NameKind.CODE,
    }
)
# Whoever writes a triple with one of these in the default graph changes the entry of its subject. Links that
# are not verified are in no fact; whoever writes those notes the subjects.
NAMING: Final = frozenset({*NAMES, RDF.type, SKOS.exactMatch})


def all_entries(store: ReadableStore) -> Iterator[Entry]:
    """The entries of everything in a dataset that has a label, a title or another name."""
    names: dict[str, set[LabelName]] = defaultdict(set)
    for predicate, kind in NAMES.items():
        for quad in store.quads(None, predicate, None, DEFAULT):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                names[quad.subject.value].add(_name(quad.object, kind))
    classes: dict[str, list[str]] = defaultdict(list)
    for quad in store.quads(None, RDF.type, None, DEFAULT):
        if isinstance(quad.object, NamedNode) and quad.subject.value in names:  # type: ignore[union-attr]
            classes[quad.subject.value].append(quad.object.value)  # type: ignore[union-attr]
    for iri, code in _all_links(store):
        if iri in names:
            names[iri].add(code)
    for iri in names:
        yield _entry(iri, names[iri], classes.get(iri, ()))


def entry_of(store: ReadableStore, thing: NamedNode) -> Entry | None:
    """The entry of one thing; None where it has no name."""
    names = {
        _name(quad.object, kind)
        for predicate, kind in NAMES.items()
        for quad in store.quads(thing, predicate, None, DEFAULT)
        if isinstance(quad.object, Literal)
    }
    if not names:
        return None
    names.update(
        _code(quad.object) for quad in store.quads(thing, SKOS.exactMatch, None, DEFAULT) if quad.object in WD
    )
    for stated in store.quads(None, OSA.subject, thing, ASSESSMENTS):
        linked = store.quads(stated.subject, OSA.linkedTo, None, ASSESSMENTS)
        names.update(_code(quad.object) for quad in linked if quad.object in WD)
    classes = [
        quad.object.value
        for quad in store.quads(thing, RDF.type, None, DEFAULT)
        if isinstance(quad.object, NamedNode)
    ]
    return _entry(thing.value, names, classes)


def _all_links(store: ReadableStore) -> Iterator[tuple[str, LabelName]]:
    for quad in store.quads(None, SKOS.exactMatch, None, DEFAULT):
        if quad.object in WD and isinstance(quad.subject, NamedNode):
            yield quad.subject.value, _code(quad.object)
    for quad in store.quads(None, OSA.linkedTo, None, ASSESSMENTS):
        for stated in store.quads(quad.subject, OSA.subject, None, ASSESSMENTS):
            if quad.object in WD and isinstance(stated.object, NamedNode):
                yield stated.object.value, _code(quad.object)


def _entry(iri: str, names: set[LabelName], classes: Iterable[str]) -> Entry:
    local = {LabelName(text, "", NameKind.LOCAL_NAME) for text in _local_names(iri)}
    return Entry(iri, tuple(sorted(names | local)), tuple(sorted(classes)))


def _local_names(iri: str) -> Iterator[str]:
    """What is left of an IRI without its namespace, and the last part of that."""
    path = iri.removeprefix(PREFIXES["id"])
    if path != iri:
        yield path[:LONGEST_NAME]
    last = iri.rstrip("#/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    if last:
        yield last[:LONGEST_NAME]


def _name(label: Literal, kind: NameKind) -> LabelName:
    return LabelName(label.value[:LONGEST_NAME], label.language or "", kind)


def _code(item: AnyTerm) -> LabelName:
    """The number of a Wikidata item as a name."""
    return LabelName(item.value.removeprefix(str(WD)), "", NameKind.CODE)  # type: ignore[union-attr]
