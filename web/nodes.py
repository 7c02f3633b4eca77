"""Things as the pages describe them: all that a few queries tell of each, by prefixed names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from pyoxigraph import NamedNode

from graph.datadir import Snapshot
from graph.results import ResultTerm
from web.site import Site
from web.terms import LINKED, short_iri

# A browser looks for so much of a quote in the page that it opens.
LONGEST_FRAGMENT: Final = 200


@dataclass(frozen=True)
class Node:
    """What is known of one thing: `node["osa:quote"]` is its first value, or None."""

    iri: str
    values: Mapping[str, Sequence[ResultTerm]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> ResultTerm | None:
        return next(iter(self.values.get(name, ())), None)

    def all(self, name: str) -> Sequence[ResultTerm]:
        """All values of a property, in order."""
        return self.values.get(name, ())

    def text(self, name: str) -> str:
        """The text of the first value; nothing where there is none."""
        return str(getattr(self[name], "value", ""))

    def terms(self) -> Iterator[ResultTerm]:
        """All that it is described with."""
        for values in self.values.values():
            yield from values


def nodes(site: Site, query: str, iris: Iterable[str], at: Snapshot | None = None) -> dict[str, Node]:
    """Each of the things, described by a query of `?thing ?predicate ?value` about a list `thing`.

    What is not known has no values. Raises what `Site.rows` raises.
    """
    wanted = list(dict.fromkeys(iris))
    found: dict[str, dict[str, list[ResultTerm]]] = {iri: {} for iri in wanted}
    if wanted:
        for row in site.rows(query, {"thing": [NamedNode(iri) for iri in wanted]}, at):
            thing, predicate = row["thing"], row["predicate"]
            assert isinstance(thing, NamedNode) and isinstance(predicate, NamedNode)
            found[thing.value].setdefault(short_iri(predicate.value), []).append(row["value"])
    return {
        iri: Node(iri, {name: sorted(terms, key=str) for name, terms in values.items()})
        for iri, values in found.items()
    }


def original(source: Node, quoted: str = "") -> str | None:
    """The address of a source's original, at the place of a quote; None where it has none of the web."""
    return at_quote(source.text("schema:url"), quoted)


def at_quote(address: str, quoted: str = "") -> str | None:
    """An address at the place of a quote, where that is not too long; None for what is not of the web.

    Spec: https://wicg.github.io/scroll-to-text-fragment/
    """
    if not LINKED.match(address):
        return None
    if not quoted or len(quoted) > LONGEST_FRAGMENT:
        return address
    # A hyphen has a meaning of its own there, and quote() leaves it.
    return f"{address}{'' if '#' in address else '#'}:~:text={quote(quoted, safe='').replace('-', '%2D')}"


def local_name(iri: str) -> str:
    """The last part of an IRI.

    >>> local_name("https://w3id.org/osagraph/ontology#ValueClash")
    'ValueClash'
    """
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
