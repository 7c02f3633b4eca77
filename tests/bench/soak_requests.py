"""What a mixed crowd asks: pages of all types, named queries, free SPARQL; drawn from a dataset by a seed."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from pyoxigraph import Literal, NamedNode

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.named_query import Catalogue, NamedQuery
from ontology.namespaces import DCTERMS, ID, OSA, RDF
from tests.bench.pages import PAGES, page_path

ROOT: Final = Path(__file__).resolve().parents[2]
FREE: Final = Path(__file__).parent / "queries" / "soak"
RESULTS: Final = "application/sparql-results+json"
CSV: Final = "text/csv"
TRIPLES: Final = "application/n-triples"
LANGUAGES: Final = ("ja", "en-GB,en;q=0.8", "fr;q=0.9,ja;q=0.5", "de", "*")
FORMS: Final = (".ttl", ".nt", ".rdf", ".jsonld", ".trig", ".csv")
SAMPLE: Final = 400
CLASSES: Final[Mapping[str, NamedNode]] = {
    "project": OSA.AssistanceProject,
    "event": OSA.PolicyEvent,
    "state": OSA.State,
    "body": OSA.Organization,
    "budget": OSA.BudgetLine,
    "instrument": OSA.Instrument,
    "source": OSA.Source,
    "programme": OSA.Programme,
}
# Which kinds of things may stand for a parameter; an IRI that fits none is still a fair question.
PLACES: Final[Mapping[str, Sequence[str]]] = {
    "source": ("source",),
    "party": ("state", "body"),
    "recipient": ("state",),
    "programme": ("programme",),
    "subject": ("budget", "project", "programme", "state"),
    "thing": ("project", "state", "budget", "event", "body", "programme"),
}
# Those of a view are made in a queue: 202 says that it is under way.
OK: Final = frozenset({200})
MOVED: Final = frozenset({200, 303})
UNKNOWN: Final = frozenset({404})
OR_NONE: Final = frozenset({200, 404})
OR_GONE: Final = frozenset({200, 410})
# Not everything has contradictions, or is a place where a way can begin.
OR_UNFIT: Final = frozenset({200, 400})
PENDING: Final = frozenset({200, 202})
# Any class may be told that there is no room now, and to come again.
REFUSALS: Final = frozenset({429, 503})
# A query that took too long was ended and says so: no wrong answer, but one that is counted.
ENDED: Final = 504


@dataclass(frozen=True)
class Request:
    """One request: its class and type, what may come of it, and the query whose answer it must be.

    `reference` is text for the engine, bound; None where only the form of the answer is checked.
    """

    kind: str
    type: str
    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    expected: frozenset[int] = OK
    reference: str | None = None


@dataclass(frozen=True)
class Things:
    """Some things of each kind, and words of their names."""

    by_kind: Mapping[str, Sequence[str]]
    words: Sequence[str]

    def draw(self, chance: random.Random, *kinds: str) -> str:
        """The IRI of one of them."""
        found = [iri for kind in kinds for iri in self.by_kind.get(kind, ())]
        return chance.choice(found) if found else str(ID) + "osa"


def things_in(data: DataDirectory) -> Things:
    """Things of a dataset, the same each time."""
    store = EmbeddedStore(data.current().store, read_only=True)
    by_kind = {
        kind: sorted(
            quad.subject.value
            for quad in itertools.islice(store.quads(None, RDF.type, class_), SAMPLE)
            if isinstance(quad.subject, NamedNode) and quad.subject in ID
        )
        for kind, class_ in CLASSES.items()
    }
    titles = itertools.islice(store.quads(None, DCTERMS.title), SAMPLE)
    values = [quad.object.value for quad in titles if isinstance(quad.object, Literal)]
    words = {word.strip(".,:;()") for value in values for word in value.split()}
    return Things(by_kind, sorted(word for word in words if len(word) > 3))


class Asker:
    """One client's questions: 70 pages, 20 named queries, 10 of free SPARQL in a hundred."""

    def __init__(self, things: Things, seed: int) -> None:
        self._things = things
        self._chance = random.Random(seed)
        named = Catalogue.read(ROOT / "queries", ROOT / "queries" / "competency")
        # Those that ask Wikidata are refused where the server asks nobody.
        local = (query for query in named if "SERVICE" not in query.text)
        self._named = sorted(local, key=lambda query: query.name)
        self._free = sorted(Catalogue.read(FREE), key=lambda query: query.name)

    def next(self, snapshot: int) -> Request:
        """The next request; `snapshot` is one that there is."""
        share = self._chance.random()
        if share < 0.7:
            return self._page(snapshot)
        return self._question(self._named) if share < 0.9 else self._sparql()

    def _page(self, snapshot: int) -> Request:
        chance = self._chance
        headers = {"Accept": "text/html", "Accept-Encoding": "gzip"}
        if chance.random() < 0.3:
            headers["Accept-Language"] = chance.choice(LANGUAGES)
        if chance.random() < 0.5:
            form = chance.choice(PAGES)
            type_ = form.partition("?")[0].replace("{snapshot}", "N")
            return _page(form.format(snapshot=snapshot), type_, headers)
        type_, path, expected = self._drawn_page()
        if expected == MOVED:
            headers["Accept"] = chance.choice(("text/html", "text/turtle", "application/ld+json"))
        if not type_.startswith(("/page", "/browse", "/search", "/contr", "/explore", "/expl", "/sources")):
            headers.pop("Accept")
        return Request("page", type_, path, headers=headers, expected=expected)

    def _drawn_page(self) -> tuple[str, str, frozenset[int]]:
        chance, things = self._chance, self._things
        iri = things.draw(chance, "project", "state", "budget", "event", "body", "instrument", "programme")
        other = things.draw(chance, "state", "programme", "project")
        state, word = things.draw(chance, "state"), chance.choice(things.words)
        name, local = quote(iri, safe=""), quote(iri.removeprefix(str(ID)), safe="/")
        source = quote(things.draw(chance, "source").rpartition("/source/")[2], safe="/")
        class_ = chance.choice(("osa:State", "osa:AssistanceProject", "osa:Organization"))
        day = f"202{chance.randint(4, 5)}-12-31"
        pages = (
            ("/page", page_path(iri), OK),
            ("/page", page_path(things.draw(chance, "project")), OK),
            ("/page", page_path(state), OK),
            ("/id", f"/id/{local}", MOVED),
            ("/data", f"/data/{local}{chance.choice(FORMS)}", OK),
            ("/sources/…", f"/sources/{source}", OK),
            ("/search", f"/search?q={quote(word)}", OK),
            ("/api/search", f"/api/search?q={quote(word[:4])}", OK),
            ("/contradictions of", f"/contradictions?subject={name}", OR_UNFIT),
            ("/explore", f"/explore?iri={name}", OK),
            ("/api/neighbours", f"/api/neighbours?iri={name}", OK),
            ("/path", f"/path?from={name}&to={quote(other, safe='')}", OR_UNFIT),
            ("/explain", f"/explain?s={name}&p=rdf:type&o={class_}", OR_NONE),
            ("/fragments of", f"/fragments?subject={name}", OK),
            ("/export of", f"/export/graph.graphml?iri={name}", OK),
            ("/export of", f"/export/cytoscape.json?iri={name}", OR_NONE),
            ("/export/ftm", f"/export/ftm.json?iri={name}", OR_NONE),
            ("/links", "/links", OK),
            ("/compare", "/compare", OK),
            ("/page as of", f"{page_path(state)}?as-of={day}", PENDING),
            ("/reconcile", f"/reconcile?queries={quote(_batch(word, state))}", OK),
        )
        return chance.choice(pages)

    def _question(self, queries: Sequence[NamedQuery]) -> Request:
        query = self._chance.choice(queries)
        values = self._values(query)
        accept = self._chance.choice((RESULTS, RESULTS, CSV, "text/html"))
        path = f"/queries/{query.name}" + (f"?{urlencode(values)}" if values else "")
        reference = query.bind(values) if accept == RESULTS else None
        return Request("named", query.name, path, headers={"Accept": accept}, reference=reference)

    def _sparql(self) -> Request:
        query = self._chance.choice(self._free)
        text = query.bind(self._values(query))
        accept = TRIPLES if "CONSTRUCT" in text else RESULTS
        if self._chance.random() < 0.5:
            path = f"/sparql?query={quote(text)}"
            return Request("free", query.name, path, headers={"Accept": accept}, reference=text)
        # A number, so that no cache answers.
        numbered = f"{text}\n#{self._chance.random()}"
        headers = {"Accept": accept, "Content-Type": "application/sparql-query"}
        return Request("free", query.name, "/sparql", "POST", headers, numbered.encode(), reference=text)

    def _values(self, query: NamedQuery) -> dict[str, str]:
        """What stands for its parameters: often the defaults, else things of the right kind."""
        if self._chance.random() < 0.3:
            return {}
        values = {}
        for name in query.parameters:
            if name in PLACES:
                values[name] = self._things.draw(self._chance, *PLACES[name])
            elif name in ("year", "fiscalYear"):
                values[name] = str(self._chance.randint(2021, 2026))
        return values


def _page(path: str, type_: str, headers: Mapping[str, str]) -> Request:
    expected = UNKNOWN if "nothing-of-that-name" in path else OK
    if path.startswith("/snapshots/"):  # only the last ones are kept
        expected = OR_GONE
    if "page=" in path:  # a small dataset has one page of them
        expected = OR_NONE
    return Request("page", type_, path, headers=headers, expected=expected)


def _batch(word: str, iri: str) -> str:
    name = iri.rpartition("/")[2].replace('"', "")
    return f'{{"q0": {{"query": "{name}", "limit": 5}}, "q1": {{"query": "{word}"}}}}'.replace("\\", "")
