"""Renders the page of one thing, the list of what points to it, and the page for a thing that is unknown."""

from __future__ import annotations

from typing import Any, Final

from flask import render_template
from pyoxigraph import Literal, NamedNode
from rapidfuzz import fuzz

from graph.datadir import Snapshot
from graph.errors import UnknownResourceError
from graph.label_text import fold, words_of
from ontology.namespaces import OSA, PREFIXES
from web.addresses import data_address, local_path, page_address
from web.citation import citation_of
from web.entity import Entity, Evidence, in_order, why
from web.entity_data import DATA_FORMATS, digest
from web.entity_reading import Axioms, read_entity
from web.exports import GRAPH_FILES
from web.labels import Labels, labels_of
from web.nodes import Node, local_name, original
from web.paging import paged
from web.programme_page import read_programme, shown_programme
from web.search import near_hits
from web.site import Site, count_of
from web.sources import source_name
from web.terms import LINKED, short_iri

FOLDED_FROM: Final = 5
LISTED: Final = 100
NEAR: Final = 6
OUR_CLASSES: Final = PREFIXES["osa"]
# What a claim or a resolution is about, in the order in which one says it.
ABOUT: Final = (OSA.subject.value, OSA.predicate.value)


def entity_page(site: Site, iri: str, axioms: Axioms, at: Snapshot) -> str:
    """The page of a thing.

    Raises UnknownResourceError where the dataset does not know it, and what `Site.rows` raises.
    """
    entity = read_entity(site, iri, axioms, at)
    if entity is None:
        raise UnknownResourceError(f"Nothing is known here of {iri}.")
    programme = read_programme(site, iri, at) if OSA.Programme.value in entity.types else None
    named = programme.terms() if programme else ()
    labels = labels_of(site, [*entity.terms(), *named], at=at)
    title = title_of(entity, labels)
    ours = [each for each in entity.types if each.startswith(OUR_CLASSES)]
    names = {each.iri: labels.text(each.iri) for each in entity.properties}
    sha256 = None if entity.is_cut else digest(entity.lines)
    has_parts = programme is not None and not programme.is_empty
    return render_template(
        "programme.html" if has_parts else "entity.html",
        entity=entity,
        title=title,
        types=[NamedNode(each) for each in ours or entity.types],
        other_names=other_names(entity, title),
        properties=in_order(entity.properties, names),
        labels=labels,
        citation=citation_of(site, title.value, page_address(iri), at, sha256),
        structured=structured(site, entity, title.value),
        node=NamedNode,
        **(shown_programme(programme, labels) if programme and has_parts else {}),
        **TOOLS,
    )


def title_of(entity: Entity, labels: Labels) -> Literal:
    """What the thing is called on its page; without a label its class and what it is about, or its IRI."""
    label = labels.of(entity.iri)
    if label is not None:
        return label
    kind = next((labels.text(each) for each in entity.types if each.startswith(OUR_CLASSES)), "")
    parts = [name for each in ABOUT for name in _values(entity, each, labels)]
    return Literal(f"{kind[:1].upper()}{kind[1:]}: {', '.join(parts)}" if parts else short_iri(entity.iri))


def _values(entity: Entity, predicate: str, labels: Labels) -> list[str]:
    """What the values of a property are called."""
    found = [each for each in entity.properties if each.iri == predicate]
    return [labels.name(statement.value).text for each in found for statement in each.statements]


def other_names(entity: Entity, title: Literal) -> list[Literal]:
    """Its labels in other languages and its other names, each once."""
    return [name for name in entity.names if name != title]


def structured(site: Site, entity: Entity, title: str) -> dict[str, Any]:
    """The thing for search engines.

    Spec: https://schema.org/Thing
    """
    document: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Thing",
        "@id": entity.iri,
        "name": title,
        "mainEntityOfPage": f"{site.address}{page_address(entity.iri)}",
    }
    if entity.definitions:
        document["description"] = entity.definitions[0].value
    verified = [node.text("osa:linkedTo") for node in entity.links if is_verified(node)]
    same = [address for address in verified if LINKED.match(address)]
    return {**document, "sameAs": same} if same else document


def is_verified(link: Node) -> bool:
    """Whether somebody has looked the link up."""
    return link.text("osa:confidence") == f"{OUR_CLASSES}Verified"


def pointing_page(site: Site, iri: str, predicate: str, at: Snapshot) -> str:
    """A page of the list of what points to a thing by one property.

    Raises UnknownResourceError where nothing does, and what `paged` and `Site.rows` raise.
    """
    thing, by = NamedNode(iri), NamedNode(predicate)
    counted = site.rows("entity-links-in-counts", {"object": thing}, at)
    total = next((count_of(row, "count") for row in counted if row["predicate"] == by), 0)
    if not total:
        raise UnknownResourceError(f"Nothing points to {iri} by {predicate}.")
    paging = paged(total, LISTED)
    window = {"limit": str(paging.size), "offset": str(paging.start)}
    found = site.rows("entity-links-in", {"object": thing, "predicate": by, **window}, at)
    others = [row["other"] for row in found]
    labels = labels_of(site, [thing, by, *others], at=at)
    return render_template(
        "entity_links.html", thing=thing, by=by, others=others, paging=paging, labels=labels
    )


def missing_page(site: Site, iri: str, at: Snapshot) -> str:
    """What is told of a thing that is unknown, with those whose names are like it."""
    path = local_path(iri) or local_name(iri)
    hits = near_hits(site, " ".join(words_of(fold(path))))
    likeness = {hit.iri: fuzz.ratio(path, local_path(hit.iri) or local_name(hit.iri)) for hit in hits}
    things = [NamedNode(thing) for thing in sorted(likeness, key=lambda thing: -likeness[thing])[:NEAR]]
    labels = labels_of(site, things, at=at)
    return render_template("entity_missing.html", iri=iri, things=things, labels=labels)


def original_at(evidence: Evidence) -> str | None:
    """The address of the source of a claim, at the place of its quote."""
    return original(evidence.source, evidence.claim.text("osa:quote"))


# What the template calls.
TOOLS: Final[dict[str, Any]] = {
    "why": why,
    "original_at": original_at,
    "source_name": source_name,
    "short_iri": short_iri,
    "data_address": data_address,
    "page_address": page_address,
    "is_verified": is_verified,
    "formats": DATA_FORMATS,
    "graph_files": GRAPH_FILES,
    "folded_from": FOLDED_FROM,
}
