"""Relations between things as entities of FollowTheMoney: parts in projects, offices, and unknown links."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from pyoxigraph import NamedNode

from graph.ftm_entities import Entity, Report, entity_id
from graph.ftm_reading import Read
from graph.ftm_things import DATED, NOTED, TOLD, add_sources, text_of
from graph.results import ResultTerm
from ontology.namespaces import OSA

# Who takes part in a project or a programme, by role.
PARTICIPANTS: Final[Mapping[str, str]] = {
    OSA.provider.value: "provider",
    OSA.recipient.value: "recipient",
    OSA.beneficiary.value: "beneficiary",
    OSA.administeredBy.value: "administered by",
    OSA.issuedBy.value: "issued by",
}
# Relations between things that have no schema of their own.
LINKS: Final[Mapping[str, str]] = {
    OSA.programme.value: "under the programme",
    OSA.item.value: "supplies",
    OSA.partOf.value: "part of",
    OSA.affiliatedWith.value: "affiliated with",
    OSA.speaksFor.value: "speaks for",
}
# The schemata of such links, each with what it calls its ends.
PARTICIPANT: Final = ("ProjectParticipant", "project", "participant")
UNKNOWN: Final = ("UnknownLink", "subject", "object")


def relations(
    read: Read,
    thing: str,
    schema: str,
    predicate: str,
    values: Sequence[ResultTerm],
    chosen: Collection[str],
    offices: set[str],
    report: Report,
) -> Iterator[Entity]:
    """The links of a thing by one property, or a count of what cannot be told."""
    if schema == "Person" and predicate == OSA.holdsOffice.value:
        for value in values:
            yield from _office(read, thing, value, offices)
    elif schema == "Project" and predicate in PARTICIPANTS:
        yield from _linked(read, thing, predicate, values, chosen, PARTICIPANT, PARTICIPANTS[predicate])
    elif predicate in LINKS:
        yield from _linked(read, thing, predicate, values, chosen, UNKNOWN, LINKS[predicate])
    elif predicate.startswith(str(OSA)) and predicate not in {*TOLD, *NOTED, *DATED}:
        report.statements[predicate.rsplit("#", 1)[-1]] += len(values)


def _linked(
    read: Read,
    thing: str,
    predicate: str,
    values: Sequence[ResultTerm],
    chosen: Collection[str],
    form: tuple[str, str, str],
    role: str,
) -> Iterator[Entity]:
    """A link to each value that is among the chosen; `form` is its schema and what it calls its ends."""
    schema, here, there = form
    for value in sorted(values, key=str):
        if isinstance(value, NamedNode) and value.value in chosen:
            entity = Entity(entity_id(thing, predicate, value.value), schema)
            entity.add(here, entity_id(thing))
            entity.add(there, entity_id(value.value))
            entity.add("role", role)
            add_sources(entity, read.publications_of(thing, predicate, value))
            yield entity


def participation(read: Read, thing: str, chosen: Collection[str], report: Report) -> Iterator[Entity]:
    """A part that somebody has in a programme, in a fiscal year (April to March)."""
    ends = [
        [
            each.value
            for each in read.values(thing, name)
            if isinstance(each, NamedNode) and each.value in chosen
        ]
        for name in (OSA.programme, OSA.actor)
    ]
    if not all(ends):
        report.things["Participation"] += 1
        return
    entity = Entity(entity_id(thing), "ProjectParticipant")
    entity.add("project", *map(entity_id, ends[0]))
    entity.add("participant", *map(entity_id, ends[1]))
    entity.add("role", *map(read.name, read.values(thing, OSA.role)))
    for year in map(text_of, read.values(thing, OSA.fiscalYear)):
        if year.isdigit():
            entity.add("startDate", f"{year}-04-01")
            entity.add("endDate", f"{int(year) + 1}-03-31")
            entity.add("summary", f"fiscal year {year}")
    add_sources(entity, read.publications_of(thing))
    yield entity


def _office(read: Read, thing: str, value: ResultTerm, offices: set[str]) -> Iterator[Entity]:
    """The office, once, and that the person holds or held it: when is not known."""
    if not isinstance(value, NamedNode):
        return
    if value.value not in offices:
        offices.add(value.value)
        office = Entity(entity_id(value.value), "Position")
        office.add("name", read.name(value) or office.id)
        items = read.named[value.value].items
        office.add("wikidataId", *(items if len(set(items)) == 1 else ()))
        yield office
    held = Entity(entity_id(thing, OSA.holdsOffice.value, value.value), "Occupancy")
    held.add("holder", entity_id(thing))
    held.add("post", entity_id(value.value))
    held.add("status", "unknown")
    add_sources(held, read.publications_of(thing, OSA.holdsOffice.value, value))
    yield held
