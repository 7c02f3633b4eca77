"""What is found by a name: the search that pages and programs share, in the snapshot or view of a request."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pyoxigraph import Literal, NamedNode

from graph.errors import InvalidParameterError, LabelsPendingError, SearchTimeoutError
from graph.label_entries import LabelName, NameKind
from graph.label_index import LONGEST, Found, Hit, Why, iris_of
from graph.results import ResultTerm
from ontology.namespaces import DCTERMS, OSA, OWL, RDFS, SKOS
from ontology.vocabulary import ontology_triples
from web.labels import Labels
from web.nodes import local_name
from web.site import Site, text_of
from web.views import view_here

# In a view so many of what was found are looked up there, the best first.
LOOKED_UP: Final = 500
LONGEST_DESCRIPTION: Final = 160
MOST_VALUES: Final = 3
# The kinds of terms of the ontology that one may want to see alone.
TERM_KINDS: Final = frozenset({OWL.Class.value, OWL.ObjectProperty.value, OWL.DatatypeProperty.value})
# What says most of a thing in a line: one of the texts, or else the first values of the others. The query
# told-of-things.rq has the same properties.
TEXTS: Final = (SKOS.definition, DCTERMS.description, RDFS.comment)
VALUES: Final = (
    DCTERMS.publisher,
    OSA.recipient,
    OSA.actor,
    OSA.role,
    OSA.fiscalYear,
    OSA.programme,
    OSA.equipmentClass,
    DCTERMS.issued,
    OSA.date,
    OSA.signedOn,
    OSA.adoptedOn,
)


@dataclass(frozen=True)
class Search:
    """What was found for a text; `chosen` is of the wanted class, `left_out` not known in the view."""

    text: str
    found: Found
    chosen: Sequence[Hit]
    left_out: int = 0

    @property
    def counts(self) -> Counter[str]:
        """How many of all that was found are of each class that is worth choosing."""
        return Counter(iri for hit in self.found.hits for iri in hit.classes if is_shown(iri))


def search(site: Site, text: str, kind: str | None = None) -> Search:
    """What is called so in the snapshot or view of this request, the best first.

    Raises InvalidParameterError, LabelsPendingError, SearchTimeoutError and what `Site.rows` raises.
    """
    if len(text) > LONGEST:
        raise InvalidParameterError("q", f"{text[:40]}…", f"at most {LONGEST} characters")
    number = site.here().number
    found = site.labels.find(text, number)
    found = _with_unnamed(site, text, found)
    narrow = site.labels.find(text, number, [kind]) if kind and found.is_cut else None
    found, left_out = _known_here(site, found)
    if kind is None:
        return Search(text, found, found.hits, left_out)
    if narrow is not None:
        chosen: Sequence[Hit] = _known_here(site, narrow)[0].hits
    else:
        chosen = [hit for hit in found.hits if kind in hit.classes]
    return Search(text, found, chosen, left_out)


def near_hits(site: Site, text: str) -> Sequence[Hit]:
    """What has a name like that, for whoever mistyped one; nothing where that cannot be told now."""
    try:
        return search(site, text[:LONGEST]).found.hits
    except (LabelsPendingError, SearchTimeoutError):
        return ()


def is_shown(iri: str) -> bool:
    """Whether a class tells readers something."""
    return NamedNode(iri) in OSA or iri in TERM_KINDS


def kinds_of(hit: Hit) -> list[str]:
    """The classes of what was found, without those that follow from another one."""
    shown = [iri for iri in hit.classes if is_shown(iri)]
    wider = {other for iri in shown for other in _superclasses().get(iri, ())}
    return [iri for iri in shown if iri not in wider] or [iri for iri in hit.classes[:1]]


def descriptions(site: Site, hits: Sequence[Hit]) -> dict[str, list[ResultTerm]]:
    """For each thing what says most of it: one text, or a few values."""
    if not hits:
        return {}
    told: dict[str, dict[str, list[ResultTerm]]] = defaultdict(lambda: defaultdict(list))
    for row in site.rows("told-of-things", {"thing": [NamedNode(hit.iri) for hit in hits]}):
        told[text_of(row, "thing")][text_of(row, "predicate")].append(row["value"])
    return {iri: _best(values) for iri, values in told.items()}


def name_shown(hit: Hit, labels: Labels) -> Literal:
    """The label of what was found in the reader's language, else the name that it was found by."""
    label = labels.of(hit.iri)
    if label is not None:
        return label
    if hit.name.kind <= NameKind.ALIAS:
        return Literal(hit.name.text, language=hit.name.language or None)
    return Literal(local_name(hit.iri))


def _best(values: Mapping[str, Sequence[ResultTerm]]) -> list[ResultTerm]:
    for text in TEXTS:
        for value in sorted(values.get(text.value, ()), key=_english_first):
            if isinstance(value, Literal):
                short = value.value
                if len(short) > LONGEST_DESCRIPTION:
                    short = f"{short[:LONGEST_DESCRIPTION].rsplit(' ', 1)[0]} …"
                return [Literal(short, language=value.language)]
    first = [sorted(values[each.value], key=str)[0] for each in VALUES if values.get(each.value)]
    return first[:MOST_VALUES]


def _english_first(term: ResultTerm) -> tuple[bool, str]:
    return getattr(term, "language", None) not in (None, "en"), str(term)


def _with_unnamed(site: Site, text: str, found: Found) -> Found:
    """The same, with a thing that has no name but whose IRI is what was searched for."""
    known = {hit.iri for hit in found.hits}
    iris = [iri for iri in iris_of(text) if iri not in known]
    if not iris or not site.rows("things-known", {"thing": [NamedNode(iri) for iri in iris]}):
        return found
    name = LabelName(local_name(iris[0]), "", NameKind.LOCAL_NAME)
    return replace(found, hits=[Hit(iris[0], 100, Why.IRI, name, ()), *found.hits])


def _known_here(site: Site, found: Found) -> tuple[Found, int]:
    """What is known in the view that the request is about, and how much of what was found is not."""
    if view_here() is None or not found.hits:
        return found, 0
    best = found.hits[:LOOKED_UP]
    rows = site.rows("things-known", {"thing": [NamedNode(hit.iri) for hit in best]})
    known = {text_of(row, "thing") for row in rows}
    hits = [hit for hit in best if hit.iri in known]
    is_cut = found.is_cut or len(found.hits) > len(best)
    return replace(found, hits=hits, is_cut=is_cut), len(best) - len(hits)


@functools.cache
def _superclasses() -> Mapping[str, frozenset[str]]:
    """The classes of the ontology that each class is below, at any distance."""
    above: dict[str, set[str]] = defaultdict(set)
    for triple in ontology_triples():
        if triple.predicate == RDFS.subClassOf and isinstance(triple.object, NamedNode):
            above[triple.subject.value].add(triple.object.value)  # type: ignore[union-attr]

    def reached(iri: str, seen: frozenset[str]) -> frozenset[str]:
        for other in above.get(iri, set()) - seen:
            seen = reached(other, seen | {other})
        return seen

    return {iri: reached(iri, frozenset()) - {iri} for iri in [*above]}
