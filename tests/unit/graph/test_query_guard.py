"""What a stranger's query may not contain, however it is written."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from pyoxigraph import Store

from graph.errors import QuerySyntaxError
from graph.query_guard import LONGEST_TEXT, LONGEST_UPDATE, require_harmless, require_harmless_update
from graph.query_limits import DEEPEST_NESTING

# Beside the checkout, where there is one: the suite is not part of the project.
SUITE = Path(__file__).parents[4] / "shared" / "conformance" / "w3c-sparql-tests"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }",
        "SELECT * { service silent ?where {} }",
        "ASK{?s ?p trueSERVICE<http://example.org/>{}}",
        "ASK{?s ?p 1SERVICESILENT<http://example.org/>{}}",
        "PREFIX : <http://example.org/> ASK{SERVICE:x{}}",
        "PREFIX e: <http://example.org/> ASK{?s ?p e:a.SERVICE<http://example.org/>{}}",
        "# comment\nASK { SERVICE <http://example.org/> {} }",
        # Behind an IRI that is a comparison, and the other way round.
        "ASK { ?s ?p ?a FILTER(?a<?b+'>') SERVICE <http://example.org/> {} FILTER(?x='') }",
        "ASK { ?s ?p ?a FILTER(?a<?b#>'''\n) SERVICE <http://example.org/> {} #'''\n}",
        "ASK { ?s <http://example.org/\\u0061#> ?o SERVICE <http://example.org/> {} }",
        "LOAD <http://example.org/>",
        "CLEAR ALL;LOAD SILENT <http://example.org/>",
    ],
)
def test_federation_is_found_wherever_the_engine_would_find_it(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="is switched off"):
        require_harmless(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p 'SERVICE' , \"LOAD\" , '''a 'SERVICE' b''' }",
        "ASK { ?SERVICE ?load ?o } # SERVICE",
        "ASK { ?s <http://example.org/SERVICE#load> ex:service , _:load, 'x'@load }",
        "SELECT * { ?s ?p ?o FILTER(?s<?o && ?o>3) }",
        "ASK { ?s ?p 'it''s', \"\\\"\" }",
    ],
)
def test_the_words_may_stand_where_they_are_no_keywords(text: str) -> None:
    require_harmless(text)


def test_the_keyword_is_told_with_its_place() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        require_harmless("ASK {\n  SERVICE <http://example.org/> {} }")
    assert (caught.value.line, caught.value.column) == (2, 3)


def test_nesting_has_a_limit() -> None:
    require_harmless(f"ASK {'(' * DEEPEST_NESTING}{')' * DEEPEST_NESTING}")
    with pytest.raises(QuerySyntaxError, match="Nested too deeply") as caught:
        require_harmless(f"ASK {'(' * 5000}{')' * 5000}")
    assert caught.value.column == len("ASK ") + DEEPEST_NESTING + 1


def test_the_length_has_a_limit_in_bytes() -> None:
    require_harmless("ASK {} #".ljust(LONGEST_TEXT, "x"))
    with pytest.raises(QuerySyntaxError, match="too long: 100001 bytes"):
        require_harmless("ASK {} #".ljust(LONGEST_TEXT + 1, "x"))
    with pytest.raises(QuerySyntaxError, match="too long"):
        require_harmless("ASK {} #" + "日" * (LONGEST_TEXT // 3))


def test_a_text_that_can_be_read_in_too_many_ways_is_refused() -> None:
    with pytest.raises(QuerySyntaxError, match="too many '<'"):
        require_harmless("ASK { ?service" + "<#>" * 30_000 + "}")


@pytest.mark.parametrize(
    "text",
    [
        # Escapes that are none: what follows `\u` must be four digits for us, not for the engine.
        "ASK { VALUES ?x { <a:'\\u+061> } SERVICE <http://example.org/> {} VALUES ?y { '' } }",
        # A long string that is none, so that the engine reads an empty one and goes on.
        'PREFIX : <c:> ASK { VALUES ?x { """a" :\\~ } SERVICE :s {} VALUES ?y { \'"""\' } }',
        'ASK { VALUES ?x { """a" #\\uD800\n } SERVICE <a:s> {} VALUES ?y { \'"""\' } }',
        # A name that is no IRI behind a port, so that the engine takes the prefix alone.
        "PREFIX x: <http://h:> ASK { ?s ?p x:SERVICE <http://example.org/> {} }",
        "PREFIX x: <c:> PREFIX \ufff0: <d:> ASK { ?s ?p x:SERVICE\ufff0:a {} }",
    ],
)
def test_federation_is_found_where_the_engine_departs_from_the_grammar(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="SERVICE is switched off"):
        require_harmless(text)


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <http://example.org/>",
        "INSERT DATA { <a:s> <a:p> 'LOAD' };\nLOAD SILENT <http://example.org/> INTO GRAPH <a:g>",
        "DELETE { ?s ?p ?o } WHERE { SERVICE <http://example.org/> { ?s ?p ?o } }",
        "DELETE { ?s ?p ?o } WHERE { ?s ?p 1SERVICE<http://example.org/> { ?s ?p ?o } }",
    ],
)
def test_an_update_asks_no_other_server(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="is switched off"):
        require_harmless_update(text)


@pytest.mark.parametrize("text", ["LOADSILENT<http://example.org/>", "PREFIX x: <http://h/> LOADx:y"])
def test_load_without_blanks_is_refused(text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        require_harmless_update(text)


def test_an_update_may_name_a_service_and_a_payload() -> None:
    require_harmless_update(
        "PREFIX e: <http://e/> INSERT { e:service e:payload 'load' } WHERE { ?service e:load 'SERVICE' }"
    )


def test_an_escape_hides_no_keyword_since_the_engine_decodes_it_in_strings_and_iris_only() -> None:
    for text in ("S\\u0045LECT * {}", "SELECT * \\u007B}", "#\\u000ASELECT * {}"):
        with pytest.raises(SyntaxError):
            Store().query(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * {" + "".join(f"?s{n} ?p{n} ?o{n} ." for n in range(600)) + "}", "patterns"),
        ("SELECT * { ?s ?p " + ",".join("?o" for _ in range(600)) + "}", "patterns"),
        ("SELECT * { ?s ?p (" + "?o " * 600 + ") }", "patterns"),
        ("SELECT * { ?s ?p* (" + "-1 " * 600 + ") }", "patterns"),
        ("SELECT * { ?s ?p " + "[] , " * 600 + "1 }", "patterns"),
        ("SELECT * { ?s ?p 1 " + "{| <a:p> 1 |}" * 600 + " }", "patterns"),
        ("SELECT * { ?s " + "<a:p>/" * 600 + "<a:p> ?o }", "patterns"),
        ("SELECT * {" + "OPTIONAL { ?s ?p ?o }" * 600 + "}", "patterns"),
        ("SELECT * {" + "UNION".join(["{}"] * 600) + "}", "patterns"),
        ("SELECT * { VALUES ?x { 1 } " + "{ ?s ?p ?o }" * 600 + "}", "patterns"),
        ("ASK { FILTER(" + "!" * 9000 + "true) }", "operators"),
        ("ASK { FILTER(" + "- " * 9000 + "1) }", "operators"),
        ("ASK { FILTER(" + "1+" * 10_000 + "1) }", "patterns|operators"),
        ("ASK { FILTER(" + "?x||" * 10_000 + "?x) }", "operators"),
        ("ASK { FILTER(?a<" + "1+" * 10_000 + "1&&?b>2) }", "operators"),
        ("ASK { FILTER(?a<" + "(" * 5000 + "1" + ")" * 5000 + "&&?b>2) }", "IRI or a comparison"),
        ("ASK { ?s ?p ?o " + "FILTER(?o)" * 5000 + "}", "operators"),
        ("ASK { " + "BIND(1 AS ?x)" * 5000 + "}", "operators"),
        ("DESCRIBE " + "<a:b> " * 5000, "operators"),
        ("SELECT " + "(1 AS ?x) " * 5000 + "{}", "operators"),
        ("ASK { FILTER(" + "STR(" * 900 + "1" + ")" * 900 + ") }", "Nested too deeply"),
        (
            "ASK { ?s ?p 'a\\z' } #" + "." * 100,
            "belongs to no string",
        ),
    ],
)
def test_what_the_engine_would_not_outlive_is_refused(text: str, message: str) -> None:
    with pytest.raises(QuerySyntaxError, match=message):
        require_harmless(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o VALUES (?x ?y) {" + "(1 'a')" * 5000 + "} VALUES ?z {" + "1 " * 5000 + "} }",
        "SELECT * { ?s ?p ?o FILTER(?o IN (" + "'a'," * 5000 + "1)) }",
        "ASK { FILTER(COALESCE(" + "?x, " * 5000 + "1)) }",
        "CONSTRUCT {" + "?s ?p ?o ." * 5000 + "} WHERE { ?s ?p ?o }",
        "ASK { ?s <a:" + "x" * 90_000 + "> ?o }",
        "ASK { ?s ?p '" + "x" * 90_000 + "' }",
        "SELECT " + "(STR(?x) AS ?y) " * 150 + "{" + "?s ?p ?o ." * 99 + "?s ?p ?o }",
        "ASK { FILTER(" + "(" * 150 + "?a" + "+?b)" * 150 + ") }",
    ],
)
def test_long_lists_and_long_terms_are_fine(text: str) -> None:
    require_harmless(text)


def test_the_data_of_an_update_may_be_long_and_the_rest_may_not() -> None:
    data = "<a:s> <a:p> (1 2) ; <a:q> [ <a:r> 'x' ] .\n" * 20_000
    require_harmless_update(f"INSERT DATA {{ {data} }} ; DELETE DATA {{ GRAPH <a:g> {{ {data} }} }}")
    require_harmless_update("DELETE WHERE { ?s ?p ?o };" * 300)
    with pytest.raises(QuerySyntaxError, match="Too many patterns"):
        require_harmless_update("DELETE WHERE {" + "?s ?p ?o ." * 300 + "}")
    with pytest.raises(QuerySyntaxError, match=r"Too long: \d+ characters without data"):
        require_harmless_update("INSERT {} WHERE { FILTER(?x IN (" + "1," * 100_000 + "1)) }")
    with pytest.raises(QuerySyntaxError, match="Nested too deeply"):
        require_harmless_update("INSERT DATA { <a:s> <a:p> " + "(" * 900 + ")" * 900 + "}")
    with pytest.raises(QuerySyntaxError, match="update is too long: 10000001 bytes"):
        require_harmless_update("INSERT DATA {}".ljust(LONGEST_UPDATE + 1))


@pytest.mark.parametrize("unit", ["a.", "a-", '"\\', "'''a", "<a", "//:", "\\u", "@a-", "x:service.", "<#>"])
def test_no_text_takes_long_to_read(unit: str) -> None:
    """Each of these was slow once: read to the end of the text from each of its places."""
    with contextlib.suppress(QuerySyntaxError):
        require_harmless("ASK { ?service " + unit * (90_000 // len(unit)) + "}")


def test_whatever_the_project_ships_passes_but_for_questions_to_wikidata() -> None:
    refused = []
    for path in sorted((Path(__file__).parents[3] / "queries").rglob("*.rq")):
        try:
            require_harmless(path.read_text(encoding="utf-8"))
        except QuerySyntaxError as error:
            assert "SERVICE is switched off" in str(error)
            refused.append(path.name[:5])
    assert refused == ["cq-53", "cq-54", "cq-55", "cq-56"]


@pytest.mark.skipif(not SUITE.is_dir(), reason="the W3C test suite is not beside the checkout")
def test_every_query_of_the_w3c_suite_that_the_engine_takes_passes_but_for_federation() -> None:
    for path in SUITE.rglob("*.rq"):
        text = path.read_text(encoding="utf-8")
        try:
            require_harmless(text)
        except QuerySyntaxError as error:
            if "switched off" not in str(error):
                with pytest.raises(SyntaxError):
                    Store().query(text, base_iri="http://e/")


def test_an_update_has_only_so_many_operations() -> None:
    one = "CREATE SILENT GRAPH <http://example.org/g> ;\n"
    require_harmless_update(one * 1000)
    with pytest.raises(QuerySyntaxError, match="Too many operations: at most 1000"):
        require_harmless_update(one * 1002)


def test_the_data_of_an_update_may_have_many_triples_but_not_many_blocks() -> None:
    require_harmless_update("INSERT DATA { " + "<urn:s> <urn:p> 1 . " * 20_000 + "}")
    block = "GRAPH <urn:g> { <urn:s> <urn:p> 1 } "
    require_harmless_update("INSERT DATA { " + block * 10_000 + "}")
    with pytest.raises(QuerySyntaxError, match="Too many blocks of data: at most 10000"):
        require_harmless_update("INSERT DATA { " + block * 10_001 + "}")
