"""What the graph holds of a thing beside what Wikidata says of it, value by value. Pure functions of both.

Two values are compared where the ontology aligns their properties (an exact or close match). They are equal
in the space of their values: dates where the coarser covers the finer, numbers within their bounds and in one
unit, things by link, texts in one language letter by letter. A value without its equal differs where the
property has one value for a thing, and is only here or only there where it may have several.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Final

from pyoxigraph import Literal, NamedNode

from graph.claims import WIKIBASE
from graph.precision import interval_of
from graph.results import ResultTerm
from graph.terms import is_date, is_number
from ontology.namespaces import OSA, RDF, RDFS, SCHEMA, SKOS, WDT
from ontology.vocabulary import Vocabulary, ontology_triples

# Matches that are near enough for values to be compared.
NEAR: Final = frozenset({SKOS.exactMatch, SKOS.closeMatch})
# Has one value in each language.
ONE_FOR_EACH_LANGUAGE: Final = frozenset({RDFS.label})
# Where Wikidata has its unknown values, and what has none.
UNKNOWN: Final = "http://www.wikidata.org/.well-known/genid/"
NO_VALUE: Final = "http://www.wikidata.org/prop/novalue/"
# What the two graphs call a thing.
NAMES: Final = frozenset({RDFS.label, SKOS.altLabel, SCHEMA.description})


class Verdict(Enum):
    """How a value here and a value there compare."""

    DIFFERENT = "different"
    EQUAL = "equal"
    ONLY_HERE = "only-here"
    ONLY_THERE = "only-there"


@dataclass(frozen=True)
class Fact:
    """A value that the graph holds; `claims` are how many claims support it, 0 where a table or a rule gives
    it."""

    predicate: NamedNode
    value: ResultTerm
    claims: int = 0


@dataclass(frozen=True)
class Statement:
    """A statement of Wikidata as a claim; `rank` is None for names, which have none."""

    claim: str
    predicate: NamedNode
    value: ResultTerm
    rank: NamedNode | None = None
    is_denied: bool = False
    lower: Decimal | None = None
    upper: Decimal | None = None
    unit: NamedNode | None = None
    address: str = ""


@dataclass(frozen=True)
class Compared:
    """One line of a comparison: a value here, a value there, or both.

    `predicate` is ours where there is one, `property` Wikidata's. `is_best`: the statement has the best rank
    that Wikidata gives for the property. `note` says in words what the verdict alone does not.
    """

    verdict: Verdict
    predicate: NamedNode | None = None
    property: NamedNode | None = None
    fact: Fact | None = None
    statement: Statement | None = None
    is_best: bool = True
    note: str = ""


@dataclass(frozen=True)
class Alignment:
    """Which of our properties Wikidata's are, and which of them have one value for a thing."""

    ours: Mapping[NamedNode, tuple[NamedNode, ...]]
    single: frozenset[NamedNode]

    def theirs(self, predicate: NamedNode) -> tuple[NamedNode, ...]:
        """The properties of Wikidata that are one of ours."""
        return tuple(theirs for theirs, ours in self.ours.items() if predicate in ours)


@dataclass
class _Group:
    """What is compared together: the values of one property."""

    facts: list[Fact] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)


def read_alignment(vocabulary: Vocabulary) -> Alignment:
    """What the ontology says of Wikidata's properties."""
    found: dict[NamedNode, list[NamedNode]] = defaultdict(list)
    for ours, match, theirs in ontology_triples():
        if match in NEAR and theirs in WDT and isinstance(ours, NamedNode):
            found[theirs].append(ours)
    single = {predicate for predicate, kind in vocabulary.resolution.items() if kind != "set"}
    return Alignment(
        {theirs: tuple(sorted(ours, key=str)) for theirs, ours in found.items()},
        frozenset(single | {OSA.iso3166Alpha2}),
    )


def compare(
    facts: Iterable[Fact],
    statements: Iterable[Statement],
    alignment: Alignment,
    items: Mapping[str, frozenset[str]],
) -> list[Compared]:
    """The lines of a comparison, property by property; `items` are the items that things are linked to."""
    groups: dict[NamedNode, _Group] = defaultdict(_Group)
    for fact in facts:
        groups[fact.predicate].facts.append(fact)
    held = frozenset(groups)
    for statement in statements:
        groups[_ours(statement.predicate, alignment, held)].statements.append(statement)
    lines: list[Compared] = []
    for predicate in sorted(groups, key=str):
        lines += _compared(predicate, groups[predicate], alignment, items)
    order = list(Verdict)
    return sorted(lines, key=lambda line: order.index(line.verdict))


def _ours(predicate: NamedNode, alignment: Alignment, held: frozenset[NamedNode]) -> NamedNode:
    """The property under which a statement is compared: one of ours that the thing has, else as it is."""
    known = alignment.ours.get(predicate, ())
    return next((each for each in known if each in held), known[0] if len(known) == 1 else predicate)


def _compared(
    predicate: NamedNode, group: _Group, alignment: Alignment, items: Mapping[str, frozenset[str]]
) -> Iterator[Compared]:
    """The lines of one property."""
    lines = _lines_of(predicate, group, alignment)
    # What Wikidata holds to be so first, so that a value here finds its equal among that.
    standing = sorted(
        group.statements, key=lambda each: (each.is_denied, not lines.is_best(each), each.claim)
    )
    rest, equalled = [], []
    for statement in standing:
        match = next((fact for fact in group.facts if is_equal(fact.value, statement, items)), None)
        if match is None:
            rest.append(statement)
        else:
            equalled.append(match)
            yield lines.line(Verdict.EQUAL, match, statement)
    facts = [fact for fact in group.facts if fact not in equalled]
    if predicate in alignment.single or predicate in ONE_FOR_EACH_LANGUAGE:
        for fact, rival in _rivals(facts, rest, lines):
            facts.remove(fact)
            rest.remove(rival)
            yield lines.line(Verdict.DIFFERENT, fact, rival)
    yield from (lines.line(Verdict.ONLY_HERE, fact, None) for fact in facts)
    yield from (lines.line(Verdict.ONLY_THERE, None, each) for each in rest)


@dataclass(frozen=True)
class _Lines:
    """Makes the lines of one property; `best` is the rank of the statements that stand."""

    ours: NamedNode | None
    theirs: NamedNode | None
    best: NamedNode

    def is_best(self, statement: Statement) -> bool:
        return statement.rank in (None, self.best)

    def line(self, verdict: Verdict, fact: Fact | None, statement: Statement | None) -> Compared:
        is_best = statement is None or self.is_best(statement)
        return Compared(
            verdict, self.ours, self.theirs, fact, statement, is_best, self._note(fact, statement)
        )

    def _note(self, fact: Fact | None, statement: Statement | None) -> str:
        if statement is None:
            is_aligned = self.theirs is not None or self.ours in NAMES
            return "" if is_aligned else "no property of Wikidata is aligned with this one"
        if statement.is_denied:
            return "Wikidata has deprecated this"
        if not self.is_best(statement):
            return "Wikidata prefers another value"
        if fact is not None and is_number(fact.value) and statement.unit is not None:
            return "in another unit, so not compared"
        return ""


def _lines_of(predicate: NamedNode, group: _Group, alignment: Alignment) -> _Lines:
    ranks = {statement.rank for statement in group.statements}
    best = WIKIBASE.PreferredRank if WIKIBASE.PreferredRank in ranks else WIKIBASE.NormalRank
    if predicate in WDT:
        return _Lines(None, predicate, best)
    return _Lines(predicate, next(iter(alignment.theirs(predicate)), None), best)


def _rivals(
    facts: Iterable[Fact], statements: Iterable[Statement], lines: _Lines
) -> list[tuple[Fact, Statement]]:
    """The pairs of values that exclude each other; each value is in one pair at most."""
    free = [each for each in statements if not each.is_denied and lines.is_best(each)]
    pairs = []
    for fact in facts:
        rival = next((each for each in free if _language(each.value) == _language(fact.value)), None)
        if rival is not None:
            free.remove(rival)
            pairs.append((fact, rival))
    return pairs


def is_equal(value: ResultTerm, statement: Statement, items: Mapping[str, frozenset[str]]) -> bool:
    """Whether a value here and that of a statement are one in the space of their values."""
    theirs = statement.value
    if isinstance(value, NamedNode) and isinstance(theirs, NamedNode):
        return value == theirs or theirs.value in items.get(value.value, ())
    if not isinstance(value, Literal) or not isinstance(theirs, Literal):
        return False
    if is_number(value) and is_number(theirs):
        return statement.unit is None and _overlap(value, theirs, statement)
    if is_date(value) and is_date(theirs):
        return _overlap(value, theirs, statement)
    if RDF.langString in (value.datatype, theirs.datatype) and _language(value) != _language(theirs):
        return False
    return _plain(value.value) == _plain(theirs.value)


def _overlap(value: Literal, theirs: Literal, statement: Statement) -> bool:
    one = interval_of(value, None, (None, None), False)
    other = interval_of(theirs, None, (statement.lower, statement.upper), False)
    return one is not None and other is not None and one.overlaps(other)


def _language(term: ResultTerm) -> str:
    return (term.language or "").split("-")[0] if isinstance(term, Literal) else ""


def _plain(text: str) -> str:
    """A text without differences that nobody sees."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def mark_of(value: ResultTerm) -> str:
    """What Wikidata says in the place of a value: that it is unknown, or that there is none; else nothing."""
    if isinstance(value, NamedNode) and value.value.startswith(UNKNOWN):
        return "unknown value"
    return "no value" if isinstance(value, NamedNode) and value.value.startswith(NO_VALUE) else ""


def counted(lines: Sequence[Compared]) -> dict[Verdict, int]:
    """How many lines have each verdict."""
    return {verdict: sum(line.verdict is verdict for line in lines) for verdict in Verdict}
