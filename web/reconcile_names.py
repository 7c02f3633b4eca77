"""Which things somebody may mean by a name: by our labels, codes and ids, and by the names of ISO 3166-1."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pyoxigraph import NamedNode
from rapidfuzz import fuzz

from graph.country_names import code_of_three, codes_called, codes_near
from graph.errors import SearchTimeoutError
from graph.label_entries import LabelName, NameKind
from graph.label_index import LONGEST, Hit, Why
from graph.label_text import fold
from graph.query_parameters import Given
from graph.results import ResultTerm
from ontology.namespaces import ID, OSA, OWL, SKOS, WD
from web.reconcile_request import Strictness, Wanted
from web.reconcile_terms import terms, thing_iri
from web.site import Site, text_of

# How well a name fits that is not one of ours: a country's in ISO 3166-1, and one that is only alike, by as
# much as it is: never so well that one cannot tell it from what is called so.
ISO_NAME: Final = 92.0
ALIKE: Final = 0.89
# A code that is written small may be a word; an item that is only likely the same is not sure.
SMALL_CODE: Final = 85.0
UNVERIFIED: Final = 75.0
IDENTIFIED: Final = 100.0
SAFE: Final = 90.0
# A search may find a thousand; it has them in order, and so many of them are compared once more.
LOOKED_AT: Final = 100
# So many things are asked for at a time.
BATCH: Final = 300
ITEM: Final = re.compile(r"Q[1-9]\d*", re.IGNORECASE)
LINKS: Final = (SKOS.exactMatch, OWL.sameAs)


Countries = Mapping[str, tuple[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Named:
    """A thing that may be meant: how well its best name fits, and the classes it is of."""

    iri: str
    similarity: float
    name: LabelName
    classes: tuple[str, ...]

    @property
    def hit(self) -> Hit:
        """The same as a search has it."""
        return Hit(self.iri, self.similarity, Why.EXACT, self.name, self.classes)


@dataclass(frozen=True)
class Deadline:
    """Until when a batch may take; it ends between two queries of it."""

    until: float

    def check(self) -> None:
        """Nothing, where there is time left.

        Raises SearchTimeoutError.
        """
        if time.monotonic() > self.until:
            raise SearchTimeoutError("This batch takes too long. Send fewer queries at a time.")


def named(site: Site, batch: Sequence[Wanted], deadline: Deadline) -> list[dict[str, Named]]:
    """For each query of a batch the things that it may mean, by IRI.

    Raises LabelsPendingError, SearchTimeoutError and what `Site.rows` raises.
    """
    found = []
    for wanted in batch:
        deadline.check()
        found.append(_by_label(site, wanted))
    _lower_unverified(site, found)
    known = countries(site)
    for wanted, things in zip(batch, found, strict=True):
        for code, similarity in _codes(wanted, things.values(), known).items():
            iri, classes = known[code]
            if iri not in things or things[iri].similarity < similarity:
                name = LabelName(wanted.text, "", NameKind.ALIAS)
                things[iri] = Named(iri, similarity, name, classes)
    return found


def countries(site: Site) -> Countries:
    """The states with codes of ISO 3166-1, by code, and the classes of each.

    Raises what `Site.rows` raises.
    """
    classes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in site.rows("countries"):
        classes[text_of(row, "code"), text_of(row, "thing")].append(text_of(row, "class"))
    return {code: (iri, tuple(found)) for (code, iri), found in classes.items()}


def is_thing(iri: str, classes: Iterable[str]) -> bool:
    """Whether somebody may look for it: an individual of ours, or a value of a list; no class."""
    return iri.startswith(str(ID)) or (iri.startswith(str(OSA)) and SKOS.Concept.value in classes)


def _by_label(site: Site, wanted: Wanted) -> dict[str, Named]:
    """The things that the label index has: of the wanted type, and others where none of it is called so."""
    types = _types(wanted)
    found = _found(site, wanted, types)
    if types and wanted.strictness is Strictness.SHOULD and not _is_called_so(wanted, found.values()):
        found = {**_found(site, wanted, ()), **found}
    return found


def _types(wanted: Wanted) -> list[str]:
    return [iri for id in wanted.types if (iri := terms().class_iri(id))]


def _is_called_so(wanted: Wanted, found: Iterable[Named]) -> bool:
    """Whether something of the wanted type is called so, not only nearly."""
    types = set(_types(wanted))
    return any(each.similarity >= SAFE and (not types or types & set(each.classes)) for each in found)


def _found(site: Site, wanted: Wanted, types: Sequence[str]) -> dict[str, Named]:
    """The best hits of a search, as well as their names fit."""
    hits = site.labels.find(wanted.text[:LONGEST], site.here().number, types).hits
    things = [hit for hit in hits if is_thing(hit.iri, hit.classes)][:LOOKED_AT]
    text = wanted.text.strip()
    by_id, folded = thing_iri(text), fold(text)
    return {
        hit.iri: Named(
            hit.iri,
            IDENTIFIED if hit.iri == by_id else _similarity(wanted, folded, hit),
            hit.name,
            hit.classes,
        )
        for hit in things
    }


def _similarity(wanted: Wanted, folded: str, hit: Hit) -> float:
    """How well a name fits: 100 is the same, less than 90 is only alike."""
    if hit.why is Why.IRI:
        return IDENTIFIED
    if hit.why is Why.FOLDED and hit.name.kind is NameKind.CODE and not wanted.types:
        return IDENTIFIED if ITEM.fullmatch(folded) else SMALL_CODE
    if hit.why in (Why.EXACT, Why.FOLDED):
        return hit.score
    name = fold(hit.name.text)
    return round(ALIKE * max(fuzz.ratio(folded, name), fuzz.token_sort_ratio(folded, name)), 1)


def _codes(wanted: Wanted, found: Iterable[Named], known: Countries) -> dict[str, float]:
    """The codes of the countries that are called so elsewhere, or nearly so, with how well that fits."""
    if not wanted.text.strip() or _is_called_so(wanted, found):
        return {}
    text = wanted.text.strip()[:LONGEST]
    three = code_of_three(text)
    codes = dict.fromkeys(codes_called(text), ISO_NAME) | ({three: IDENTIFIED} if three else {})
    if not codes:
        near = codes_near(text, frozenset(known))
        codes = {code: round(ALIKE * likeness, 1) for code, likeness in near}
    return {code: similarity for code, similarity in codes.items() if code in known}


def _lower_unverified(site: Site, found: Sequence[dict[str, Named]]) -> None:
    """What is found by the number of an item that it is only likely to be is not safe to take."""
    numbered = [
        (things, each)
        for things in found
        for each in things.values()
        if each.name.kind is NameKind.CODE and ITEM.fullmatch(each.name.text)
    ]
    links = values_of(site, {each.iri for _, each in numbered}, LINKS)
    for things, each in numbered:
        item = WD[each.name.text.upper()]
        if not any(item in links.get((each.iri, link.value), ()) for link in LINKS):
            things[each.iri] = replace(each, similarity=UNVERIFIED)


def values_of(
    site: Site, things: Iterable[str], predicates: Iterable[NamedNode], limit: int = 50
) -> dict[tuple[str, str], list[ResultTerm]]:
    """The values that things have by some properties, in order; at most `limit` of one property of one thing.

    Raises what `Site.rows` raises.
    """
    wanted, asked = sorted(set(things)), sorted(set(predicates), key=str)
    found: dict[tuple[str, str], list[ResultTerm]] = defaultdict(list)
    for start in range(0, len(wanted) if asked else 0, BATCH):
        batch = [NamedNode(iri) for iri in wanted[start : start + BATCH]]
        given: dict[str, Given] = {"thing": batch, "predicate": asked, "limit": str(limit)}
        for row in site.rows("values-of-things", given):
            found[text_of(row, "thing"), text_of(row, "predicate")].append(row["value"])
    return {key: sorted(values, key=str) for key, values in found.items()}
