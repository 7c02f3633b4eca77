"""Where the things of the graph have their pages and files."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlencode

from ontology.namespaces import PREFIXES

INDIVIDUALS: Final = PREFIXES["id"]
TERMS: Final = PREFIXES["osa"]
# Segments that no router and no proxy reads as something else.
PATH: Final = re.compile(r"[^/?#\s]+(?:/[^/?#\s]+)*")
DOTS: Final = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")


def page_address(iri: str) -> str:
    """The address of the page of a thing, whatever its IRI.

    >>> page_address("https://w3id.org/osagraph/id/project/osa-fy2023-fiji")
    '/page/project/osa-fy2023-fiji'
    >>> page_address("http://example.org/a b")
    '/entity?iri=http%3A%2F%2Fexample.org%2Fa+b'
    """
    path = local_path(iri)
    if path is not None:
        return f"/page/{quote(path, safe='/')}"
    if iri.startswith(TERMS) and iri[len(TERMS) :].isalnum():
        return f"/ontology/{iri[len(TERMS) :]}"
    return f"/entity?{urlencode({'iri': iri})}"


def data_address(iri: str, format: str) -> str:
    """The address of what the graph holds about a thing, in a format such as `ttl`.

    >>> data_address("https://w3id.org/osagraph/id/osa", "ttl")
    '/data/osa.ttl'
    """
    path = local_path(iri)
    if path is not None:
        return f"/data/{quote(path, safe='/')}.{format}"
    return f"/entity?{urlencode({'iri': iri, 'format': format})}"


def local_path(iri: str) -> str | None:
    """The part of an individual's IRI that its address repeats; None where it has none."""
    path = iri[len(INDIVIDUALS) :] if iri.startswith(INDIVIDUALS) else ""
    return path if PATH.fullmatch(path) and not DOTS.search(path) else None
