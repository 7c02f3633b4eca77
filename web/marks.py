"""What of some things is contested or open, for tables that have no room for receipts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from graph.datadir import Snapshot
from graph.results import ResultTerm
from ontology.namespaces import OSA
from web.nodes import Node, nodes
from web.site import Site, text_of
from web.terms import short_iri


@dataclass(frozen=True)
class Mark:
    """A property of a thing: whether nothing is accepted for it, and the claims that are not accepted."""

    is_open: bool
    claims: Sequence[Node]

    @property
    def rivals(self) -> list[Node]:
        """A claim for each value in each currency."""
        found = {(each["osa:object"], each["osa:currency"]): each for each in self.claims}
        return [each for (value, _), each in found.items() if value is not None]

    def terms(self) -> Iterator[ResultTerm]:
        """The values and currencies that are claimed."""
        for each in self.claims:
            yield from (*each.all("osa:object"), *each.all("osa:currency"))


def marks_of(site: Site, things: Sequence[str], at: Snapshot) -> dict[str, dict[str, Mark]]:
    """The marks of each thing, by the prefixed name of the property; nothing for what nobody disputes.

    Raises what `Site.rows` raises.
    """
    if not things:
        return {}
    rows = site.rows("marks-of", {"subject": [NamedNode(iri) for iri in things]}, at)
    described = nodes(site, "claims-described", {text_of(row, "claim") for row in rows} - {""}, at)
    claims: dict[tuple[str, str], list[Node]] = defaultdict(list)
    states: dict[tuple[str, str], bool] = {}
    for row in rows:
        key = (text_of(row, "subject"), short_iri(text_of(row, "property")))
        # Of a property that has several values, one that is accepted leaves the property closed.
        states[key] = states.get(key, True) and row["state"] == OSA.Open
        if "claim" in row:
            claims[key].append(described[text_of(row, "claim")])
    found: dict[str, dict[str, Mark]] = defaultdict(dict)
    for (thing, name), is_open in states.items():
        if claims[(thing, name)]:
            found[thing][name] = Mark(is_open, claims[(thing, name)])
    return found
