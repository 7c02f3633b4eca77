"""Counts of a whole dataset for pages: as they were kept with the snapshot, or else by a query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from graph.tallies import (
    CLASSES,
    CONTRADICTIONS,
    DATES,
    LINKS,
    MATCHES,
    OUTSIDE_CLASSES,
    PROPERTIES,
    PUBLISHERS,
    SUBJECTS,
    YEARS,
    tallies_in,
)
from web.site import Site, count_of, text_of


class Asked(NamedTuple):
    """The query that counts the same, and the columns that make up the key."""

    query: str
    columns: tuple[str, ...]


ASKED: Final[Mapping[str, Asked]] = MappingProxyType(
    {
        CLASSES: Asked("classes-counted", ("class",)),
        PUBLISHERS: Asked("sources-by-kind", ("kind", "country")),
        DATES: Asked("dates-counted", ()),
        CONTRADICTIONS: Asked("contradictions-by-kind", ("value",)),
        YEARS: Asked("contradictions-by-year", ("value",)),
        OUTSIDE_CLASSES: Asked("classes-counted", ("class",)),
        PROPERTIES: Asked("properties-counted", ("property",)),
        SUBJECTS: Asked("subjects-counted", ("whose",)),
        MATCHES: Asked("matches-counted", ("property",)),
        LINKS: Asked("links-by-confidence", ("confidence",)),
    }
)


def tally_here(site: Site, name: str) -> Counter[tuple[str, ...]]:
    """A tally of the snapshot or view that the request is about, by the parts of its keys.

    Raises what `Site.rows` raises.
    """
    at = site.here()
    kept = tallies_in(at.counts)
    if kept is not None:
        return Counter({tuple(key.split(" ")): number for key, number in kept[name].items()})
    query, columns = ASKED[name]
    found: Counter[tuple[str, ...]] = Counter()
    for row in site.rows(query, at=at):
        found[tuple(text_of(row, column) for column in columns) or ("",)] += count_of(row, "number")
    return found


def one_tally(site: Site, name: str) -> Counter[str]:
    """The same of a tally whose keys have one part."""
    return Counter({key: number for (key, *_), number in tally_here(site, name).items()})
