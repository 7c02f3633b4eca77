"""Things as entities of FollowTheMoney: which schema each has, and which of its values have a place there."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from pyoxigraph import Literal, NamedNode

from graph.ftm_entities import Entity, entity_id
from graph.ftm_reading import Publication, Read
from graph.results import ResultTerm
from ontology.namespaces import DCTERMS, OSA, RDF, RDFS, SKOS

# The schema of a thing, by the first of these classes that it is of.
SCHEMATA: Final[Mapping[NamedNode, str]] = {
    OSA.State: "PublicBody",
    OSA.Organization: "Organization",
    OSA.Person: "Person",
    OSA.Programme: "Project",
    OSA.AssistanceProject: "Project",
    OSA.EquipmentItem: "Asset",
    OSA.Event: "Event",
}
# What stands for nobody and nothing there, in the order in which it is recognised.
WITHOUT: Final = (
    OSA.BudgetLine,
    OSA.RecipientCount,
    OSA.Instrument,
    OSA.EquipmentClass,
    OSA.Region,
    OSA.Source,
    OSA.Concept,
)
# Values that become keywords, or sentences of the notes.
KEYWORDS: Final = (OSA.equipment, OSA.equipmentClass, OSA.eventType)
NOTED: Final[Mapping[str, str]] = {
    OSA.deliveredOn.value: "delivered on",
    OSA.count.value: "number",
    OSA.fiscalYear.value: "fiscal year",
}
DATED: Final[Mapping[str, str]] = {OSA.signedOn.value: "startDate", OSA.date.value: "date"}
# Told in another way, or of no use without the rest of our model.
TOLD: Final = frozenset(
    each.value
    for each in (
        *(OSA.amount, OSA.currency, OSA.status, OSA.actor, OSA.role, OSA.holdsOffice, OSA.iso3166Alpha2),
        *(*KEYWORDS, RDF.type, RDFS.label, SKOS.prefLabel, SKOS.altLabel, SKOS.exactMatch, SKOS.definition),
    )
)
MOST_SOURCES: Final = 20
_CURRENCY: Final = re.compile(r".*/CCY_([A-Z]{3})")
_ADDRESS: Final = re.compile(r"https?://[^/?#\s]+\S*")


def schema_of(read: Read, thing: str) -> str:
    """The schema of a thing; nothing where it has none."""
    classes = read.classes(thing)
    schema = next((schema for kind, schema in SCHEMATA.items() if kind in classes), "")
    if schema == "Organization" and _is_public(read, thing):
        return "PublicBody"
    return schema


def _is_public(read: Read, thing: str) -> bool:
    """Whether a body belongs to a state, or speaks for one."""
    above = [*read.values(thing, OSA.partOf), *read.values(thing, OSA.speaksFor)]
    return any(read.named[each.value].code for each in above if isinstance(each, NamedNode))


def thing_entity(read: Read, thing: str, schema: str, chosen: Collection[str]) -> Entity:
    """A thing with its names, values and sources; who was involved is said of those that are chosen."""
    entity = Entity(entity_id(thing), schema)
    named = read.named[thing]
    entity.add("name", named.name or entity.id)
    labels = [*named.labels.values(), *map(text_of, read.values(thing, SKOS.altLabel))]
    entity.add("alias", *(label for label in sorted(labels) if label != named.name))
    entity.add("country", *_countries(read, thing))
    if len(set(named.items)) == 1:
        entity.add("wikidataId", named.items[0])
    for predicate in (SKOS.definition, DCTERMS.description, RDFS.comment):
        entity.add("summary", *(text_of(each) for each in read.values(thing, predicate) if _is_english(each)))
    _add_values(entity, read, thing, chosen)
    add_sources(entity, read.publications_of(thing))
    return entity


def _add_values(entity: Entity, read: Read, thing: str, chosen: Collection[str]) -> None:
    """What projects, goods and events have besides: sums, dates, states of progress, who was involved."""
    for predicate in KEYWORDS:
        entity.add("keywords", *map(read.name, read.values(thing, predicate)))
    for said, words in NOTED.items():
        entity.add("notes", *(f"{words} {text_of(each)}" for each in read.facts[thing].get(said, ())))
    if entity.schema == "Project":
        entity.add("projectId", thing.rsplit("/", 1)[-1])
        entity.add("program", *map(read.name, read.values(thing, OSA.programme)))
        entity.add("status", *map(read.name, read.values(thing, OSA.status)))
        entity.add("amount", *map(text_of, read.values(thing, OSA.amount)))
        if read.values(thing, OSA.amount):
            entity.add("currency", *(_currency(text_of(each)) for each in read.values(thing, OSA.currency)))
    if entity.schema == "Event":
        actors = [each.value for each in read.values(thing, OSA.actor) if isinstance(each, NamedNode)]
        entity.add("involved", *(entity_id(each) for each in sorted(actors) if each in chosen))
    if entity.schema in ("Project", "Event"):
        for said, property in DATED.items():
            entity.add(property, *map(text_of, read.facts[thing].get(said, ())))


def add_sources(entity: Entity, publications: Sequence[Publication]) -> None:
    """Say where an entity comes from: at most twenty addresses, and who published them."""
    fit = [each for each in publications if _ADDRESS.fullmatch(each.address)]
    entity.add("sourceUrl", *(each.address for each in fit[:MOST_SOURCES]))
    entity.add("publisher", *(each.publisher for each in publications[:MOST_SOURCES]))


def _countries(read: Read, thing: str) -> list[str]:
    """The code of a state, or of the state that a body belongs to."""
    if code := read.named[thing].code:
        return [code]
    above = [*read.values(thing, OSA.partOf), *read.values(thing, OSA.speaksFor)]
    return sorted({read.named[each.value].code for each in above if isinstance(each, NamedNode)} - {""})


def _currency(iri: str) -> str:
    match = _CURRENCY.fullmatch(iri)
    return match[1] if match else ""


def text_of(term: ResultTerm) -> str:
    """The text of a term."""
    return str(getattr(term, "value", term))


def _is_english(term: ResultTerm) -> bool:
    return isinstance(term, Literal) and (term.language or "en").startswith("en")
