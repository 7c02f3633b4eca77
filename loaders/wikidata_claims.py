"""What one entity of Wikidata says: claims about our individuals, and claims about everything else.

A statement speaks to a slot, and so may bear on a fact, where its subject, its property and its value are all
known here, and it has the best rank that Wikidata gives for the property; then its predicate is ours. Every
other statement is a claim with Wikidata's own property (`wdt:P36`) that no fact depends on. A deprecated
statement is one that Wikidata denies.
Spec: https://www.mediawiki.org/wiki/Wikibase/Indexing/RDF_Dump_Format
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Triple

from graph.bundle import REFERENCES
from graph.claims import PQ, UNIT, WIKIBASE, Claim
from graph.errors import MalformedSourceError
from graph.sources import source_iri
from graph.terms import Term, is_date, is_number
from loaders.wikidata_json import Entity
from loaders.wikidata_values import PROPERTY, Linked, PassedOverError, Value, read_snak, text_literal
from ontology.namespaces import DCTERMS, OSA, PREFIXES, PROV, RDFS, SCHEMA, SKOS, WD, WDT, XSD, Namespace

IDENTIFIER: Final = "wikidata"
SOURCE: Final = source_iri(IDENTIFIER)
LANGUAGES: Final = ("en", "ja", "mul")
PR: Final = Namespace(PREFIXES["pr"])
STATEMENTS: Final = f"{WD}statement/"
RANKS: Final[Mapping[str, NamedNode]] = {
    "preferred": WIKIBASE.PreferredRank,
    "normal": WIKIBASE.NormalRank,
    "deprecated": WIKIBASE.DeprecatedRank,
}
POINT_IN_TIME: Final = PQ.P585
STATED_AS: Final = PQ.P1932
_STATEMENT: Final = re.compile(
    r"([QPL][1-9][0-9]{0,17}(?:-[FS][1-9][0-9]*)?)\$([0-9A-Za-z-]{1,64})", re.ASCII
)
_HASH: Final = re.compile(r"[0-9a-f]{40}", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

# The properties that give an entity its names, in the JSON and as a predicate.
_NAMES: Final = (("labels", RDFS.label), ("aliases", SKOS.altLabel), ("descriptions", SCHEMA.description))


@dataclass(frozen=True)
class LocalProperty:
    """A fact predicate that a property of Wikidata is: are its values individuals, or of which datatype."""

    iri: NamedNode
    is_relation: bool
    datatype: NamedNode | None


@dataclass
class Said:
    """What an entity says: claims, and what its references hold; `passed_over` counts what cannot be said."""

    subject: NamedNode
    claims: list[Claim] = field(default_factory=list)
    references: dict[NamedNode, tuple[Triple, ...]] = field(default_factory=dict)
    names: list[tuple[NamedNode, Literal]] = field(default_factory=list)
    modified: str = ""
    passed_over: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Reading:
    """How entities are read: the individuals that items are linked to, and our predicates, by number."""

    linked: Linked
    properties: Mapping[str, LocalProperty]

    def said(self, entity: Entity) -> Said:
        """What an entity says. Nothing in one is an error: what is not in Wikidata's form is counted."""
        identifier: str = entity["id"]
        said = Said(self.linked.get(identifier) or WD[identifier])
        modified = str(entity.get("modified", ""))[:10]
        said.modified = modified if _DAY.fullmatch(modified) else ""
        _read_names(entity, said)
        statements = entity.get("claims", entity.get("statements"))
        for name, listed in _pairs(statements):
            self._property(identifier, name, listed, said)
        if identifier in self.linked:
            said.claims += (Claim(SOURCE, said.subject, OSA.Asserted, p, text) for p, text in said.names)
        return said

    def _property(self, identifier: str, name: str, listed: Any, said: Said) -> None:
        statements = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        if not PROPERTY.fullmatch(name) or not isinstance(listed, list) or len(statements) < len(listed):
            said.passed_over["statements not in Wikidata's form"] += 1
            return
        best = "preferred" if any(each.get("rank") == "preferred" for each in statements) else "normal"
        for number, statement in enumerate(statements):
            try:
                claim = self._claim(f"{identifier} {name} {number}", name, statement, best, said)
            except PassedOverError as error:
                said.passed_over[str(error)] += 1
            except MalformedSourceError:
                said.passed_over["values not in Wikidata's form"] += 1
            else:
                said.claims.append(claim)

    def _claim(self, seed: str, name: str, statement: Entity, best: str, said: Said) -> Claim:
        rank = str(statement.get("rank", "normal"))
        if rank not in RANKS:
            raise PassedOverError("statements not in Wikidata's form")
        match = _STATEMENT.fullmatch(str(statement.get("id", "")))
        value = read_snak(statement.get("mainsnak"), match[0] if match else seed, self.linked)
        predicate, term = WDT[name], value.term
        if rank in (best, "deprecated") and said.subject not in WD:
            predicate, term = self._spoken(name, value)
        qualifiers = self._qualifiers(seed, statement, said)
        details: list[tuple[NamedNode, Term]] = [(WIKIBASE.rank, RANKS[rank])]
        if match:
            details.append((DCTERMS.source, NamedNode(f"{STATEMENTS}{match[1]}-{match[2]}")))
        details += ((PROV.wasDerivedFrom, iri) for iri in self._references(seed, statement, said))
        return Claim(
            SOURCE,
            said.subject,
            OSA.Denied if rank == "deprecated" else OSA.Asserted,
            predicate,
            term,
            qualifiers=(*qualifiers, *_told(qualifiers), *_unit(value)),
            verbatim=tuple(t for p, t in qualifiers if p == STATED_AS and isinstance(t, Literal)),
            lower_bound=value.lower,
            upper_bound=value.upper,
            details=tuple(details),
        )

    def _spoken(self, name: str, value: Value) -> tuple[NamedNode, Term]:
        """Predicate and value as our vocabulary has them, else as Wikidata has them."""
        ours, term = self.properties.get(name), value.term
        if ours is None or value.unit is not None:
            return WDT[name], term
        if ours.is_relation:
            is_known = isinstance(term, NamedNode) and not term.value.startswith("http://www.wikidata.org/")
            return (ours.iri if is_known else WDT[name]), term
        if ours.datatype == XSD.integer and is_number(term) and "." not in term.value:
            return ours.iri, Literal(term.value, datatype=XSD.integer)
        fits = is_date(term) if ours.datatype is None else getattr(term, "datatype", None) == ours.datatype
        return (ours.iri if fits else WDT[name]), term

    def _qualifiers(self, seed: str, statement: Entity, said: Said) -> list[tuple[NamedNode, Term]]:
        return list(self._snaks(seed, statement.get("qualifiers"), PQ, said))

    def _references(self, seed: str, statement: Entity, said: Said) -> Iterator[NamedNode]:
        references = statement.get("references")
        for number, reference in enumerate(references if isinstance(references, list) else ()):
            if not isinstance(reference, dict):
                said.passed_over["references not in Wikidata's form"] += 1
                continue
            parts = list(self._snaks(f"{seed} {number}", reference.get("snaks"), PR, said))
            if parts:
                iri = NamedNode(REFERENCES + _hash(reference, parts))
                said.references[iri] = tuple(Triple(iri, predicate, term) for predicate, term in parts)
                yield iri

    def _snaks(self, seed: str, snaks: Any, space: Namespace, said: Said) -> Iterator[tuple[NamedNode, Term]]:
        """The values of qualifiers or of a reference."""
        for name, listed in _pairs(snaks):
            if not PROPERTY.fullmatch(name) or not isinstance(listed, list):
                said.passed_over["qualifiers and references not in Wikidata's form"] += 1
                continue
            for number, snak in enumerate(listed):
                try:
                    value = read_snak(snak, f"{seed} {name} {number}", self.linked)
                except PassedOverError as error:
                    said.passed_over[f"{error} (in qualifiers and references)"] += 1
                    continue
                yield space[name], value.term


def outside_names(said: Said) -> Iterator[Triple]:
    """The names of an entity that is none of ours, as plain triples."""
    for predicate, text in said.names:
        yield Triple(said.subject, predicate, text)


def _read_names(entity: Entity, said: Said) -> None:
    for part, predicate in _NAMES:
        for language, given in _pairs(entity.get(part)):
            if language in LANGUAGES:
                for each in given if isinstance(given, list) else [given]:
                    try:
                        said.names.append((predicate, text_literal(*_text(each))))
                    except PassedOverError as error:
                        said.passed_over[str(error)] += 1


def _text(given: Any) -> tuple[Any, Any]:
    return (given.get("value"), given.get("language")) if isinstance(given, dict) else (None, None)


def _pairs(found: Any) -> Iterator[tuple[str, Any]]:
    """The items of an object; an empty one is written as a list by PHP."""
    if isinstance(found, dict):
        yield from found.items()


def _told(qualifiers: Sequence[tuple[NamedNode, Term]]) -> Iterator[tuple[NamedNode, Term]]:
    """The point in time of a statement, as our own qualifier says it."""
    days = [term for predicate, term in qualifiers if predicate == POINT_IN_TIME and is_date(term)]
    if len(days) == 1:
        yield OSA.asOf, days[0]


def _unit(value: Value) -> Iterator[tuple[NamedNode, Term]]:
    if value.unit is not None:
        yield UNIT, value.unit


def _hash(reference: Entity, parts: Sequence[tuple[NamedNode, Term]]) -> str:
    """Wikidata's own hash of a reference, else one of its parts."""
    given = str(reference.get("hash", ""))
    if _HASH.fullmatch(given):
        return given
    text = "\n".join(sorted(f"{predicate} {term}" for predicate, term in parts))
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
