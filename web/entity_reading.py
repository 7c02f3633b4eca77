"""Reads what the graph holds about one thing, by queries whose cost grows with the thing alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from graph.datadir import Snapshot
from graph.links import LINKING
from graph.query_parameters import Given
from graph.results import ResultTerm
from ontology.namespaces import OSA, RDF, RDFS, SKOS
from web.entity import IN_HEAD, Entity, Evidence, Pointing, Property, Statement
from web.nodes import Node, nodes
from web.site import Row, Site, count_of, text_of
from web.terms import short_iri

# As the queries have it.
MOST_STATEMENTS: Final = 5000
MOST_POINTING: Final = 300
# So many are shown of the claims on one side of a slot, of those in a list, of the things that point here.
SHOWN_CLAIMS: Final = 5
SHOWN_IN_LIST: Final = 25
SHOWN_POINTING: Final = 5
SHOWN_GROUPS: Final = 12
SHORT_CUTS: Final = (OSA.supportedBy.value, OSA.contestedBy.value)
FRAMED: Final = ("osa:framingKind", "osa:stance")
# What is told among the identifiers of a thing, and the properties that lead from there to items elsewhere.
LINKS: Final = frozenset({OSA.Link, OSA.NearMiss})
LEADING: Final = ("osa:linkedTo", "osa:notLinkedTo")

Axioms = frozenset[Triple]


def read_entity(site: Site, iri: str, axioms: Axioms, at: Snapshot) -> Entity | None:
    """All that is told of a thing; None where the dataset does not know it. `axioms` are the ontology's.

    Raises what `Site.rows` raises.
    """
    thing = {"subject": NamedNode(iri)}
    rows = site.rows("entity-statements", thing, at)
    is_fact = bool(rows)
    rows = rows or _distinct(site.rows("entity-elsewhere", thing, at))
    if not rows:
        return None
    assessed = gathered(site.rows("entity-assessments", thing, at))
    claims = gathered(site.rows("entity-claims", thing, at))
    telling = _Telling(iri, rows, assessed, claims, axioms)
    telling.sources = nodes(site, "described", telling.shown_sources(), at)
    return telling.entity(is_fact, pointing_to(site, iri, is_fact, at))


def gathered(rows: Iterable[Row]) -> dict[str, Node]:
    """Each thing of rows of `thing`, `predicate` and `value`, in the order of their IRIs."""
    found: dict[str, dict[str, set[ResultTerm]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        found[text_of(row, "thing")][short_iri(text_of(row, "predicate"))].add(row["value"])
    return {
        iri: Node(iri, {name: sorted(values, key=str) for name, values in found[iri].items()})
        for iri in sorted(found)
    }


def _distinct(rows: Iterable[Row]) -> list[Row]:
    """The statements, each once however many graphs have it."""
    return list({(text_of(row, "predicate"), str(row["value"])): row for row in rows}.values())


def pointing_to(site: Site, iri: str, is_fact: bool, at: Snapshot) -> list[Pointing]:
    """What points to a thing, by property, the most frequent first."""
    thing = {"object": NamedNode(iri)}
    rows = site.rows("entity-links-in" if is_fact else "entity-links-elsewhere", thing, at)
    groups: dict[str, list[ResultTerm]] = defaultdict(list)
    for row in rows:
        if row["other"] != thing["object"]:
            groups[text_of(row, "predicate")].append(row["other"])
    counts = {predicate: len(others) for predicate, others in groups.items()}
    if is_fact and len(rows) >= MOST_POINTING:
        counted = site.rows("entity-links-in-counts", thing, at)
        counts = {text_of(row, "predicate"): count_of(row, "count") for row in counted}
    ordered = sorted(counts, key=lambda predicate: (-counts[predicate], predicate))
    hidden = SHORT_CUTS if is_fact else ()
    shown = [predicate for predicate in ordered if predicate not in hidden][:SHOWN_GROUPS]
    return [
        Pointing(
            predicate,
            counts[predicate],
            groups[predicate][:SHOWN_POINTING] or _first_of(site, iri, predicate, at),
        )
        for predicate in shown
    ]


def _first_of(site: Site, iri: str, predicate: str, at: Snapshot) -> list[ResultTerm]:
    values: dict[str, Given] = {
        "object": NamedNode(iri),
        "predicate": NamedNode(predicate),
        "limit": str(SHOWN_POINTING),
    }
    return [row["other"] for row in site.rows("entity-links-in", values, at)]


class _Telling:
    """Puts together what was read of one thing; `sources` are those of the claims that are shown."""

    def __init__(
        self,
        iri: str,
        rows: Sequence[Row],
        assessed: Mapping[str, Node],
        claims: Mapping[str, Node],
        axioms: Axioms,
    ) -> None:
        self._iri = iri
        self._rows = rows
        self._claims = claims
        self._axioms = axioms
        self._slots = [node for node in assessed.values() if OSA.Resolution in node.all("rdf:type")]
        self._contradictions = [n for n in assessed.values() if OSA.Contradiction in n.all("rdf:type")]
        self._links = [node for node in assessed.values() if LINKS.intersection(node.all("rdf:type"))]
        competing = {term for slot in self._slots for side in _sides(slot) for term in side}
        rest = [claim for claim in claims.values() if NamedNode(claim.iri) not in competing]
        about = [claim for claim in rest if claim.text("osa:subject") == iri]
        listed = {
            "framing": [claim for claim in about if _is_framing(claim)],
            "besides": [claim for claim in about if not _is_framing(claim)],
            "attributed": [claim for claim in claims.values() if _is_held_by(claim, iri)],
        }
        self._listed = {name: found[:SHOWN_IN_LIST] for name, found in listed.items()}
        self._unlisted = {name: max(0, len(found) - SHOWN_IN_LIST) for name, found in listed.items()}
        self.sources: Mapping[str, Node] = {}

    def shown_sources(self) -> set[str]:
        """The sources of all claims that are shown."""
        shown = [claim for slot in self._slots for side in _sides(slot) for claim in self._known(side)]
        shown += [claim for claims in self._listed.values() for claim in claims]
        return {claim.text("osa:statedIn") for claim in shown}

    def entity(self, is_fact: bool, pointing: Sequence[Pointing]) -> Entity:
        """The thing."""
        return Entity(
            iri=self._iri,
            is_fact=is_fact,
            types=self._types(),
            definitions=self._literals(SKOS.definition, RDFS.comment),
            names=self._literals(RDFS.label, SKOS.prefLabel, SKOS.altLabel),
            properties=self._properties(),
            besides=self._evidence(self._listed["besides"]),
            framing=self._evidence(self._listed["framing"]),
            attributed=self._evidence(self._listed["attributed"]),
            unlisted=self._unlisted,
            contradictions=self._contradictions[:SHOWN_IN_LIST],
            links=self._links,
            pointing=pointing,
            lines=self._lines(),
            is_cut=len(self._rows) >= MOST_STATEMENTS,
        )

    def _properties(self) -> list[Property]:
        values: dict[str, list[Statement]] = defaultdict(list)
        for row in self._rows:
            predicate = row["predicate"]
            if predicate not in IN_HEAD and self._is_shown(row["value"]):
                values[text_of(row, "predicate")].append(self._statement(row))
        rivals: dict[str, list[Statement]] = defaultdict(list)
        for slot in self._slots:
            if not slot.all("osa:accepted"):
                rivals[slot.text("osa:predicate")] += self._rivals(slot)
        return [
            Property(iri, sorted(values[iri], key=_by_receipts), rivals.get(iri, ()))
            for iri in {**values, **rivals}
        ]

    def _is_shown(self, value: ResultTerm) -> bool:
        """Whether a value has a name that is not the thing's own, and does not stand among its links."""
        if isinstance(value, BlankNode) or value == NamedNode(self._iri):
            return False
        return not any(value in link.all(name) for link in self._links for name in LEADING)

    def _statement(self, row: Row) -> Statement:
        predicate, value = row["predicate"], row["value"]
        for slot in self._slots:
            if slot["osa:predicate"] == predicate and value in slot.all("osa:accepted"):
                supporting, contesting = (self._evidence(self._known(side)) for side in _sides(slot))
                return Statement(value, slot, supporting, contesting)
        return Statement(value, is_inferred=self._is_inferred(row))

    def _is_inferred(self, row: Row) -> bool:
        """Whether neither a source nor the ontology gives it; a rule of counting comes with its count."""
        predicate, value = row["predicate"], row["value"]
        if "isGiven" not in row or text_of(row, "isGiven") == "true" or predicate in LINKING:
            return False
        name = short_iri(text_of(row, "predicate"))
        if any(value in slot.all(name) for slot in self._slots):
            return False
        return Triple(NamedNode(self._iri), predicate, value) not in self._axioms  # type: ignore[arg-type]

    def _rivals(self, slot: Node) -> list[Statement]:
        """The values that are claimed for an open slot, each with those who claim it."""
        claims = [claim for side in _sides(slot) for claim in self._known(side)]
        by_value: dict[ResultTerm, list[Node]] = defaultdict(list)
        for claim in claims:
            value = slot["osa:candidate"] or claim["osa:object"]
            if value is not None:
                by_value[value].append(claim)
        return [Statement(value, slot, self._evidence(stating)) for value, stating in by_value.items()]

    def _known(self, claims: Iterable[ResultTerm]) -> list[Node]:
        """So many of the claims as are shown."""
        found = (self._claims.get(term.value) for term in claims if isinstance(term, NamedNode))
        return [claim for claim in found if claim is not None][:SHOWN_CLAIMS]

    def _evidence(self, claims: Iterable[Node]) -> list[Evidence]:
        """The claims with their sources, the latest first."""
        found = [Evidence(claim, self._source(claim)) for claim in claims]
        return sorted(found, key=lambda each: each.source.text("dcterms:issued"), reverse=True)

    def _source(self, claim: Node) -> Node:
        iri = claim.text("osa:statedIn")
        return self.sources.get(iri) or Node(iri)

    def _types(self) -> list[str]:
        """Its classes: what was given before what follows from it."""
        rows = [row for row in self._rows if row["predicate"] == RDF.type]
        given = [row for row in rows if not self._is_inferred(row)]
        found = [text_of(row, "value") for row in (*given, *rows) if isinstance(row["value"], NamedNode)]
        return list(dict.fromkeys(found))

    def _literals(self, *predicates: NamedNode) -> list[Literal]:
        found = [row["value"] for row in self._rows if row["predicate"] in predicates]
        return sorted({term for term in found if isinstance(term, Literal)}, key=str)

    def _lines(self) -> list[str]:
        subject = NamedNode(self._iri)
        named = [row for row in self._rows if not isinstance(row["value"], BlankNode | Triple)]
        return sorted({f"{subject} {row['predicate']} {row['value']} ." for row in named})


def _sides(slot: Node) -> tuple[Sequence[ResultTerm], Sequence[ResultTerm]]:
    return slot.all("osa:supportedBy"), slot.all("osa:contestedBy")


def _is_framing(claim: Node) -> bool:
    return any(claim.all(name) for name in FRAMED)


def _is_held_by(claim: Node, iri: str) -> bool:
    """Whether a claim is attributed to a thing."""
    return any(getattr(holder, "value", "") == iri for holder in claim.all("osa:attributedTo"))


def _by_receipts(statement: Statement) -> tuple[bool, int, str]:
    """What is given before what is inferred, what many voices state before what few do."""
    return (statement.is_inferred, -statement.voices, str(statement.value))
