"""Which facts can become statements of Wikidata, each with its references, and why the others cannot.

A fact becomes a statement where its subject has a verified item, its property is mapped (an exact or close
match in `ontology/alignments/wikidata.ttl`, of a datatype that the table of properties gives), its value can
be written, no claim contests it, and a source with an address that is not Wikidata's own states it plainly.
Everything else is refused, with the reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode

from graph.export_rows import Row, Rows, batches, iri_of, text_in
from graph.quickstatement_references import Reference, Support, references_of, support_of
from graph.quickstatement_values import NotCarriedError, item_value, typed_value
from graph.results import ResultTerm
from ontology.namespaces import OSA, SKOS

# How near a property of Wikidata must be: what is only related says something else.
_NEAR: Final = (SKOS.exactMatch.value, SKOS.closeMatch.value)
# Where a property takes things of a class that Wikidata has another property for.
_ELSEWHERE: Final[Mapping[tuple[str, str], str]] = {
    (OSA.partOf.value, "P361"): "a body of a state has a country (P17) there, it is no part of one"
}


@dataclass(frozen=True)
class Statement:
    """One statement: item, property and value in the grammar, and at least one reference."""

    item: str
    property: str
    value: str
    references: tuple[Reference, ...]
    fact: tuple[str, str, str]


@dataclass(frozen=True)
class Refusal:
    """A fact that does not become a statement, and why."""

    subject: str
    predicate: str
    value: str
    reason: str


@dataclass
class Batch:
    """The statements and refusals about some things."""

    statements: list[Statement] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, fact: Fact, reason: str) -> None:
        """Note why a fact does not become a statement."""
        self.refusals.append(Refusal(fact.subject, fact.predicate, _text(fact.value), reason))


@dataclass(frozen=True)
class Fact:
    """A fact; `slot` is the resolution that accepts it, empty where it has none."""

    subject: str
    predicate: str
    value: ResultTerm
    slot: str = ""
    is_contested: bool = False
    is_state: bool = False


@dataclass(frozen=True)
class Mapped:
    """A property of Wikidata, its datatype, and how near it is to ours."""

    property: str
    datatype: str
    match: str


def quickstatements(rows: Rows, things: Iterable[str], retrieved: Literal | None) -> Batch:
    """The statements about these things, in the order of their items and properties.

    `retrieved` is the day on which sources were looked at, as an `xsd:date`; without one no reference has it.
    """
    batch = Batch()
    mapping = _mapping(rows)
    for chosen in batches(dict.fromkeys(things)):
        _add(batch, rows, chosen, mapping, retrieved)
    batch.statements.sort(key=lambda each: (int(each.item[1:]), int(each.property[1:]), each.value))
    batch.refusals.sort(key=lambda each: (each.subject, each.predicate, each.value))
    return batch


def linked_things(rows: Rows) -> list[str]:
    """All things of ours that have a verified item."""
    return sorted({iri_of(row, "thing") for row in rows("quickstatements-linked", {})})


def _add(
    batch: Batch,
    rows: Rows,
    things: Sequence[str],
    mapping: Mapping[str, Sequence[Mapped]],
    retrieved: Literal | None,
) -> None:
    facts = _facts(rows, things, mapping)
    values = {fact.value.value for fact in facts if isinstance(fact.value, NamedNode)}
    items = items_of(rows, {*things, *values})
    fit: list[tuple[Fact, str, str, str]] = []
    for fact in facts:
        try:
            fit.append((fact, *_triple(fact, items, mapping.get(fact.predicate, ()))))
        except NotCarriedError as refused:
            batch.refuse(fact, str(refused))
    supports = _supports(rows, [fact.slot for fact, *_ in fit])
    sources = {each.source for found in supports.values() for each in found}
    source_items = items_of(rows, sources)
    for fact, item, property, value in fit:
        try:
            references = references_of(supports.get(fact.slot, ()), source_items, retrieved)
        except NotCarriedError as refused:
            batch.refuse(fact, str(refused))
            continue
        said = (fact.subject, fact.predicate, _text(fact.value))
        batch.statements.append(Statement(item, property, value, references, said))


def items_of(rows: Rows, things: Iterable[str]) -> dict[str, list[str]]:
    """The verified items of each thing that has any."""
    found: dict[str, list[str]] = defaultdict(list)
    for chosen in batches(sorted(set(things))):
        given = {"thing": [NamedNode(each) for each in chosen]}
        for row in rows("quickstatements-items", given):
            found[iri_of(row, "thing")].append(item_value(iri_of(row, "item")))
    return found


def _mapping(rows: Rows) -> dict[str, list[Mapped]]:
    found: dict[str, list[Mapped]] = defaultdict(list)
    for row in rows("quickstatements-mapping", {}):
        property = Mapped(item_value(iri_of(row, "property")), text_in(row, "datatype"), iri_of(row, "match"))
        found[iri_of(row, "predicate")].append(property)
    return found


def _facts(rows: Rows, things: Sequence[str], mapping: Mapping[str, Sequence[Mapped]]) -> list[Fact]:
    """What is accepted of these things, and what else of them has a property of Wikidata."""
    subjects = [NamedNode(each) for each in things]
    accepted = [_fact(row) for row in rows("quickstatements-facts", {"subject": subjects})]
    known = {(fact.subject, fact.predicate, fact.value) for fact in accepted}
    near = {each for each, found in mapping.items() if any(one.match in _NEAR for one in found)}
    described = rows("facts-without-receipts", {"thing": subjects})
    others = (
        Fact(iri_of(row, "thing"), iri_of(row, "predicate"), row["value"])
        for row in described
        if iri_of(row, "predicate") in near
    )
    return accepted + [each for each in others if (each.subject, each.predicate, each.value) not in known]


def _fact(row: Row) -> Fact:
    is_contested, is_state = (text_in(row, name) == "true" for name in ("isContested", "isState"))
    subject, predicate = iri_of(row, "subject"), iri_of(row, "predicate")
    return Fact(subject, predicate, row["value"], iri_of(row, "slot"), is_contested, is_state)


def _triple(fact: Fact, items: Mapping[str, Sequence[str]], mapped: Sequence[Mapped]) -> tuple[str, str, str]:
    """Item, property and value of a statement.

    Raises NotCarriedError with the reason why there is none.
    """
    item = _item(items.get(fact.subject, ()), "the thing")
    property = _property(mapped)
    if fact.is_state and (reason := _ELSEWHERE.get((fact.predicate, property.property))):
        raise NotCarriedError(reason)
    if property.datatype == "WikibaseItem":
        if not isinstance(fact.value, NamedNode):
            raise NotCarriedError("the property takes an item, and the value is none")
        value = _item(items.get(fact.value.value, ()), "the value")
    elif isinstance(fact.value, Literal):
        value = typed_value(fact.value, property.datatype)
    else:
        raise NotCarriedError(f"the property takes values of the type {property.datatype}")
    if not fact.slot:
        raise NotCarriedError("no source states it: it follows by rule, or comes from a reference table")
    if fact.is_contested:
        raise NotCarriedError("some source contests it: look at it first")
    return item, property.property, value


def _item(items: Sequence[str], what: str) -> str:
    if not items:
        raise NotCarriedError(f"{what} has no verified item")
    if len(set(items)) > 1:
        raise NotCarriedError(f"{what} has several items: {', '.join(sorted(set(items)))}")
    return items[0]


def _property(mapped: Sequence[Mapped]) -> Mapped:
    for match in _NEAR:
        near = [each for each in mapped if each.match == match]
        if len(near) > 1:
            raise NotCarriedError("several properties of Wikidata are equally near")
        if near:
            return near[0]
    if mapped:
        raise NotCarriedError(f"{mapped[0].property} of Wikidata is only related to the property")
    raise NotCarriedError("no property of Wikidata is mapped to the property")


def _supports(rows: Rows, slots: Sequence[str]) -> dict[str, list[Support]]:
    found: dict[str, list[Support]] = defaultdict(list)
    for chosen in batches(dict.fromkeys(slots)):
        for row in rows("quickstatements-sources", {"slot": [NamedNode(each) for each in chosen]}):
            found[iri_of(row, "slot")].append(support_of(row))
    return found


def _text(term: ResultTerm) -> str:
    return str(getattr(term, "value", term))
