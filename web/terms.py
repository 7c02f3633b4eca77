"""RDF terms as a page shows them: a text, perhaps a link, perhaps a language. Never markup."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode

from graph.results import ResultTerm
from graph.terms import is_number
from ontology.namespaces import PREFIXES, XSD

LINKED: Final = re.compile(r"https?://", re.IGNORECASE)
LOCAL_NAME: Final = re.compile(r"[\w/.-]+")
# Years and small counts are read without separators.
GROUPED_FROM: Final = 5


@dataclass(frozen=True)
class Cell:
    """What to print for a term: `title` is the whole of it where `text` is shortened."""

    text: str
    href: str | None = None
    language: str | None = None
    is_number: bool = False
    title: str | None = None


def cell(term: ResultTerm | None) -> Cell:
    """The term for a table; an unbound variable is an empty cell."""
    match term:
        case None:
            return Cell("")
        case NamedNode():
            return _iri_cell(term.value)
        case Literal():
            return _literal_cell(term)
        case BlankNode():
            return Cell(f"_:{term.value}")
        case _:
            return Cell(str(term))


def _iri_cell(iri: str) -> Cell:
    return Cell(short_iri(iri), iri if LINKED.match(iri) else None, title=iri)


def _literal_cell(term: Literal) -> Cell:
    if is_number(term):
        return Cell(group_digits(term.value), is_number=True, title=term.value)
    if term.datatype == XSD.anyURI and LINKED.match(term.value):
        return Cell(term.value, term.value)
    return Cell(term.value, language=term.language)


@functools.lru_cache(maxsize=4096)
def short_iri(iri: str) -> str:
    """The IRI with a known prefix in place of its namespace, or as it is.

    >>> short_iri("https://w3id.org/osagraph/id/budget/osa-fy2026")
    'id:budget/osa-fy2026'
    """
    fitting = [(len(base), prefix) for prefix, base in PREFIXES.items() if iri.startswith(base)]
    length, prefix = max(fitting, default=(0, ""))
    local = iri[length:]
    return f"{prefix}:{local}" if prefix and LOCAL_NAME.fullmatch(local) else iri


def group_digits(number: str) -> str:
    """A decimal number with commas between groups of three digits, from five digits on.

    >>> group_digits("18100000000.5"), group_digits("2026"), group_digits("1e5")
    ('18,100,000,000.5', '2026', '1e5')
    """
    match = re.fullmatch(r"([+-]?)(\d+)(\.\d+)?", number)
    if not match or len(match[2]) < GROUPED_FROM:
        return number
    return f"{match[1]}{int(match[2]):,}{match[3] or ''}"


def heading(variable: str) -> str:
    """A variable's name as the heading of a column.

    >>> heading("fiscalYear")
    'fiscal year'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", variable).lower()
