"""Reads what a graph of things tells of them: classes, names, dates, and the voices behind its links."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from pyoxigraph import NamedNode

from graph.export_rows import Rows, batches, iri_of, text_in
from graph.terms import first_day, is_date, last_day
from graph.thing_graph import ExportedGraph, GraphLink, GraphNode
from ontology.class_depths import Depths
from ontology.namespaces import DCTERMS, OSA, RDF

# So many things are asked for at a time: the queries end after so many rows for each.
BATCH: Final = 400
DATED: Final = frozenset(term.value for term in (OSA.date, OSA.signedOn, OSA.deliveredOn, DCTERMS.issued))
# Families of classes: who, what is given and paid, goods, what happens and what rules, who says so.
FAMILIES: Final = (
    ("State", "Organization", "Person", "Actor", "Region", "Government"),
    ("Programme", "AssistanceProject", "CommittedProject", "BudgetLine", "RecipientCount", "Participation"),
    ("EquipmentItem", "EquipmentClass"),
    ("PolicyEvent", "Event", "Instrument"),
    ("Source", "Claim"),
)

# A statement between two things: subject, predicate and object.
Statement = tuple[str, str, str]
# What each of some things is called.
Naming = Callable[[Collection[str]], Callable[[str], str]]


class Weighed(NamedTuple):
    """How many independent voices state a link, and whether any claim is against it."""

    voices: int = 1
    is_contested: bool = False


@dataclass
class Described:
    """The classes of a thing, and the days that it has a date of."""

    classes: list[str]
    days: list[str]


@dataclass(frozen=True)
class Reading:
    """How the dataset is asked: for rows, for names, and how special classes are."""

    rows: Rows
    naming: Naming
    depths: Depths


def described_graph(
    reading: Reading,
    things: Sequence[str],
    links: Sequence[Statement],
    origin: str,
    made: str,
    remarks: Sequence[str],
    title: str = "",
) -> ExportedGraph:
    """The graph of some things and the links among them; without a `title` it is called by the first thing.

    Raises what asking raises.
    """
    described = _described(reading.rows, things)
    types = {iri: reading.depths.most_special(each.classes) or "" for iri, each in described.items()}
    name = reading.naming({*things, *types.values(), *(predicate for _, predicate, _ in links)} - {""})
    weights = weights_of(reading.rows, list(dict.fromkeys(subject for subject, _, _ in links)))
    return ExportedGraph(
        title or ", ".join(map(name, things[:1])) + (" and others" if len(things) > 1 else ""),
        origin,
        made,
        [_node(iri, described[iri], types[iri], name) for iri in things],
        [_link(link, weights.get(link, Weighed()), name) for link in links],
        remarks,
    )


def weights_of(rows: Rows, things: Sequence[str]) -> dict[Statement, Weighed]:
    """What is behind the links that lead from some things, as far as claims compete for them.

    Raises what asking raises.
    """
    found: dict[Statement, Weighed] = {}
    for batch in batches(things, BATCH):
        for row in rows("links-weighed", {"subject": [NamedNode(each) for each in batch]}):
            link = iri_of(row, "subject"), iri_of(row, "predicate"), iri_of(row, "object")
            before = found.get(link, Weighed(1))
            contested = before.is_contested or text_in(row, "isContested") == "true"
            found[link] = Weighed(max(before.voices, int(text_in(row, "voices") or 1)), contested)
    return found


def _described(rows: Rows, things: Sequence[str]) -> Mapping[str, Described]:
    found = {iri: Described([], []) for iri in things}
    for batch in batches((each for each in things if not each.startswith("_:")), BATCH):
        for row in rows("kinds-and-dates", {"thing": [NamedNode(each) for each in batch]}):
            described, predicate = found[iri_of(row, "thing")], iri_of(row, "predicate")
            if predicate == RDF.type.value and (kind := iri_of(row, "value")):
                described.classes.append(kind)
            elif predicate in DATED and is_date(row["value"]):
                described.days += spanned(text_in(row, "value"))
    return found


def _node(iri: str, described: Described, type: str, name: Callable[[str], str]) -> GraphNode:
    days = sorted(described.days)
    start, end = (days[0], days[-1]) if days else ("", "")
    kind = name(type) if type else ""
    return GraphNode(iri, name(iri), kind, family_of(described.classes), start, end, type)


def _link(link: Statement, weighed: Weighed, name: Callable[[str], str]) -> GraphLink:
    subject, predicate, value = link
    return GraphLink(subject, value, predicate, name(predicate), weighed.is_contested, weighed.voices)


def family_of(classes: Iterable[str]) -> int | None:
    """The family that some classes belong to; None for what has none."""
    names = {iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1] for iri in classes}
    return next((number for number, family in enumerate(FAMILIES) if names & set(family)), None)


def spanned(date: str) -> list[str]:
    """The first and the last day of a date; none where it is no date, whatever its datatype says."""
    try:
        return [first_day(date).isoformat(), last_day(date).isoformat()]
    except ValueError:
        return []


def things_in(links: Iterable[Statement]) -> list[str]:
    """The things that links lead from and to, each once."""
    return list(dict.fromkeys(end for subject, _, value in links for end in (subject, value)))
