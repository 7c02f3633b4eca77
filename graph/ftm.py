"""Facts as entities of FollowTheMoney: who gave what to whom, with the addresses of the sources.

Only the default graph is read: what is merely claimed, projected or judged is not here. A state is a public
body, a programme and a project are projects, who takes part is a participant with a role; relations that the
model has no schema for are unknown links with a role in words. Budget lines, rules, policies, counts and
kinds of equipment have no place there: they are counted, never dropped in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from pyoxigraph import NamedNode

from graph.export_rows import Rows, batches, iri_of
from graph.ftm_entities import Entity, Report, counted
from graph.ftm_links import LINKS, PARTICIPANTS, participation, relations
from graph.ftm_reading import Read, read_things
from graph.ftm_things import WITHOUT, schema_of, thing_entity
from ontology.namespaces import ID, OSA

MOST_MEMBERS: Final = 5_000
FAN: Final = 200


def ftm_entities(rows: Rows, things: Iterable[str], report: Report) -> Iterator[Entity]:
    """The entities that these things become, and the links among them; `report` is told of the rest."""
    chosen = dict.fromkeys(things)
    offices: set[str] = set()
    for batch in batches(chosen, 50):
        read = read_things(rows, batch, report)
        for thing in batch:
            yield from counted(_entities(read, thing, chosen, offices, report), report)


def things_around(
    rows: Rows, iris: Sequence[str], report: Report, most_members: int = MOST_MEMBERS
) -> list[str]:
    """The things, what is one hop around them, all of a programme, and who takes part in these."""
    things = dict.fromkeys(iris)
    found = rows("links-around", {"node": [NamedNode(each) for each in things], "fan": str(FAN)})
    if any(number >= FAN for number in Counter(iri_of(row, "node") for row in found).values()):
        report.remarks.append(f"Of each thing at most {FAN} links were followed.")
    near = [iri_of(row, "other") for row in found]
    for iri in iris:
        members = [iri_of(row, "thing") for row in rows("ftm-of-a-programme", {"programme": NamedNode(iri)})]
        if len(members) > most_members:
            report.remarks.append(f"Only {most_members:,} things that belong to the programme are here.")
        near += members[:most_members]
    things |= dict.fromkeys(each for each in near if each.startswith(str(ID)))
    return [*things, *(each for each in _ends(rows, list(things)) if each not in things)]


def all_things(rows: Rows) -> list[str]:
    """Everything that has a place, and what is counted because it has none."""
    return sorted({iri_of(row, "thing") for row in rows("ftm-things", {})})


def _ends(rows: Rows, things: Sequence[str]) -> dict[str, None]:
    """Who and what the links of these things lead to, so that no link ends nowhere."""
    leading = {*PARTICIPANTS, *LINKS, OSA.actor.value}
    ends: dict[str, None] = {}
    for batch in batches(things, 50):
        for row in rows("facts-without-receipts", {"thing": [NamedNode(each) for each in batch]}):
            if iri_of(row, "predicate") in leading and iri_of(row, "value").startswith(str(ID)):
                ends[iri_of(row, "value")] = None
    return ends


def _entities(
    read: Read, thing: str, chosen: Collection[str], offices: set[str], report: Report
) -> Iterator[Entity]:
    if OSA.Participation in read.classes(thing):
        yield from participation(read, thing, chosen, report)
        return
    schema = schema_of(read, thing)
    if not schema:
        kind = next((each for each in WITHOUT if each in read.classes(thing)), None)
        report.things[kind.value.rsplit("#", 1)[-1] if kind else "Other"] += 1
        return
    yield thing_entity(read, thing, schema, chosen)
    for predicate, values in sorted(read.facts[thing].items()):
        yield from relations(read, thing, schema, predicate, values, chosen, offices, report)
