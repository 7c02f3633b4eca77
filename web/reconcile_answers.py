"""Candidates as a client of reconciliation reads them, with their names, types and descriptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pyoxigraph import NamedNode

from graph.label_index import Hit
from graph.results import ResultTerm
from web.labels import Labels, labels_of
from web.reconcile_matching import Candidate
from web.reconcile_names import BATCH
from web.reconcile_terms import terms, thing_id
from web.search import descriptions, kinds_of, name_shown
from web.site import Site

Document = dict[str, Any]
# A query for descriptions ends at so many rows.
DESCRIBED: Final = BATCH // 3


def results_of(site: Site, chosen: Sequence[Sequence[Candidate]]) -> list[Document]:
    """For each query its candidates, as the specification has them.

    Raises what `Site.rows` raises.
    """
    hits = {each.named.iri: each.named.hit for candidates in chosen for each in candidates}
    told, labels = tellings(site, hits.values())
    return [{"result": [_candidate(each, told, labels) for each in candidates]} for candidates in chosen]


def tellings(site: Site, hits: Iterable[Hit]) -> tuple[Mapping[str, list[ResultTerm]], Labels]:
    """What says most of each thing, and the labels of all that is named with it."""
    listed = sorted(hits, key=lambda hit: hit.iri)
    told: dict[str, list[ResultTerm]] = {}
    for start in range(0, len(listed), DESCRIBED):
        told.update(descriptions(site, listed[start : start + DESCRIBED]))
    named = [NamedNode(hit.iri) for hit in listed]
    return told, labels_of(site, [*named, *(term for values in told.values() for term in values)])


def thing_document(hit: Hit, told: Mapping[str, Sequence[ResultTerm]], labels: Labels) -> Document:
    """A thing with its id and name, and a description where there is one."""
    document: Document = {"id": thing_id(hit.iri), "name": name_shown(hit, labels).value}
    words = " · ".join(labels.name(term).text for term in told.get(hit.iri, ()))
    return {**document, "description": words} if words else document


def types_of(hit: Hit) -> list[dict[str, str]]:
    """The classes of a thing, without those that follow from another one."""
    return [terms().type_document(iri) for iri in kinds_of(hit) if iri in terms().classes]


def _candidate(each: Candidate, told: Mapping[str, Sequence[ResultTerm]], labels: Labels) -> Document:
    features: list[Document] = []
    if each.named.similarity:
        features.append({"id": "name_similarity", "value": each.named.similarity})
    if each.type_match is not None:
        features.append({"id": "type_match", "value": each.type_match})
    if each.agreement is not None:
        features.append({"id": "property_agreement", "value": round(100 * each.agreement, 1)})
    features.append({"id": "popularity", "value": each.popularity})
    return {
        **thing_document(each.named.hit, told, labels),
        "score": each.score,
        "match": each.is_match,
        "type": types_of(each.named.hit),
        "features": features,
    }
