"""The references of a statement: the best of the sources that state it, as groups in the grammar.

A reference has the address (P854), the day on which it was looked at (P813), the day of publication as far as
it is known (P577), and the item of the source where it has one (P248). It has no title (P1476): what our
tables call a source is a description in English, not what stands above its text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal

from graph.export_rows import Row, iri_of, text_in
from graph.quickstatement_values import NotCarriedError, host_of, time_value, url_value
from graph.sources import WEAK_KINDS
from graph.terms import is_date
from ontology.namespaces import OSA

# A part of a reference: a property by its number, and a value in the grammar.
Reference = tuple[tuple[str, str], ...]
MOST: Final = 3
# What these say they have from elsewhere, and often from each other.
_OWN: Final = ("wikidata.org", "wikipedia.org", "wikimedia.org", "wikisource.org", "dbpedia.org")
_OWN_SOURCE: Final = "wikidata"
_WEAK: Final = frozenset(kind.value for kind in WEAK_KINDS)
_FIRST: Final = frozenset({OSA.Government.value})


@dataclass(frozen=True)
class Support:
    """A claim for a fact, with what is known of its source."""

    source: str
    address: str
    issued: Literal | None
    kind: str
    is_hedged: bool

    @property
    def is_own(self) -> bool:
        """Whether the source is of the house of Wikidata, or lives on it."""
        host = host_of(self.address)
        return any(host == name or host.endswith(f".{name}") for name in _OWN)


def source_id_of(iri: str) -> str:
    """The last part of a source's IRI."""
    return iri.rsplit("/", 1)[-1]


def support_of(row: Row) -> Support:
    """The claim of a row of `quickstatements-sources`."""
    issued = row.get("issued")
    return Support(
        iri_of(row, "source"),
        text_in(row, "address"),
        issued if isinstance(issued, Literal) else None,
        iri_of(row, "kind"),
        "hedge" in row,
    )


def references_of(
    supports: Sequence[Support], items: Mapping[str, Sequence[str]], retrieved: Literal | None
) -> tuple[Reference, ...]:
    """At most three references: governments first, weak sources last, then the latest; `items` of sources.

    Raises NotCarriedError where no source is fit.
    """
    if any(source_id_of(each.source) == _OWN_SOURCE for each in supports):
        raise NotCarriedError("Wikidata says so itself")
    others = [each for each in supports if not each.is_own]
    if not others:
        raise NotCarriedError("only Wikipedia or one of its sisters states it")
    plain = [each for each in others if not each.is_hedged]
    if not plain:
        raise NotCarriedError("every source gives it with a hedge (about, at least, up to)")
    found: dict[str, Reference] = {}
    for each in sorted(plain, key=_rank):
        if each.source not in found and len(found) < MOST:
            reference = _reference(each, items.get(each.source, ()), retrieved)
            if reference:
                found[each.source] = reference
    if not found:
        raise NotCarriedError("no source that states it has an address of the web")
    return tuple(found.values())


def _rank(support: Support) -> tuple[bool, bool, list[int], str]:
    # The latest first: dates are texts of digits.
    issued = support.issued.value if support.issued else ""
    latest = [-ord(character) for character in issued] or [0]
    return support.kind in _WEAK, support.kind not in _FIRST, latest, support.source


def _reference(support: Support, items: Sequence[str], retrieved: Literal | None) -> Reference:
    """The parts of a reference; none where the source has no address."""
    try:
        parts = [("854", url_value(support.address))]
    except NotCarriedError:
        return ()
    if retrieved is not None:
        parts.append(("813", time_value(retrieved)))
    if support.issued is not None and is_date(support.issued):
        parts.append(("577", time_value(support.issued)))
    if len(set(items)) == 1:
        parts.append(("248", items[0]))
    return tuple(parts)
