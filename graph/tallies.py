"""Counts of all of a dataset that pages and its description ask for: things by class, facts by property,
sources and contradictions by kind, links by confidence.

A build counts everything; a revision tells by how much each count differs from before, at a cost that grows
with what it changed alone. They are kept among the counts of a snapshot, as `tallies`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from pyoxigraph import DefaultGraph, Quad, QuerySolutions, Triple

from graph.links import LINKING
from graph.projection import ASSESSMENTS
from graph.store import AnyTerm, ReadableStore
from ontology.namespaces import DCTERMS, ID, OSA, RDF, WD

NAME: Final = "tallies"
# What each counts by: the class; the publisher's kind and country; nothing; the kind; the fiscal year.
CLASSES: Final = "classes"
PUBLISHERS: Final = "publishers"
DATES: Final = "dates"
CONTRADICTIONS: Final = "contradictions"
YEARS: Final = "years"
# The class of another vocabulary; the property; whether the subject is ours; the property, for facts that
# lead to Wikidata; the confidence, or that it is a near miss.
OUTSIDE_CLASSES: Final = "outside_classes"
PROPERTIES: Final = "properties"
SUBJECTS: Final = "subjects"
MATCHES: Final = "matches"
LINKS: Final = "links"
NAMES: Final = (
    CLASSES,
    PUBLISHERS,
    DATES,
    CONTRADICTIONS,
    YEARS,
    OUTSIDE_CLASSES,
    PROPERTIES,
    SUBJECTS,
    MATCHES,
    LINKS,
)
OURS, OTHERS = "ours", "others"
DEFAULT: Final = DefaultGraph()
PUBLISHER: Final = (OSA.publisherKind, OSA.publisherCountry)
ASSESSED: Final = (RDF.type, OSA.kind, OSA.fiscalYear, OSA.confidence)
# Counted by the engine: a pass over all facts in Python would take longer than anything else here.
BY_PROPERTY: Final = "SELECT ?key (COUNT(*) AS ?number) { ?s ?key ?o } GROUP BY ?key"
EACH_SUBJECT: Final = "{ SELECT DISTINCT ?s { ?s ?p ?o } }"
IS_OURS: Final = f'BIND(COALESCE(IF(STRSTARTS(STR(?s), "{ID}"), "{OURS}", "{OTHERS}"), "{OTHERS}") AS ?key)'
OF_SUBJECTS: Final = f"SELECT ?key (COUNT(*) AS ?number) {{ {EACH_SUBJECT} {IS_OURS} }} GROUP BY ?key"

LINKED: Final = f"GRAPH {ASSESSMENTS} {{ ?link a {OSA.Link} ; {OSA.confidence} ?key }}"
OF_LINKS: Final = f"SELECT ?key (COUNT(*) AS ?number) {{ {LINKED} }} GROUP BY ?key"

Tallies = dict[str, dict[str, int]]
# The name of a tally, and what is counted in it: terms, with a blank between.
Key = tuple[str, str]


def tallies_in(counts: Mapping[str, Any]) -> Tallies | None:
    """The tallies among the counts of a snapshot; None where there are none, as of an older osagraph."""
    found = counts.get(NAME)
    if not isinstance(found, dict) or not all(_is_tally(found.get(name)) for name in NAMES):
        return None
    return {name: found[name] for name in NAMES}


def _is_tally(found: object) -> bool:
    return isinstance(found, dict) and all(type(number) is int for number in found.values())


def gained(counts: Mapping[str, Any], gain: Mapping[Key, int]) -> dict[str, Tallies]:
    """The tallies among some counts, after a gain, for those that follow; nothing where there are none."""
    tallies = tallies_in(counts)
    return {} if tallies is None else {NAME: with_gain(tallies, gain)}


def tally(store: ReadableStore) -> Tallies:
    """Count a whole dataset: microseconds for each type, date, source and contradiction in it."""
    types = Counter(quad.object for quad in store.quads(None, RDF.type, None, DEFAULT))
    gain = Counter({(_classes(kind), _text(kind)): number for kind, number in types.items()})
    gain.update(_counted(store))
    gain[DATES, ""] = sum(1 for _ in store.quads(None, DCTERMS.issued, None, DEFAULT))
    published = [q.triple for each in PUBLISHER for q in store.quads(None, each, None, DEFAULT)]
    gain.update(_publishers(published))
    for quad in store.quads(None, RDF.type, OSA.Contradiction, ASSESSMENTS):
        gain.update(_assessments(store.quads(quad.subject, graph=ASSESSMENTS)))
    return with_gain({}, gain)


def with_gain(tallies: Mapping[str, Mapping[str, int]], gain: Mapping[Key, int]) -> Tallies:
    """The tallies with a gain, without what there is none of any more: as a new count would be."""
    found = {name: Counter(tallies.get(name, {})) for name in NAMES}
    for (name, key), number in gain.items():
        found[name][key] += number
    return {name: {key: number for key, number in counts.items() if number} for name, counts in found.items()}


def fact_gain(store: ReadableStore, come: Collection[Triple], gone: Collection[Triple]) -> Counter[Key]:
    """What counts more or less now that triples have come into the default graph, and others have gone.

    No triple is among both.
    """
    gain = Counter(key for triple in come for key in _single(triple))
    gain.subtract(Counter(key for triple in gone for key in _single(triple)))
    sources = {triple.subject for triple in (*come, *gone) if triple.predicate in PUBLISHER}
    now = {q.triple for source in sources for p in PUBLISHER for q in store.quads(source, p, None, DEFAULT)}
    before = (now - set(come)) | {triple for triple in gone if triple.predicate in PUBLISHER}
    gain.update(_publishers(now))
    gain.subtract(Counter(_publishers(before)))
    gain.update(_subjects(store, come, gone))
    return gain


def assessment_gain(before: Iterable[Quad], after: Iterable[Quad]) -> Counter[Key]:
    """What counts more or less of assessments, given all quads of those that may differ."""
    gain = Counter(_assessments(after))
    gain.subtract(Counter(_assessments(before)))
    return gain


def _single(triple: Triple) -> Iterator[Key]:
    """Under what a fact counts by itself."""
    yield PROPERTIES, _text(triple.predicate)
    if triple.predicate == RDF.type:
        yield _classes(triple.object), _text(triple.object)
    elif triple.predicate == DCTERMS.issued:
        yield DATES, ""
    elif triple.predicate in LINKING and triple.object in WD:
        yield MATCHES, _text(triple.predicate)


def _classes(kind: AnyTerm) -> str:
    return CLASSES if kind in OSA else OUTSIDE_CLASSES


def _counted(store: ReadableStore) -> Counter[Key]:
    """What the facts count under by property, their subjects, and links."""
    gain: Counter[Key] = Counter()
    for key, number in _rows(store, BY_PROPERTY):
        gain[PROPERTIES, key] = number
    for key, number in _rows(store, OF_SUBJECTS):
        gain[SUBJECTS, key] = number
    for key, number in _rows(store, OF_LINKS):
        gain[LINKS, key] = number
    gain[LINKS, OSA.NearMiss.value] = sum(1 for _ in store.quads(None, RDF.type, OSA.NearMiss, ASSESSMENTS))
    linked = (q for each in LINKING for q in store.quads(None, each, None, DEFAULT) if q.object in WD)
    gain.update((MATCHES, _text(quad.predicate)) for quad in linked)
    return gain


def _rows(store: ReadableStore, query: str) -> Iterator[tuple[str, int]]:
    solutions = store.query(query)
    assert isinstance(solutions, QuerySolutions)
    for row in solutions:
        yield _text(row["key"]), int(_text(row["number"]))


def _subjects(store: ReadableStore, come: Collection[Triple], gone: Collection[Triple]) -> Counter[Key]:
    """By how many subjects there are more or less."""
    gain: Counter[Key] = Counter()
    new = Counter(triple.subject for triple in come)
    left = {triple.subject for triple in gone}
    for subject in {*new, *left}:
        # One fact more than have come tells that there was one before; no more are looked at.
        now = sum(1 for _ in islice(store.quads(subject, None, None, DEFAULT), new[subject] + 1))
        was_there = subject in left or now > new[subject]
        gain[SUBJECTS, OURS if subject in ID else OTHERS] += (now > 0) - was_there
    return gain


def _publishers(facts: Iterable[Triple]) -> Iterator[Key]:
    """Under what sources count, by all facts about their publishers."""
    for said in _described(facts).values():
        for kind in said[OSA.publisherKind]:
            for country in said[OSA.publisherCountry] or [""]:
                yield PUBLISHERS, f"{kind} {country}"


def _assessments(quads: Iterable[Quad]) -> Iterator[Key]:
    """Under what assessments count, by all quads about them; an assessment may name thousands of claims."""
    for said in _described(quad.triple for quad in quads if quad.predicate in ASSESSED).values():
        if OSA.Contradiction.value in said[RDF.type]:
            yield from ((CONTRADICTIONS, kind) for kind in said[OSA.kind])
            yield from ((YEARS, year) for year in said[OSA.fiscalYear])
        if OSA.Link.value in said[RDF.type]:
            yield from ((LINKS, confidence) for confidence in said[OSA.confidence])
        if OSA.NearMiss.value in said[RDF.type]:
            yield LINKS, OSA.NearMiss.value


def _described(triples: Iterable[Triple]) -> Mapping[AnyTerm, Mapping[AnyTerm, list[str]]]:
    """The texts of what is said of each node by each property."""
    nodes: dict[AnyTerm, dict[AnyTerm, list[str]]] = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        nodes[triple.subject][triple.predicate].append(_text(triple.object))
    return nodes


def _text(term: AnyTerm) -> str:
    return str(getattr(term, "value", ""))
