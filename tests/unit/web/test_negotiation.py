"""From an Accept header to a media type."""

from __future__ import annotations

import pytest

from web.negotiation import GRAPHS, JSON, RESULTS, TURTLE, choose, media_types, prefers_html, read_accept

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
XML = "application/sparql-results+xml"


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/*", "text/csv"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV ; charset=utf-8", "text/csv"),
        (f"{XML};q=0.9, text/csv;q=0.8", XML),
        ("text/csv;q=0.8, text/tab-separated-values", "text/tab-separated-values"),
        ("text/csv, text/tab-separated-values", "text/csv"),
        (f"{JSON};q=0, */*", XML),
        ("*/*;q=0.1, text/csv;q=0.05", JSON),
        ("application/json", JSON),
        (f"application/json;q=0.9, {XML}", XML),
        ("text/csv;q=high", None),
        ("text/csv;q=2", None),
        ("text/html", None),
        ("image/*", None),
        ("*/*;q=0", None),
        (",, ;", None),
    ],
)
def test_a_header_chooses_among_the_formats_of_solutions(header: str | None, chosen: str | None) -> None:
    assert choose(header, RESULTS) == chosen


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (None, TURTLE),
        ("application/json", "application/ld+json"),
        ("text/plain", "application/n-triples"),
        ("application/rdf+xml;q=0.5, application/trig;q=0.6", "application/trig"),
        (JSON, None),
    ],
)
def test_a_header_chooses_among_the_formats_of_graphs(header: str | None, chosen: str | None) -> None:
    assert choose(header, GRAPHS) == chosen


def test_each_form_of_query_has_its_own_formats() -> None:
    assert media_types(None) == {"select": JSON, "ask": JSON, "graph": TURTLE}
    assert media_types("text/csv") == {"select": "text/csv", "ask": "text/csv"}
    assert media_types("application/n-triples, image/png") == {"graph": "application/n-triples"}
    assert media_types("image/png") == {}


def test_a_short_name_outweighs_the_header() -> None:
    assert media_types("application/json", "csv") == {"select": "text/csv", "ask": "text/csv"}
    assert media_types("application/json", "ttl") == {"graph": TURTLE}
    assert media_types("*/*", "docx") == {}


@pytest.mark.parametrize(
    ("header", "format", "answer"),
    [
        (BROWSER, None, True),
        ("text/html", None, True),
        (BROWSER, "csv", False),
        (None, "html", True),
        (None, None, False),
        ("*/*", None, False),
        ("text/html;q=0.5, text/turtle", None, False),
        ("text/html;q=0", None, False),
    ],
)
def test_html_is_only_for_those_who_name_it(header: str | None, format: str | None, answer: bool) -> None:
    assert prefers_html(header, format) is answer


def test_parameters_other_than_the_quality_are_passed_over() -> None:
    assert [(item.pattern, item.quality) for item in read_accept("a/b;level=1;q=0.25;x=y")] == [("a/b", 0.25)]
