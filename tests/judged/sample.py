"""Draws assessments, and comparable values that were not assessed, for people to judge.

    python tests/judged/sample.py TARGET.csv [SEED]

60 assessments and 40 pairs of values, drawn at random from the shipped tables. A pair is of one subject and
predicate (or one matter, where values are compared across subjects), has two different values from two
sources, in one currency, and is on no two sides of a contradiction nor in one corroboration. Of the 40, ten
are members of open lists, where two values hardly ever exclude each other.
"""

from __future__ import annotations

import csv
import itertools
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import NamedNode

from graph.claims import Claim, claim_of
from graph.embedded import EmbeddedStore
from graph.projection import ASSESSMENTS
from graph.rights import SOURCE_GRAPHS
from graph.sources import Source, read_source, source_id
from graph.terms import Term
from graph.topics import assessed_slot
from loaders.build import BuildPlan, build_store
from ontology.namespaces import OSA, RDF
from ontology.vocabulary import Vocabulary, read_vocabulary

TABLES = Path(__file__).parents[2] / "loaders" / "data"
COLUMNS = (
    "number", "part", "kind", "subject", "predicate", "period", "values_a", "values_b",
    "claims_a", "claims_b", "reason", "right", "remark",
)  # fmt: skip
ASSESSED, CLOSED, OPEN = 60, 30, 10
SEED = 5
_MOST_CLAIMS = 12

Row = dict[str, str]


class World(NamedTuple):
    """The shipped dataset as a judge needs it."""

    store: EmbeddedStore
    vocabulary: Vocabulary
    claims: Mapping[str, Claim]
    sources: Mapping[str, Source]


def read_world(store: EmbeddedStore) -> World:
    """All claims and sources of a dataset."""
    claims: dict[str, Claim] = {}
    sources: dict[str, Source] = {}
    for quad in store.quads(None, RDF.type, OSA.Claim):
        if str(quad.graph_name).startswith(f"<{SOURCE_GRAPHS}"):
            properties: dict[NamedNode, list[Term]] = defaultdict(list)
            for each in store.quads(quad.subject, None, None, quad.graph_name):
                properties[each.predicate].append(each.object)  # type: ignore[arg-type]
            claim = claim_of(str(quad.subject), properties)
            claims[claim.iri.value] = claim
            if claim.source.value not in sources:
                about = (each.triple for each in store.quads(claim.source, None, None, quad.graph_name))
                sources[claim.source.value] = read_source(claim.source, about)
    return World(store, read_vocabulary(), claims, sources)


def assessed_rows(world: World) -> list[Row]:
    """A row for each assessment, in order of their IRIs."""
    rows = []
    for kind in (OSA.Contradiction, OSA.Corroboration, OSA.ImpliedRate):
        nodes = sorted(
            str(quad.subject.value)  # type: ignore[union-attr]
            for quad in world.store.quads(None, RDF.type, kind, ASSESSMENTS)
        )
        rows += [_assessed(world, NamedNode(node), kind) for node in nodes]
    return rows


def _assessed(world: World, node: NamedNode, kind: NamedNode) -> Row:
    parts: dict[NamedNode, list[Term]] = defaultdict(list)
    for quad in world.store.quads(node, None, None, ASSESSMENTS):
        parts[quad.predicate].append(quad.object)  # type: ignore[arg-type]

    def all_of(*predicates: NamedNode) -> str:
        return "; ".join(sorted(_short(term) for each in predicates for term in parts[each]))

    return {
        "part": "assessed",
        "kind": " ".join(_short(term) for term in (kind, *parts[OSA.kind])),
        "subject": all_of(OSA.subject),
        "predicate": all_of(OSA.predicate, OSA.topic),
        "period": all_of(OSA.fiscalYear, OSA.calendarYear),
        "values_a": all_of(OSA.valueA, OSA.value, OSA.rate),
        "values_b": all_of(OSA.valueB, OSA.usualRate),
        "claims_a": _told(world, [term.value for term in (*parts[OSA.sideA], *parts[OSA.claim])]),
        "claims_b": _told(world, [term.value for term in parts[OSA.sideB]]),
        "reason": parts[OSA.reason][0].value,
    }


def other_rows(world: World) -> tuple[list[Row], list[Row]]:
    """A row for each pair of values that was not assessed: of compared properties, and of open lists."""
    compared: list[Row] = []
    open_lists: list[Row] = []
    together = _together(world)
    for key, by_value in sorted(_by_topic(world).items()):
        predicate = NamedNode(key[1]) if key[1] else None
        is_open = world.vocabulary.resolution.get(predicate) == "set" and not any(  # type: ignore[arg-type]
            predicate in marked for marked in world.vocabulary.marks.values()
        )
        for (one, mine), (other, theirs) in itertools.combinations(sorted(by_value.items()), 2):
            both = list(itertools.product(mine, theirs))
            if any(frozenset(pair) in together for pair in both) or not _comparable(world, both):
                continue
            row = {
                "part": "not assessed",
                "subject": key[0].rpartition("/id/")[2],
                "predicate": _short(predicate) if predicate is not None else "stance",
                "period": key[2],
                "values_a": one,
                "values_b": other,
                "claims_a": _told(world, mine),
                "claims_b": _told(world, theirs),
            }
            (open_lists if is_open else compared).append(row)
    return compared, open_lists


def _comparable(world: World, pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether any two of the claims are of two sources and in one currency."""
    claims = ((world.claims[one], world.claims[other]) for one, other in pairs)
    return any(
        one.source != other.source and one.qualifier(OSA.currency) == other.qualifier(OSA.currency)
        for one, other in claims
    )


def _by_topic(world: World) -> Mapping[tuple[str, str, str], Mapping[str, list[str]]]:
    """Claims by what they are about (all counts of recipients together) and by value."""
    topics: dict[tuple[str, str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for iri, claim in sorted(world.claims.items()):
        slot = assessed_slot(claim, world.vocabulary)
        if slot is None:
            continue
        subject = "recipient counts" if claim.predicate == OSA.recipientCount else slot.subject
        value = _short(claim.value if claim.value is not None else claim.stance)
        topics[subject, slot.predicate, slot.period][value].append(iri)
    return topics


def _together(world: World) -> set[frozenset[str]]:
    """The pairs of claims that stand against each other, or corroborate each other."""
    found: set[frozenset[str]] = set()
    sides: dict[Term, dict[NamedNode, list[str]]] = defaultdict(lambda: defaultdict(list))
    for predicate in (OSA.sideA, OSA.sideB, OSA.claim):
        for quad in world.store.quads(None, predicate, None, ASSESSMENTS):
            sides[quad.subject][predicate].append(quad.object.value)  # type: ignore[index, union-attr]
    for side in sides.values():
        found |= {frozenset(pair) for pair in itertools.product(side[OSA.sideA], side[OSA.sideB])}
        found |= {frozenset(pair) for pair in itertools.combinations(side[OSA.claim], 2)}
    return found


def _told(world: World, iris: Iterable[str]) -> str:
    """Claims in full, one a line."""
    listed = sorted(iris)
    lines = [_claim_line(world, world.claims[iri]) for iri in listed[:_MOST_CLAIMS]]
    more = len(listed) - len(lines)
    return "\n".join([*lines, f"and {more} more"] if more else lines)


def _claim_line(world: World, claim: Claim) -> str:
    source = world.sources[claim.source.value]
    said = [
        source_id(claim.source),
        _short(source.publisher),
        source.issued.value if source.issued else "undated",
    ]
    said += [_short(claim.modality), _short(claim.value if claim.value is not None else claim.proposition)]
    said += [f"{_short(name)}={_short(value)}" for name, value in claim.qualifiers]
    said += [f"attributed to {_short(each)}" for each in claim.attributed_to]
    said += [_short(each) for each in (claim.hedge, claim.stance) if each is not None]
    said += [f"printed '{each.value}'" for each in claim.verbatim]
    said += [f"'{each.value}'" for each in claim.quotes] + [f"note: {each.value}" for each in claim.notes]
    return " | ".join(said)


def _short(term: Term | None) -> str:
    if term is None:
        return ""
    if isinstance(term, NamedNode):
        return term.value.rpartition("#")[2] if "#" in term.value else term.value.rpartition("/")[2]
    return term.value


def drawn(world: World, seed: int) -> list[Row]:
    """The rows to judge, the same for the same dataset and seed."""
    chance = random.Random(seed)
    compared, open_lists = other_rows(world)
    picked: Sequence[tuple[list[Row], int]] = (
        (assessed_rows(world), ASSESSED),
        (compared, CLOSED),
        (open_lists, OPEN),
    )
    rows = [row for rows, count in picked for row in chance.sample(rows, min(count, len(rows)))]
    return [{"number": str(number), **row} for number, row in enumerate(rows, start=1)]


def main(target: Path, seed: int = SEED) -> None:
    """Build the shipped tables and write the table to judge."""
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddedStore(Path(folder) / "store")
        build_store(BuildPlan(TABLES), store, Path(folder) / "scratch", lambda done, total: None)
        rows = drawn(read_world(store), seed)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else SEED)
