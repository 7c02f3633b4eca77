"""Individuals of the dataset that could be linked to Wikidata, with all by which an item is recognised."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.errors import UnknownResourceError
from graph.label_text import fold
from graph.projection import ASSESSMENTS
from graph.store import AnyTerm, ReadableStore
from loaders.link_candidates import ENGLISH, JAPANESE
from loaders.links import Link
from loaders.names import KIND_CLASSES
from ontology.namespaces import ID, OSA, OWL, RDF, RDFS, SKOS, WD

DEFAULT: Final = DefaultGraph()
# The first that fits is what a thing is: classes of bodies and states are kinds of actors, too.
KINDS: Final = (
    "country",
    "person",
    "organisation",
    "equipment_class",
    "region",
    "event",
    "instrument",
    "concept",
)
# What has a state in its name belongs to that; a sea does not.
_NAMED_AFTER: Final = frozenset({"organisation", "instrument", "event", "concept"})
_BROADER: Final = (OSA.partOf, OSA.within, OSA.holdsOffice)
_SPEAKS: Final = (OSA.speaksFor, OSA.issuedBy)
_DATED: Final = (OSA.adoptedOn, OSA.date)
_REMARK: Final = re.compile(r"\s*\([^()]*\)\s*$")
MOST_NAMES: Final = 12


@dataclass(frozen=True)
class Thing:
    """An individual: its kind (as the tables name kinds), its names by language, and what else is known.

    `countries` are items of Wikidata, `days` partial dates. `link` is what the current link says: `verified`,
    `likely`, `unresolved`, or empty where there is none; `linked` are the items of it. `refused` are items
    that it is known not to be.
    """

    iri: NamedNode
    kind: str
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    iso_code: str = ""
    countries: frozenset[str] = frozenset()
    days: tuple[str, ...] = ()
    link: str = ""
    linked: tuple[str, ...] = ()
    refused: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """What it is called."""
        return next((name for names in self.names.values() for name in names), self.iri.value)


def without_remark(name: str) -> str:
    """A name without the remark in brackets at its end, which is ours.

    >>> without_remark("Asia (UN M49 142)")
    'Asia'
    """
    return _REMARK.sub("", name) or name


class Things:
    """The individuals of a dataset."""

    def __init__(self, store: ReadableStore) -> None:
        self._store = store

    def named(self, text: str) -> Thing:
        """The individual of an IRI, a prefixed name, the path of an IRI, or a name.

        Raises UnknownResourceError where there is none, or more than one.
        """
        for iri in self._as_iri(text):
            if self._kind(iri) or self._holds(iri, RDFS.label):
                return self.read(iri)
        found = {
            quad.subject
            for predicate in (RDFS.label, SKOS.altLabel)
            for language in (ENGLISH, JAPANESE, None)
            for quad in self._store.quads(None, predicate, Literal(text, language=language), DEFAULT)
            if isinstance(quad.subject, NamedNode) and quad.subject in ID
        }
        if len(found) > 1:
            listed = ", ".join(sorted(f"id:{iri.value.removeprefix(str(ID))}" for iri in found)[:5])
            raise UnknownResourceError(f"{text!r} is the name of several: {listed}. Name one by its IRI.")
        for iri in found:
            return self.read(iri)
        raise UnknownResourceError(
            f"There is nothing called {text!r}. Search it with: osagraph query, or on /search."
        )

    def unlinked(self, kinds: Sequence[str] = ()) -> Iterator[Thing]:
        """The individuals of some kinds (none given: all) without a verified link, kind by kind, by IRI."""
        seen: set[AnyTerm] = set()
        for kind in kinds or KINDS:
            members = self._store.quads(None, RDF.type, KIND_CLASSES[kind], DEFAULT)
            for subject in sorted((quad.subject for quad in members), key=str):
                if isinstance(subject, NamedNode) and subject in ID and subject not in seen:
                    seen.add(subject)
                    if self._kind(subject) == kind and not self._is_linked(subject):
                        yield self.read(subject)

    def read(self, iri: NamedNode) -> Thing:
        """All that is known of an individual."""
        links = list(self._links(iri))
        names = self._names(iri)
        return Thing(
            iri=iri,
            kind=self._kind(iri),
            names=names,
            iso_code=next(iter(self._texts(iri, OSA.iso3166Alpha2)), ""),
            countries=self._countries(iri, names),
            days=tuple(text for predicate in _DATED for text in self._texts(iri, predicate)),
            link=next(
                (confidence for confidence in _CONFIDENCE if any(confidence == c for c, _ in links)), ""
            ),
            linked=tuple(item for _, item in links if item),
            refused=frozenset(_numbers(self._store.quads(iri, OWL.differentFrom, None, DEFAULT))),
        )

    def holders(self, item: str) -> list[str]:
        """The individuals that are linked to an item, as paths of their IRIs."""
        quads = self._store.quads(None, SKOS.exactMatch, WD[item], DEFAULT)
        subjects = (quad.subject for quad in quads)
        return sorted(each.value.removeprefix(str(ID)) for each in subjects if isinstance(each, NamedNode))

    def node_label(self, thing: Thing) -> str:
        """The label that names the node of a link of this thing: the table's, where it has one."""
        if nodes := sorted(self._link_nodes(thing.iri), key=str):
            return nodes[0].value.removeprefix(f"{ID}link/")
        plain = Link(thing.label, thing.iri, "-", OSA.Unresolved)
        others = self._store.quads(plain.iri, OSA.subject, None, ASSESSMENTS)
        if any(quad.object != thing.iri for quad in others):
            return f"{thing.label} ({thing.iri.value.removeprefix(str(ID))})"
        return thing.label

    def _as_iri(self, text: str) -> Iterator[NamedNode]:
        bare = text.strip().removeprefix("<").removesuffix(">")
        for path in (bare.removeprefix("id:"), bare.removeprefix(str(ID))):
            try:
                yield ID.iri(path)
            except ValueError:
                continue

    def _kind(self, iri: NamedNode) -> str:
        classes = {quad.object for quad in self._store.quads(iri, RDF.type, None, DEFAULT)}
        return next((kind for kind in (*KINDS, "actor") if KIND_CLASSES[kind] in classes), "")

    def _names(self, iri: NamedNode) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {ENGLISH: [], JAPANESE: []}
        for predicate in (RDFS.label, SKOS.altLabel):
            quads = self._store.quads(iri, predicate, None, DEFAULT)
            for name in sorted(q.object.value + "\0" + (q.object.language or "") for q in quads):  # type: ignore[union-attr]
                text, _, language = name.partition("\0")
                # The tables do not say of a name in another script which language it is.
                key = language or (ENGLISH if text.isascii() else JAPANESE)
                if key in found and text not in found[key]:
                    found[key].append(text)
        return {language: names[:MOST_NAMES] for language, names in found.items() if names}

    def _texts(self, iri: NamedNode, predicate: NamedNode) -> list[str]:
        quads = self._store.quads(iri, predicate, None, DEFAULT)
        return sorted(quad.object.value for quad in quads if isinstance(quad.object, Literal))

    def _countries(self, iri: NamedNode, names: Mapping[str, Sequence[str]]) -> frozenset[str]:
        """The items of the states that it speaks for, is part of, or has in its name."""
        if (kind := self._kind(iri)) == "country":
            return frozenset()
        states = set(itertools.chain.from_iterable(self._states_of(each) for each in self._wholes(iri)))
        if not states and kind in _NAMED_AFTER:
            states = set(self._named_in(fold(" | ".join(names.get(ENGLISH, ())))))
        return frozenset(itertools.chain.from_iterable(self._items_of(state) for state in states))

    def _wholes(self, iri: NamedNode) -> set[NamedNode]:
        wholes = {iri}
        for predicate in _BROADER:
            found = self._store.quads(iri, predicate, None, DEFAULT)
            wholes |= {quad.object for quad in found if isinstance(quad.object, NamedNode)}
        return wholes

    def _states_of(self, iri: NamedNode) -> Iterator[NamedNode]:
        if iri in self._states:
            yield iri
        for predicate in _SPEAKS:
            for quad in self._store.quads(iri, predicate, None, DEFAULT):
                if isinstance(quad.object, NamedNode):
                    if quad.object in self._states:
                        yield quad.object
                    spoken = self._store.quads(quad.object, OSA.speaksFor, None, DEFAULT)
                    yield from (each.object for each in spoken if isinstance(each.object, NamedNode))

    def _named_in(self, text: str) -> Iterator[NamedNode]:
        """The states whose names are in a text; one whose name is part of another's is not meant there."""
        for name, state in self._state_names:
            without = re.sub(rf"\b{re.escape(name)}\b", " | ", text)
            if without != text:
                yield state
            text = without

    @cached_property
    def _states(self) -> frozenset[NamedNode]:
        found = self._store.quads(None, RDF.type, OSA.State, DEFAULT)
        return frozenset(quad.subject for quad in found if isinstance(quad.subject, NamedNode))

    @cached_property
    def _state_names(self) -> list[tuple[str, NamedNode]]:
        """The English names of states; the longer ones first, so that they are found first."""
        named = [
            (fold(name), state) for state in self._states for name in self._names(state).get(ENGLISH, ())
        ]
        return sorted((each for each in named if len(each[0]) > 3), key=lambda each: (-len(each[0]), each[0]))

    def _items_of(self, iri: NamedNode) -> Iterator[str]:
        return _numbers(self._store.quads(iri, SKOS.exactMatch, None, DEFAULT))

    def _is_linked(self, iri: NamedNode) -> bool:
        return next(self._items_of(iri), None) is not None

    def _holds(self, iri: NamedNode, predicate: NamedNode) -> bool:
        return next(self._store.quads(iri, predicate, None, DEFAULT), None) is not None

    def _link_nodes(self, iri: NamedNode) -> Iterator[NamedNode]:
        for quad in self._store.quads(None, OSA.subject, iri, ASSESSMENTS):
            node = quad.subject
            is_link = next(self._store.quads(node, RDF.type, OSA.Link, ASSESSMENTS), None) is not None
            if is_link and isinstance(node, NamedNode):
                yield node

    def _links(self, iri: NamedNode) -> Iterator[tuple[str, str]]:
        """The confidence and the item of each link."""
        for node in self._link_nodes(iri):
            items = list(_numbers(self._store.quads(node, OSA.linkedTo, None, ASSESSMENTS)))
            for said in self._store.quads(node, OSA.confidence, None, ASSESSMENTS):
                yield _CONFIDENCE_OF.get(said.object, ""), next(iter(items), "")


_CONFIDENCE: Final = ("verified", "likely", "unresolved")
_CONFIDENCE_OF: Final[Mapping[AnyTerm, str]] = {
    OSA.Verified: "verified",
    OSA.Likely: "likely",
    OSA.Unresolved: "unresolved",
}


def _numbers(quads: Iterable[Quad]) -> Iterator[str]:
    for quad in quads:
        item = quad.object
        if isinstance(item, NamedNode) and item in WD:
            yield item.value.removeprefix(str(WD))
