"""From an Accept header to a media type. Pure functions, nothing of Flask.

Spec: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

JSON: Final = "application/sparql-results+json"
XML: Final = "application/sparql-results+xml"
TURTLE: Final = "text/turtle"
HTML: Final = "text/html"
ANY: Final = "*/*"
RESULTS: Final = (JSON, XML, "text/csv", "text/tab-separated-values")
GRAPHS: Final = (
    TURTLE,
    "application/n-triples",
    "application/rdf+xml",
    "application/ld+json",
    "application/n-quads",
    "application/trig",
)
# The first of a form is what a client gets that does not mind. ASK has no columns: CSV only when asked for.
OFFERS: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {"select": RESULTS, "ask": RESULTS, "graph": GRAPHS}
)
# Names that clients use though they are not registered for SPARQL; the answer carries the registered one.
ALIASES: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        "application/json": (JSON, "application/ld+json"),
        "application/xml": (XML, "application/rdf+xml"),
        "text/xml": (XML, "application/rdf+xml"),
        "text/plain": ("application/n-triples",),
        "application/x-json+ld": ("application/ld+json",),
        **{name: (TURTLE,) for name in ("application/turtle", "application/x-turtle")},
        **{name: (TURTLE,) for name in ("text/n3", "text/rdf+n3", "application/n3")},
    }
)
# What Java sends for a program that asks for nothing in particular: no browser, and no number by the grammar.
JAVA: Final = (
    "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
    "text/html, image/gif, image/jpeg, */*; q=0.2",
)
FORMATS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "json": "application/json",
        "xml": "application/xml",
        "csv": "text/csv",
        "tsv": "text/tab-separated-values",
        "ttl": TURTLE,
        "nt": "application/n-triples",
        "rdf": "application/rdf+xml",
        "jsonld": "application/ld+json",
        "nq": "application/n-quads",
        "trig": "application/trig",
        "html": HTML,
    }
)
# Clients of one kind send the same header every time.
REMEMBERED: Final = 512
QUALITY: Final = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


class Range(NamedTuple):
    """One item of an Accept header."""

    pattern: str
    quality: float

    def specificity(self, media_type: str) -> int:
        """How exactly it names the media type: 3 by name, 2 by an alias, 1 by kind, 0 any, -1 not."""
        if self.pattern == media_type:
            return 3
        if media_type in ALIASES.get(self.pattern, ()):
            return 2
        kind, _, rest = self.pattern.partition("/")
        if rest == "*" and kind == media_type.partition("/")[0]:
            return 1
        return 0 if self.pattern == ANY else -1


def read_accept(header: str | None) -> list[Range]:
    """The media ranges of a header, where none at all means anything; parameters but `q` are not looked at.

    >>> read_accept("text/csv;q=0.5, */*;q=0")
    [Range(pattern='text/csv', quality=0.5), Range(pattern='*/*', quality=0.0)]
    """
    ranges = []
    for item in (header if header and header not in JAVA else ANY).split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        if name:
            ranges.append(Range(name.lower(), _quality(parameters)))
    return ranges


def _quality(parameters: Iterable[str]) -> float:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            return float(value) if QUALITY.fullmatch(value.strip()) else 0.0
    return 1.0


def choose(header: str | None, offers: Sequence[str]) -> str | None:
    """The offer with the highest quality, the earlier of equal ones; None where nothing fits.

    >>> choose("text/*;q=0.5, text/csv", ["text/html", "text/csv"])
    'text/csv'
    """
    ranges = read_accept(header)
    best, best_quality = None, 0.0
    for offer in offers:
        quality = quality_of(offer, ranges)
        if quality > best_quality:
            best, best_quality = offer, quality
    return best


def quality_of(media_type: str, ranges: Iterable[Range]) -> float:
    """What the most exact range that fits says about a media type; 0 where none fits."""
    fitting = [(item.specificity(media_type), item.quality) for item in ranges]
    specificity, quality = max(fitting, default=(-1, 0.0))
    return quality if specificity >= 0 else 0.0


@functools.lru_cache(maxsize=REMEMBERED)
def media_types(header: str | None, format: str | None = None) -> Mapping[str, str]:
    """The media type to answer with for each form of query; a form that cannot be served is left out.

    A short name of FORMATS is for those who send no header, or a browser's: it outweighs one that asks for
    nothing in particular, and one that is unknown then serves nothing.
    """
    wanted = _wanted(header, format)
    chosen = {form: choose(wanted, offers) for form, offers in OFFERS.items()}
    return {form: media_type for form, media_type in chosen.items() if media_type}


def receipts_types(header: str | None, format: str | None = None) -> Mapping[str, str]:
    """As `media_types`, for results with receipts: they come in JSON or not at all."""
    return {"select": JSON} if choose(_wanted(header, format), (JSON,)) else {}


def _wanted(header: str | None, format: str | None) -> str | None:
    """What is asked for, by a header or by the short name of a format."""
    if format is not None and (is_indifferent(header) or _names_html(header)):
        return FORMATS.get(format, "unknown/unknown")
    return header


def is_indifferent(header: str | None) -> bool:
    """Whether a header asks for nothing in particular.

    >>> is_indifferent(None), is_indifferent("*/*;q=0.8"), is_indifferent("text/csv, */*")
    (True, True, False)
    """
    return all(item.pattern == ANY for item in read_accept(header))


def _names_html(header: str | None) -> bool:
    return any(item.pattern == HTML and item.quality for item in read_accept(header))


def prefers_html(header: str | None, format: str | None = None) -> bool:
    """Whether somebody with a browser is asking: HTML is named, and nothing of ours is liked better."""
    if format is not None:
        return format == "html"
    if not _names_html(header):
        return False
    return choose(header, (HTML, *RESULTS, *GRAPHS)) == HTML


def accepts_gzip(header: str | None) -> bool:
    """Whether an Accept-Encoding header names gzip, and does not refuse it.

    >>> accepts_gzip("br, gzip;q=0.5"), accepts_gzip("gzip;q=0"), accepts_gzip(None)
    (True, False, False)
    """
    ranges = read_accept(header) if header else []
    return any(item.pattern in ("gzip", "x-gzip") and item.quality > 0 for item in ranges)


def content_type(media_type: str) -> str:
    """The Content-Type header for a media type: text needs its charset.

    >>> content_type("text/csv")
    'text/csv; charset=utf-8'
    """
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
