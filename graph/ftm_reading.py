"""What an export to FollowTheMoney reads of things: their facts, names, and the sources of each fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode

from graph.export_rows import Row, Rows, batches, iri_of, text_in
from graph.ftm_entities import Report
from graph.results import ResultTerm
from ontology.namespaces import ID, OSA, RDF

# As many rows as the queries give at most.
_MOST_ROWS: Final = 50_000
_CUT: Final = "Of some things with very many facts, or facts with very many sources, not all are here."


@dataclass
class Named:
    """What a thing is called (a label by language), its country code, and its items of Wikidata."""

    labels: dict[str, str] = field(default_factory=dict)
    code: str = ""
    items: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The English label, or another one."""
        return self.labels.get("en") or next(iter(self.labels.values()), "")


@dataclass(frozen=True)
class Publication:
    """Where a source is, and who published it; nothing where nobody knows."""

    address: str = ""
    publisher: str = ""


@dataclass
class Read:
    """What was read of some things; facts by thing and predicate, sources by thing and fact."""

    facts: dict[str, dict[str, list[ResultTerm]]]
    named: Mapping[str, Named]
    sources: Mapping[str, Mapping[tuple[str, ResultTerm], list[str]]]
    publications: Mapping[str, Publication]

    def values(self, thing: str, predicate: NamedNode) -> Sequence[ResultTerm]:
        """The values of a property of a thing."""
        return self.facts.get(thing, {}).get(predicate.value, ())

    def classes(self, thing: str) -> set[ResultTerm]:
        """The classes of a thing."""
        return set(self.values(thing, RDF.type))

    def name(self, term: ResultTerm | str) -> str:
        """What a term is called: a thing by its label, a literal by its text."""
        text = term if isinstance(term, str) else str(getattr(term, "value", ""))
        named = self.named.get(text)
        return named.name if named and named.name else ("" if isinstance(term, NamedNode) else text)

    def publications_of(
        self, thing: str, predicate: str = "", value: ResultTerm | None = None
    ) -> list[Publication]:
        """The publications that state a fact, or any fact about a thing; each once, in order."""
        about = self.sources.get(thing, {})
        chosen = about.values() if value is None else [about.get((predicate, value), [])]
        found = {source for sources in chosen for source in sources}
        return [self.publications.get(source, Publication()) for source in sorted(found)]


def read_things(rows: Rows, things: Sequence[str], report: Report) -> Read:
    """What is known of these things, and what their values are called."""
    given = {"thing": [NamedNode(each) for each in things]}
    facts: dict[str, dict[str, list[ResultTerm]]] = {thing: defaultdict(list) for thing in things}
    described = rows("facts-without-receipts", given)
    for row in described:
        facts[iri_of(row, "thing")][iri_of(row, "predicate")].append(row["value"])
    stated = rows("ftm-sources", given)
    sources: dict[str, dict[tuple[str, ResultTerm], list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in stated:
        sources[iri_of(row, "thing")][iri_of(row, "predicate"), row["value"]].append(iri_of(row, "source"))
    if max(len(described), len(stated)) >= _MOST_ROWS and _CUT not in report.remarks:
        report.remarks.append(_CUT)
    named = {_text(term) for about in facts.values() for terms in about.values() for term in terms}
    cited = {source for about in sources.values() for each in about.values() for source in each}
    ours = {each for each in named if each.startswith((str(ID), str(OSA)))}
    return Read(facts, _named(rows, {*things, *ours}), sources, _publications(rows, cited))


def _text(term: ResultTerm) -> str:
    return term.value if isinstance(term, NamedNode) else ""


def _named(rows: Rows, things: Iterable[str]) -> dict[str, Named]:
    found: dict[str, Named] = defaultdict(Named)
    for chosen in batches(sorted(things)):
        for row in rows("ftm-named", {"thing": [NamedNode(each) for each in chosen]}):
            _tell(found[iri_of(row, "thing")], row)
    return found


def _tell(named: Named, row: Row) -> None:
    label = row.get("label")
    if isinstance(label, Literal):
        language = label.language or ""
        named.labels[language] = min(named.labels.get(language, label.value), label.value)
    named.code = named.code or text_in(row, "code").lower()
    if item := iri_of(row, "item"):
        named.items.append(item.rsplit("/", 1)[-1])


def _publications(rows: Rows, sources: Iterable[str]) -> dict[str, Publication]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for chosen in batches(sorted(sources)):
        for row in rows("ftm-publications", {"source": [NamedNode(each) for each in chosen]}):
            known = found[iri_of(row, "source")]
            for name in ("address", "publisher"):
                known[name] = known.get(name) or text_in(row, name)
    return {source: Publication(**known) for source, known in found.items()}
