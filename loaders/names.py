"""Names become IRIs: through the reviewed tables, else as a new individual."""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple
from slugify import slugify

from loaders.figures import head_nouns
from ontology.namespaces import ID, OSA, RDF, RDFS

# The classes that a kind of name in the tables stands for.
KIND_CLASSES: Mapping[str, NamedNode] = {
    "country": OSA.State,
    "organisation": OSA.Organization,
    "person": OSA.Person,
    "concept": OSA.Concept,
    "instrument": OSA.Instrument,
    "equipment_class": OSA.EquipmentClass,
    "region": OSA.Region,
    "event": OSA.Event,
    # Somebody of whom no table says whether it is a person or a body.
    "actor": OSA.Actor,
}

_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
_JOINS = re.compile(r",\s*|\s+and\s+")


@dataclass(frozen=True)
class Names:
    """The reviewed names: spelling → IRI, IRI → kind, instrument id → IRI, event id → what it is called.

    A name that is not among them makes a new individual whose IRI follows from the name alone, so that
    the order of loads does not matter.
    """

    by_label: Mapping[str, NamedNode]
    kinds: Mapping[NamedNode, str]
    instruments: Mapping[str, NamedNode] = field(default_factory=dict)
    equipment_spellings: Mapping[NamedNode, tuple[str, ...]] = field(default_factory=dict)
    equipment_nouns: frozenset[str] = frozenset()
    labels: Mapping[NamedNode, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)

    def find(self, name: str) -> NamedNode | None:
        """The individual of that name, if it was reviewed."""
        return self.by_label.get(name)

    def find_person_or_body(self, name: str) -> NamedNode | None:
        """As `find`, also without a leading article and without a remark in brackets at the end."""
        for spelling in (name, name.removeprefix("the "), _BRACKETS.sub("", name)):
            if (known := self.find(spelling)) is not None:
                return known
        return None

    def parts(self, text: str) -> list[str]:
        """The names in a field that joins several by "and" or commas: one name where that is known."""
        if self.find_person_or_body(text) is not None:
            return [text]
        inner = _BRACKETS.sub("", text)
        pieces = [piece for piece in _JOINS.split(inner) if piece]
        known = [self.find_person_or_body(piece) is not None for piece in pieces]
        # Two unknown persons are two names; "Representatives of A and B" is one.
        apart = len(pieces) > 1 and ((any(known) is False and " of " not in inner) or all(known))
        return pieces if apart else [inner]


@functools.lru_cache(maxsize=65536)
def slug(name: str) -> str:
    """The part of an IRI that stands for a name: lower case, letters of any script, hyphens.

    >>> slug("Coastal surveillance radar"), slug("防衛省")
    ('coastal-surveillance-radar', '防衛省')
    """
    return slugify(name, allow_unicode=True) or "unnamed"


def mint(name: str, kind: str) -> NamedNode:
    """The IRI of a name that nobody has reviewed yet."""
    path = f"equipment/{slug(name)}" if kind == "equipment_class" else slug(name)
    return ID.iri(path)


def name_triples(iri: NamedNode, label: str, kind: str) -> Iterator[Triple]:
    """What makes an individual readable: its class and its label."""
    yield Triple(iri, RDF.type, KIND_CLASSES[kind])
    yield Triple(iri, RDFS.label, Literal(label, language="en"))


def read_names(folder: Path) -> Names:
    """The names of the reference tables in a folder.

    An instrument is named by its id, an equipment class by its name in equipment.csv, all others by
    their label; `identities.csv` overrules.
    """
    canonical = {row["name"]: row["canonical"] for row in _rows(folder / "aliases.csv")}
    links = _rows(folder / "wikidata_links.csv")
    by_label: dict[str, NamedNode] = {
        row["label"]: ID.iri(row["path"]) for row in _rows(folder / "identities.csv")
    }
    instruments: dict[str, NamedNode] = {}
    for row in _rows(folder / "instruments.csv"):
        label = row["name_en"]
        iri = by_label.get(label, ID.iri(row["instrument_id"]))
        instruments[row["instrument_id"]] = iri
        for spelling in (label, canonical.get(label, label)):
            by_label.setdefault(spelling, iri)
    for row in _rows(folder / "equipment.csv"):
        label = row["equipment_class"]
        target = canonical.get(label, label)
        iri = by_label.get(target) or mint(label, "equipment_class")
        for spelling in (label, target):
            by_label.setdefault(spelling, iri)
    for row in _rows(folder / "equipment.csv"):  # the groups, which the ontology describes
        by_label.setdefault(row["parent_class"], mint(row["parent_class"], "equipment_class"))
    for row in links:
        if row["entity_label"] not in by_label:
            by_label[row["entity_label"]] = mint(row["entity_label"], row["entity_kind"])
    kinds = {by_label[row["entity_label"]]: row["entity_kind"] for row in links}
    for name, label in canonical.items():
        if label in by_label:
            by_label.setdefault(name, by_label[label])
    spellings: dict[NamedNode, tuple[str, ...]] = {}
    for name, iri in by_label.items():
        if iri.value.startswith(str(ID) + "equipment/"):
            spellings[iri] = (*spellings.get(iri, ()), name)
    nouns = head_nouns([name for names in spellings.values() for name in names]) | {"system"}
    labels = {by_label[row["entity_label"]]: row["entity_label"] for row in links}
    events = {row["event_id"]: row["name"] for row in _rows(folder / "event_names.csv")}
    return Names(by_label, kinds, instruments, spellings, nouns, labels, events)


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
