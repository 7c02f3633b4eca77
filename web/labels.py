"""Labels in the reader's language: one query for all the things that a page names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from graph.datadir import Snapshot
from graph.results import Solutions
from graph.terms import is_date
from ontology.namespaces import PREFIXES
from web.addresses import page_address
from web.language import ENGLISH, language_here
from web.site import Row, Site, text_of
from web.terms import LINKED, cell, short_iri
from web.views import here

# So many things are asked for at a time.
BATCH: Final = 500
OURS: Final = (PREFIXES["id"], PREFIXES["osa"], PREFIXES["graph"])
# Said after the name of a thing that sources name, and that no accepted fact is about.
CLAIMED: Final = "(claimed)"
# QUDT names a currency by its code, which says more than any label.
CURRENCY: Final = f"{PREFIXES['unit']}CCY_"
# Claims, resolutions, contradictions: nobody reads the whole of their hash.
NUMBERED: Final = re.compile(
    re.escape(PREFIXES["id"]) + r"(?P<kind>[a-z]+)/(?P<digits>[0-9a-f]{6})[0-9a-f]{18}"
)

AnyTerm = NamedNode | Literal | BlankNode | Triple


@dataclass(frozen=True)
class Name:
    """What a page prints for a term: `title` is the whole of it where `text` says less."""

    text: str
    language: str | None = None
    href: str | None = None
    title: str | None = None
    is_number: bool = False
    is_outward: bool = False
    is_date: bool = False


class Labels:
    """What things are called, in the language of one reader."""

    def __init__(
        self,
        found: Mapping[str, Sequence[Literal]],
        language: str = ENGLISH,
        claimed: Mapping[str, Sequence[Literal]] = MappingProxyType({}),
    ) -> None:
        self._found = found
        self._claimed = claimed
        self._names: dict[str, Name] = {}
        self.language = language

    def all(self, iri: str) -> list[Literal]:
        """Every label of a thing, the reader's language first, then English."""
        return sorted(self._found.get(iri, ()), key=self._rank)

    def of(self, iri: str) -> Literal | None:
        """The label that suits the reader; None where there is none."""
        return min(self._found.get(iri, ()), key=self._rank, default=None)

    def text(self, iri: str) -> str:
        """The label, or the IRI with a prefix."""
        label = self.of(iri)
        return label.value if label else self._otherwise(iri)

    def name(self, term: AnyTerm | None) -> Name:
        """The term as a page prints it: things by their label, linked to their page."""
        if isinstance(term, NamedNode):
            if term.value not in self._names:
                self._names[term.value] = self._thing(term.value)
            return self._names[term.value]
        printed = cell(term)
        return Name(
            printed.text,
            printed.language,
            printed.href,
            printed.title,
            printed.is_number,
            is_outward=printed.href is not None,
            is_date=isinstance(term, Literal) and is_date(term),
        )

    def _thing(self, iri: str) -> Name:
        label = self.of(iri)
        text, language = (label.value, label.language) if label else (self._otherwise(iri), None)
        if label or iri.startswith(OURS):
            return Name(text, language, here(page_address(iri)), iri)
        # What only others describe is looked up with them.
        return Name(text, language, iri if LINKED.match(iri) else None, iri, is_outward=True)

    def _otherwise(self, iri: str) -> str:
        """What a thing without a label is called: as sources say, in the reader's language if any does."""
        label = min(self._claimed.get(iri, ()), key=lambda label: self._rank(label)[0], default=None)
        return f"{label.value} {CLAIMED}" if label else _unlabelled(iri)

    def _rank(self, label: Literal) -> tuple[int, str, str]:
        language = (label.language or "").lower()
        wanted = (self.language, ENGLISH, "")
        kinds = [language == each or language.startswith(f"{each}-") for each in wanted[:2]] + [not language]
        return (kinds.index(True) if True in kinds else len(kinds), language, label.value)


def _unlabelled(iri: str) -> str:
    """What a thing without a label is called: a claim by its kind and a few digits, others by a short IRI."""
    if numbered := NUMBERED.fullmatch(iri):
        return f"{numbered['kind']} {numbered['digits']}"
    return iri.removeprefix(CURRENCY) if iri.startswith(CURRENCY) else short_iri(iri)


def labels_of(
    site: Site, terms: Iterable[object], language: str | None = None, at: Snapshot | None = None
) -> Labels:
    """The labels of all the things among some terms, for a reader of `language`, by default of this request.

    Raises what `Site.rows` raises.
    """
    at = at or site.here()
    wanted = {term.value for term in terms if isinstance(term, NamedNode)}
    known = {iri: site.memory.get(_key(at, iri)) for iri in wanted}
    fresh = sorted(iri for iri, rows in known.items() if rows is None)
    for start in range(0, len(fresh), BATCH):
        batch = fresh[start : start + BATCH]
        found: dict[str, list[Row]] = {iri: [] for iri in batch}
        for row in site.rows("labels", {"iri": [*map(NamedNode, batch)]}, at, is_kept=False):
            found[text_of(row, "iri")].append(row)
        for iri, rows in found.items():
            site.memory.put(_key(at, iri), rows)
        known.update(found)
    labels = {iri: _literals(rows or ()) for iri, rows in known.items()}
    unnamed = (iri for iri, found in labels.items() if not found and _may_be_claimed(iri))
    return Labels(labels, language or language_here(), _claimed_names(site, unnamed, at))


def _may_be_claimed(iri: str) -> bool:
    """Whether it is a thing of ours, and no claim or resolution."""
    return iri.startswith(PREFIXES["id"]) and not NUMBERED.fullmatch(iri)


def _claimed_names(site: Site, things: Iterable[str], at: Snapshot) -> dict[str, list[Literal]]:
    """What sources call things that no accepted fact is about; the name that most of them use first."""
    known = {iri: site.memory.get(_claimed_key(at, iri)) for iri in things}
    fresh = sorted(iri for iri, rows in known.items() if rows is None)
    for start in range(0, len(fresh), BATCH):
        found: dict[str, list[Row]] = {iri: [] for iri in fresh[start : start + BATCH]}
        for row in site.rows("claimed-names", {"iri": [*map(NamedNode, found)]}, at, is_kept=False):
            found[text_of(row, "iri")].append(row)
        for iri, rows in found.items():
            site.memory.put(_claimed_key(at, iri), rows)
        known.update(found)
    return {iri: _literals(rows or ()) for iri, rows in known.items()}


def _claimed_key(at: Snapshot, iri: str) -> tuple[str, str]:
    return str(at.store), f"claimed names of {iri}"


def _literals(rows: Iterable[Row]) -> list[Literal]:
    return [label for row in rows if isinstance(label := row["label"], Literal)]


def _key(at: Snapshot, iri: str) -> tuple[str, str]:
    """Where the labels of a thing are remembered: every page names the same properties and classes."""
    return str(at.store), f"labels of {iri}"


def labels_in(site: Site, solutions: Solutions | None, at: Snapshot | None = None) -> Labels:
    """The labels of all the things in a table."""
    rows = solutions.rows if solutions else ()
    return labels_of(site, (term for row in rows for term in row.values()), at=at)
