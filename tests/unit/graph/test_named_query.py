"""Named queries: their header, their parameters, and how terms get into the text."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions

from graph.embedded import EmbeddedStore
from graph.errors import InvalidParameterError, OntologyError, UnknownQueryError
from graph.named_query import Catalogue, NamedQuery, read_query
from graph.query_parameters import Given, Parameter
from graph.substitution import substitute

HEADER = """#+ summary: One line
#+ description: Two lines
#+ parameters:
#+   thing: {type: iri, default: id:osa, description: "a thing, or {another}"}
#+   limit: {type: integer, default: 5, minimum: 1, maximum: 10}
#+ answers: CQ-03, CQ-04
"""
BODY = "SELECT ?thing ?p WHERE { ?thing ?p ?o } LIMIT ?limit\n"


def query_of(folder: Path, text: str) -> NamedQuery:
    path = folder / "list-things.rq"
    path.write_text(text)
    return read_query(path)


def test_a_file_says_what_it_asks_and_for_what(tmp_path: Path) -> None:
    query = query_of(tmp_path, HEADER + BODY)
    assert (query.name, query.summary, query.description) == ("list-things", "One line", "Two lines")
    assert query.answers == ("CQ-03", "CQ-04")
    assert query.parameters == {
        "thing": Parameter("thing", "iri", "id:osa", description="a thing, or {another}"),
        "limit": Parameter("limit", "integer", "5", minimum=Decimal(1), maximum=Decimal(10)),
    }


def test_defaults_fill_in_what_is_missing_or_empty(tmp_path: Path) -> None:
    text = query_of(tmp_path, HEADER + BODY).bind({"thing": ""})
    osa = "<https://w3id.org/osagraph/id/osa>"
    assert text == HEADER + f"SELECT ({osa} AS ?thing) ?p WHERE {{ {osa} ?p ?o }} LIMIT 5\n"


def test_a_parameter_with_neither_value_nor_default_stays_a_variable(tmp_path: Path) -> None:
    text = "#+ summary: S\n#+ parameters:\n#+   o: {type: string}\nASK { ?s ?p ?o }"
    assert query_of(tmp_path, text).bind({}).endswith("ASK { ?s ?p ?o }")


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("ASK { ?s ?p ?x }", 'ASK { ?s ?p "v" }'),
        ("ASK { ?s ?p $x }", 'ASK { ?s ?p "v" }'),
        ("ASK { ?s ?p ?xx, '?x', <urn:?x>, ex:x } # ?x", "ASK { ?s ?p ?xx, '?x', <urn:?x>, ex:x } # ?x"),
        ("SELECT ?x (COUNT(?x) AS ?n) {}", 'SELECT ("v" AS ?x) (COUNT("v") AS ?n) {}'),
        ("SELECT * { ?s ?p ?x } ORDER BY ?x DESC(?x)", 'SELECT * { ?s ?p "v" } ORDER BY ("v") DESC("v")'),
        ("SELECT ?s { ?s ?p ?x } GROUP BY ?s ?x", 'SELECT ?s { ?s ?p "v" } GROUP BY ?s ("v")'),
        ("SELECT ?x { { SELECT ?x { } } }", 'SELECT ("v" AS ?x) { { SELECT ("v" AS ?x_given) { } } }'),
        ("SELECT ?s { ?s ?p ?o FILTER(?o = ?x) }", 'SELECT ?s { ?s ?p ?o FILTER(?o = "v") }'),
        ("CONSTRUCT { ?s ?p ?x } WHERE { ?s ?p ?x }", 'CONSTRUCT { ?s ?p "v" } WHERE { ?s ?p "v" }'),
    ],
)
def test_a_term_is_written_as_its_place_demands(text: str, bound: str) -> None:
    assert substitute(text, {"x": Literal("v")}) == bound
    EmbeddedStore().query("PREFIX ex: <http://example.org/>\n" + bound)


@pytest.mark.parametrize(
    "value",
    [
        '"} SERVICE <http://example.org/> {',
        "\\",
        '\\"',
        "a\nb",
        "?x",
        "'''",
        "\\u0022 } #",
        "日本 🇯🇵",
        "\u2028",
    ],
)
def test_no_string_gets_out_of_its_literal(tmp_path: Path, value: str) -> None:
    text = "#+ summary: S\n#+ parameters:\n#+   x: {type: string}\nSELECT ?x {}"
    solutions = EmbeddedStore().query(query_of(tmp_path, text).bind({"x": value}))
    assert isinstance(solutions, QuerySolutions)
    assert [solution["x"] for solution in solutions] == [Literal(value)]


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("iri", "http://example.org/> } #"),
        ("iri", "http://example.org/a b"),
        ("iri", "http://example.org/\\u003e"),
        ("iri", "osa"),
        ("integer", "1e3"),
        ("integer", "１"),
        ("integer", "9" * 40),
        ("decimal", "NaN"),
        ("decimal", "1,5"),
        ("date", "2026-02-30"),
        ("date", "2026-W01-1"),
        ("boolean", "yes"),
        ("string", "x" * 2001),
        ("string", "a\0b"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_with_what_was_expected(type: str, value: str) -> None:
    parameter = Parameter("given", type)
    with pytest.raises(InvalidParameterError) as caught:
        parameter.term(value)
    assert (caught.value.name, caught.value.value) == ("given", value)
    assert caught.value.expected == parameter.expected


@pytest.mark.parametrize(
    ("type", "value", "term"),
    [
        ("iri", "id:osa", NamedNode("https://w3id.org/osagraph/id/osa")),
        ("iri", "urn:x:y", NamedNode("urn:x:y")),
        ("integer", "+007", Literal(7)),
        ("decimal", "8.10", Literal("8.1", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))),
        ("boolean", "true", Literal(True)),
    ],
)
def test_a_value_becomes_a_term_of_its_type(type: str, value: str, term: NamedNode | Literal) -> None:
    assert Parameter("given", type).term(value) == term


@pytest.mark.parametrize("value", ["0", "11"])
def test_a_number_out_of_bounds_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(InvalidParameterError, match="a whole number, at least 1, at most 10"):
        query_of(tmp_path, HEADER + BODY).bind({"limit": value})


def test_a_required_parameter_without_default_has_to_be_given() -> None:
    with pytest.raises(InvalidParameterError, match="Parameter given is missing"):
        Parameter("given", "iri", required=True).term(None)


def test_an_unknown_parameter_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameterError, match="expected one of: thing, limit"):
        query_of(tmp_path, HEADER + BODY).bind({"things": "id:osa"})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("ASK {}", "line 1: a query needs a summary"),
        ("#+ summary: S\n#+ sumary: S\nASK {}", "line 2: 'sumary' is unknown"),
        ("#+ summary: S\n#+ summary: S\nASK {}", "line 2: 'summary' is unknown, misplaced or given twice"),
        ("#+ summary: S\n#+   x: {type: iri}\nASK {}", "line 2: only parameters have indented lines"),
        ("#+ summary: S\n#+summary\nASK {}", "line 2: a header line is"),
        ("#+ summary: S\n#+ answers: CQ3\nASK {}", "answers names questions"),
        ("#+ summary: S\n#+ parameters:\n#+   x: iri\nASK {}", "line 3: a parameter is written"),
        (
            "#+ summary: S\n#+ parameters:\n#+   x: {type: uri}\nASK {}",
            "line 3: the type is one of iri, term, string",
        ),
        ("#+ summary: S\n#+ parameters:\n#+   x: {type: iri; x}\nASK {}", "line 3: cannot read"),
        (
            "#+ summary: S\n#+ parameters:\n#+   x: {type: iri, required: 1}\nASK {}",
            "required is true or false",
        ),
        ("#+ summary: S\n#+ parameters:\n#+   x: {type: date, default: now}\nASK {}", "expected a date"),
        ("#+ summary: S\n#+ parameters:\n#+   x: {type: iri}\nASK {}", "never uses its parameter x"),
        ("#+ summary: S\n#+ parameters:\n#+   x: {type: iri}\nSELECT (1 AS ?x) {}", "cannot stand in AS"),
        ("#+ summary: S\n#+ parameters:\n#+   x: {type: iri}\nASK { VALUES (?y ?x) {} }", "stand in VALUES"),
        ("#+ summary: S\n#+ parameters:\n#+   x: {type: iri}\nASK { FILTER(BOUND(?x)) }", "stand in BOUND"),
    ],
)
def test_a_file_that_is_wrong_says_where(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(OntologyError, match=r"^list-things\.rq") as caught:
        query_of(tmp_path, text)
    assert complaint in str(caught.value)


def test_the_catalogue_finds_queries_by_name_in_all_folders(tmp_path: Path) -> None:
    for name in ("first", "second/competency"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "first" / "list-a.rq").write_text("#+ summary: A\nASK {}")
    (tmp_path / "second" / "competency" / "list-b.rq").write_text("#+ summary: B\nASK {}")
    catalogue = Catalogue.read(tmp_path / "first", tmp_path / "second" / "competency", tmp_path / "none")
    assert [query.name for query in catalogue] == ["list-a", "list-b"]
    assert catalogue["list-b"].summary == "B"
    with pytest.raises(UnknownQueryError, match="'list-c'"):
        catalogue["list-c"]


def test_two_queries_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "list-a.rq").write_text("#+ summary: A\nASK {}")
    with pytest.raises(OntologyError, match="two queries named list-a"):
        Catalogue.read(tmp_path, tmp_path)


LIST = "\n".join(
    (
        "#+ summary: What are they called?",
        "#+ parameters:",
        '#+   iri: {type: iri, many: true, description: "things"}',
        "SELECT ?iri ?label { VALUES ?iri { UNDEF } ?iri <http://a/label> ?label }",
    )
)


@pytest.mark.parametrize(
    ("given", "block"),
    [
        (["id:osa", NamedNode("http://a/b")], "{ <https://w3id.org/osagraph/id/osa> <http://a/b> }"),
        ("http://a/b  http://a/c", "{ <http://a/b> <http://a/c> }"),
        (NamedNode("id:osa"), "{ <id:osa> }"),
        ([], "{  }"),
        ("", "{ UNDEF }"),
        (None, "{ UNDEF }"),
    ],
)
def test_a_list_of_terms_stands_in_its_block(tmp_path: Path, given: Given | None, block: str) -> None:
    values = {} if given is None else {"iri": given}
    assert f"VALUES ?iri {block} ?iri" in query_of(tmp_path, LIST).bind(values)


def test_a_list_is_asked_of_the_store_and_its_variable_selected(tmp_path: Path) -> None:
    store = EmbeddedStore()
    store.update('INSERT DATA { <http://a/b> <http://a/label> "B" . <http://a/c> <http://a/label> "C" }')
    query = query_of(tmp_path, LIST)
    for given, labels in ((["http://a/c", "http://a/d"], ["C"]), ([], []), ("", ["B", "C"])):
        solutions = store.query(query.bind({"iri": given}))
        assert isinstance(solutions, QuerySolutions)
        assert sorted(solution["label"].value for solution in solutions) == labels


@pytest.mark.parametrize("value", ["http://a/> } DELETE", "no-iri", "http://a/\\u003E"])
def test_nothing_gets_out_of_a_list(tmp_path: Path, value: str) -> None:
    with pytest.raises(InvalidParameterError):
        query_of(tmp_path, LIST).bind({"iri": [value]})


def test_a_list_is_refused_where_one_value_is_wanted(tmp_path: Path) -> None:
    one = query_of(tmp_path, LIST.replace(", many: true", "").replace("VALUES ?iri { UNDEF }", ""))
    with pytest.raises(InvalidParameterError, match="an absolute IRI"):
        one.bind({"iri": ["http://a/b"]})


@pytest.mark.parametrize(
    "text", ["ASK { ?iri ?p ?o }", "ASK { VALUES ?iri { UNDEF } VALUES ?iri { UNDEF } }"]
)
def test_a_list_without_its_one_block_is_refused(tmp_path: Path, text: str) -> None:
    header = LIST[: LIST.index("SELECT")]
    with pytest.raises(OntologyError, match="needs one block"):
        query_of(tmp_path, header + text)
