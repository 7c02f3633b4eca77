"""Claims: what one source says, as immutable values with a lossless round trip to RDF.

A claim is an n-ary node, never a bare triple. Its IRI follows from who says what about what (source,
subject, predicate, object or proposition, qualifiers, modality, attribution) and not from the quote,
so that a corrected quote keeps whatever was said about the claim.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from graph.errors import MalformedSourceError
from graph.terms import Term, canonical, decimal_literal, decimal_value, is_number
from ontology.namespaces import DCTERMS, ID, OSA, PREFIXES, PROV, RDF, Namespace

Qualifiers = tuple[tuple[NamedNode, Term], ...]

QUALIFIERS = (OSA.fiscalYear, OSA.asOf, OSA.stage, OSA.currency, OSA.countingRule, OSA.reportedEvent)
WIKIBASE = Namespace(PREFIXES["wikibase"])
PQ = Namespace(PREFIXES["pq"])
# The unit of a number of Wikidata, an item.
UNIT = WIKIBASE.quantityUnit
# What a statement of Wikidata has besides: its rank, its references, the statement that it is.
DETAILS = (WIKIBASE.rank, PROV.wasDerivedFrom, DCTERMS.source)

# One row per field: (field, property, how many values). The order is the order in which they are written.
_ONE, _MANY = "one", "many"
_NODES = (
    ("source", OSA.statedIn, _ONE),
    ("subject", OSA.subject, _ONE),
    ("predicate", OSA.predicate, _ONE),
    ("value", OSA.object, _ONE),
    ("modality", OSA.modality, _ONE),
    ("attributed_to", OSA.attributedTo, _MANY),
    ("proposition", OSA.proposition, _ONE),
    ("stance", OSA.stance, _ONE),
    ("framing_kind", OSA.framingKind, _ONE),
    ("claimant_kind", OSA.claimantKind, _ONE),
    ("hedge", OSA.hedge, _ONE),
    ("topic", OSA.topic, _ONE),
    ("quotes", OSA.quote, _MANY),
    ("verbatim", OSA.verbatim, _MANY),
    ("notes", OSA.note, _MANY),
)
_INTEGERS = (
    ("significant_digits", OSA.significantDigits),
    ("quote_start", OSA.quoteStart),
    ("quote_end", OSA.quoteEnd),
)
_DECIMALS = (("lower_bound", OSA.lowerBound), ("upper_bound", OSA.upperBound))


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of one source; equal claims have equal IRIs.

    `value` is the object; a claim without predicate and value states a `proposition` in our own words.
    Amounts are whole currency units. `significant_digits` counts the digits as printed;
    `lower_bound` and `upper_bound` are the limits that a hedge sets. Qualifiers of Wikidata (`pq:P580`) may
    have several values; `details` are what `DETAILS` lists, as they are.
    """

    source: NamedNode
    subject: NamedNode
    modality: NamedNode
    predicate: NamedNode | None = None
    value: Term | None = None
    qualifiers: Qualifiers = ()
    attributed_to: tuple[NamedNode, ...] = ()
    framing: bool = False
    proposition: Literal | None = None
    stance: NamedNode | None = None
    framing_kind: NamedNode | None = None
    claimant_kind: NamedNode | None = None
    topic: Literal | None = None
    quotes: tuple[Literal, ...] = ()
    verbatim: tuple[Literal, ...] = ()
    notes: tuple[Literal, ...] = ()
    hedge: NamedNode | None = None
    significant_digits: int | None = None
    lower_bound: Decimal | None = None
    upper_bound: Decimal | None = None
    quote_start: int | None = None
    quote_end: int | None = None
    details: Qualifiers = ()
    iri: NamedNode = field(init=False, compare=False)

    def __post_init__(self) -> None:
        if (self.predicate is None) != (self.value is None):
            raise ValueError("a claim has both a predicate and a value, or neither")
        if self.predicate is None and self.proposition is None:
            raise ValueError("a claim without a predicate needs a proposition")
        put = object.__setattr__
        if self.value is not None:
            put(self, "value", canonical(self.value))
        qualifiers = ((name, canonical(value)) for name, value in self.qualifiers)
        put(self, "qualifiers", tuple(sorted(qualifiers, key=_in_order)))
        if self.details:
            put(self, "details", tuple(sorted(set(self.details), key=_in_order)))
        for name in ("attributed_to", "quotes", "verbatim", "notes"):
            put(self, name, tuple(sorted(set(getattr(self, name)), key=str)))
        put(self, "iri", ID.iri(f"claim/{self._digest()}"))

    def _digest(self) -> str:
        what = self.value if self.value is not None else self.proposition
        parts = [self.source, self.subject, self.predicate or "", what, self.modality]
        parts += [part for pair in self.qualifiers for part in pair]
        parts += self.attributed_to
        text = "\n".join(map(str, parts))
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()

    @property
    def kind(self) -> NamedNode:
        """The most specific class of the claim."""
        if self.framing:
            return OSA.FramingClaim
        if self.predicate is None:
            return OSA.StatementClaim
        return OSA.QuantityClaim if is_number(self.value) else OSA.RelationClaim

    def qualifier(self, name: NamedNode) -> Term | None:
        """The value of one qualifier, or None."""
        return next((value for key, value in self.qualifiers if key == name), None)


def _in_order(pair: tuple[NamedNode, Term]) -> tuple[str, str]:
    return pair[0].value, str(pair[1])


def merge_claims(claims: Iterable[Claim]) -> list[Claim]:
    """The claims with equal IRIs made one, in order of first appearance.

    Quotes, printed figures and notes are united; the tightest precision and bounds stand.
    """
    merged: dict[str, Claim] = {}
    for claim in claims:
        known = merged.get(claim.iri.value)
        merged[claim.iri.value] = claim if known is None else _united(known, claim)
    return list(merged.values())


def _united(one: Claim, other: Claim) -> Claim:
    if one == other:
        return one
    # An exact figure is tighter than any hedge on the same figure.
    hedged = [one, other] if one.hedge and other.hedge else []
    digits = [c.significant_digits for c in (one, other) if c.significant_digits is not None]
    lower = [claim.lower_bound for claim in hedged if claim.lower_bound is not None]
    upper = [claim.upper_bound for claim in hedged if claim.upper_bound is not None]
    return replace(
        one,
        quotes=one.quotes + other.quotes,
        verbatim=one.verbatim + other.verbatim,
        notes=one.notes + other.notes,
        hedge=one.hedge if hedged else None,
        significant_digits=max(digits, default=None),
        lower_bound=max(lower, default=None),
        upper_bound=min(upper, default=None),
        proposition=one.proposition or other.proposition,
        stance=one.stance or other.stance,
        details=one.details + other.details,
    )


def claim_parts(claim: Claim) -> Iterator[tuple[NamedNode, Term]]:
    """The predicates and objects of a claim's triples."""
    yield RDF.type, OSA.Claim
    yield RDF.type, claim.kind
    for name, predicate, how_many in _NODES:
        value = getattr(claim, name)
        if how_many is _MANY:
            for each in value:
                yield predicate, each
        elif value is not None:
            yield predicate, value
    yield from claim.qualifiers
    yield from claim.details
    for name, predicate in _INTEGERS:
        if (number := getattr(claim, name)) is not None:
            yield predicate, Literal(number)
    for name, predicate in _DECIMALS:
        if (number := getattr(claim, name)) is not None:
            yield predicate, decimal_literal(number)


def claim_triples(claim: Claim) -> Iterator[Triple]:
    """The triples of a claim; `read_claims` gives the claim back."""
    for predicate, value in claim_parts(claim):
        yield Triple(claim.iri, predicate, value)


def read_claims(triples: Iterable[Triple]) -> Iterator[Claim]:
    """The claims that the triples describe; other nodes are passed over.

    Raises MalformedSourceError where a claim lacks a part or has one twice.
    """
    nodes: dict[str, dict[NamedNode, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        nodes[str(triple.subject)][triple.predicate].append(triple.object)  # type: ignore[arg-type]
    for name, properties in nodes.items():
        if OSA.Claim in properties[RDF.type] or OSA.FramingClaim in properties[RDF.type]:
            yield claim_of(name, properties)


def claim_of(name: str, properties: dict[NamedNode, list[Term]]) -> Claim:
    """The claim that one node's properties describe; `name` is used in messages only.

    Raises MalformedSourceError where a part is missing, doubled or of another kind.
    """
    fields: dict[str, object] = {"framing": OSA.FramingClaim in properties.get(RDF.type, [])}
    for field_name, predicate, how_many in _NODES:
        values = properties.get(predicate, [])
        if how_many is _MANY:
            fields[field_name] = tuple(values)
        elif values:
            fields[field_name] = _only(name, predicate, values)
    for field_name, predicate in _INTEGERS:
        if properties.get(predicate):
            fields[field_name] = int(decimal_value(_only(name, predicate, properties[predicate])))
    for field_name, predicate in _DECIMALS:
        if properties.get(predicate):
            fields[field_name] = decimal_value(_only(name, predicate, properties[predicate]))
    single = ((q, _only(name, q, properties[q])) for q in QUALIFIERS if properties.get(q))
    foreign = (each for p in properties if p in PQ or p == UNIT for each in _plain(p, properties))
    fields["qualifiers"] = (*single, *foreign)
    fields["details"] = tuple(each for p in DETAILS for each in _plain(p, properties))
    _require_nodes(name, fields)
    try:
        return Claim(**fields)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise MalformedSourceError(f"claim {name} is not complete: {error}") from error


def _plain(predicate: NamedNode, properties: dict[NamedNode, list[Term]]) -> Iterator[tuple[NamedNode, Term]]:
    for value in properties.get(predicate, ()):
        if isinstance(value, NamedNode | Literal):
            yield predicate, value


def _only(name: str, predicate: NamedNode, values: list[Term]) -> Term:
    if len(values) > 1:
        raise MalformedSourceError(
            f"claim {name} has {len(values)} values of {predicate.value}",
            remedy="Write two claims instead.",
        )
    return values[0]


def _require_nodes(name: str, fields: dict[str, object]) -> None:
    for part in ("source", "subject", "modality"):
        if not isinstance(fields.get(part), NamedNode):
            raise MalformedSourceError(f"claim {name} has no {part} that is an IRI")
