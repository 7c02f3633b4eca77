"""From an Accept header to a media type."""

from __future__ import annotations

import pytest

from web.negotiation import (
    GRAPHS,
    JAVA,
    JSON,
    RESULTS,
    TURTLE,
    XML,
    accepts_gzip,
    choose,
    media_types,
    prefers_html,
    read_accept,
)

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


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


@pytest.mark.parametrize("header", [None, "", "*/*", "*/*;q=0.8", BROWSER, *JAVA])
def test_a_short_name_is_for_those_who_ask_for_nothing_in_particular(header: str | None) -> None:
    assert media_types(header, "csv") == {"select": "text/csv", "ask": "text/csv"}
    assert media_types(header, "ttl") == {"graph": TURTLE}
    assert media_types(header, "json") == {"select": JSON, "ask": JSON, "graph": "application/ld+json"}
    assert media_types(header, "xml") == {"select": XML, "ask": XML, "graph": "application/rdf+xml"}
    assert media_types(header, "docx") == {}


@pytest.mark.parametrize("format", ["csv", "json-ld", "docx"])
def test_a_header_that_names_a_format_outweighs_a_short_name(format: str) -> None:
    assert media_types("application/ld+json", format) == {"graph": "application/ld+json"}
    assert media_types(f"{JSON},*/*;q=0.9", format) == {"select": JSON, "ask": JSON, "graph": TURTLE}
    assert media_types("image/png", format) == {}


@pytest.mark.parametrize("header", JAVA)
def test_java_is_no_browser(header: str) -> None:
    assert media_types(header) == {"select": JSON, "ask": JSON, "graph": TURTLE}
    assert prefers_html(header) is False


@pytest.mark.parametrize(
    ("header", "select", "graph"),
    [
        ("application/xml", XML, "application/rdf+xml"),
        ("text/xml", XML, "application/rdf+xml"),
        ("text/n3", None, TURTLE),
        ("text/rdf+n3", None, TURTLE),
        ("application/n3", None, TURTLE),
        ("application/turtle", None, TURTLE),
        ("application/x-turtle", None, TURTLE),
        ("application/x-json+ld", None, "application/ld+json"),
        ("application/x-binary-rdf-results-table", None, None),
        (f"application/x-binary-rdf-results-table, {XML};q=0.8", XML, None),
        ("application/rdf+xml, application/sparql-results+xml", XML, "application/rdf+xml"),
        (f"application/xml;q=0.9, {JSON};q=0.8", XML, "application/rdf+xml"),
        (f"application/xml, {XML};q=0", None, "application/rdf+xml"),
    ],
)
def test_names_that_are_not_registered_are_understood(
    header: str, select: str | None, graph: str | None
) -> None:
    chosen = media_types(header)
    assert (chosen.get("select"), chosen.get("graph")) == (select, graph)


@pytest.mark.parametrize(
    ("header", "answer"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("x-gzip", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000, identity", False),
        ("identity", False),
        ("notgzip", False),
        ("*", False),
        ("", False),
        (None, False),
    ],
)
def test_an_answer_is_packed_for_those_who_name_gzip(header: str | None, answer: bool) -> None:
    assert accepts_gzip(header) is answer


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
