"""Checks quotes against the text of their source: found, with their place, or missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from graph.bundle import source_graph
from graph.errors import UnknownResourceError
from graph.sources import source_iri
from graph.store import ReadableStore
from ontology.namespaces import OSA

_SPACE = re.compile(r"\s+")


class QuoteCheck(NamedTuple):
    """One quote of a source: where it begins in the text (characters from 0; line and column from 1)."""

    quote: str
    claims: int
    found: bool
    offset: int | None = None
    line: int | None = None
    column: int | None = None


def quotes_of(store: ReadableStore, source_id: str) -> dict[str, int]:
    """The quotes of a source, each with the number of claims that rest on it.

    Raises UnknownResourceError where the dataset does not hold the source.
    """
    graph = source_graph(source_iri(source_id))
    if next(store.quads(graph=graph), None) is None:
        raise UnknownResourceError(f"There is no source {source_id!r}. See: osagraph sources")
    counts: dict[str, int] = {}
    for quad in store.quads(None, OSA.quote, None, graph):
        quote = quad.object.value  # type: ignore[union-attr]
        counts[quote] = counts.get(quote, 0) + 1
    return dict(sorted(counts.items()))


def check_quotes(quotes: Iterable[tuple[str, int]], text: str) -> Iterator[QuoteCheck]:
    """Each quote with its place in the text; runs of white space count as one space.

    >>> [check.column for check in check_quotes([("b c", 1)], "a b\\u00a0 c")]
    [3]
    """
    flat, places = _flattened(text)
    for quote, claims in quotes:
        start = flat.find(_SPACE.sub(" ", quote).strip())
        if start < 0:
            yield QuoteCheck(quote, claims, found=False)
            continue
        offset = places[start]
        line = text.count("\n", 0, offset) + 1
        column = offset - text.rfind("\n", 0, offset)
        yield QuoteCheck(quote, claims, True, offset, line, column)


def _flattened(text: str) -> tuple[str, list[int]]:
    """The text with runs of white space as one space, and where each character stood."""
    flat: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character.isspace():
            if flat and flat[-1] == " ":
                continue
            character = " "
        flat.append(character)
        places.append(place)
    return "".join(flat), places
