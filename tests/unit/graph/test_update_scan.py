"""What the scan of an update finds, and what it refuses because the engine might read it otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.errors import QuerySyntaxError
from graph.query_guard import require_harmless_update
from graph.update_operation import Operation
from graph.update_scan import scan_update, with_dataset, without_documents

PREFIX = "PREFIX e: <http://e/> "
# Beside the checkout, where there is one: the suite is not part of the project.
SUITE = Path(__file__).parents[4] / "shared" / "conformance" / "w3c-sparql-tests"


def only_operation(text: str, base_iri: str | None = None) -> Operation:
    [operation] = scan_update(text, base_iri).operations
    return operation


def writes(operation: Operation) -> set[str]:
    """What an operation writes, in one set: graphs without http://e/, DEFAULT, ALL and ?."""
    found = {graph.removeprefix("http://e/") for graph in operation.graphs}
    flags = {
        "DEFAULT": operation.writes_default,
        "ALL": operation.writes_all,
        "?": operation.writes_variable_graph,
    }
    return found | {name for name, is_set in flags.items() if is_set}


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("INSERT DATA { e:s e:p 1 }", "insert-data", {"DEFAULT"}),
        ("insert data{GRAPH e:g{e:s e:p 1}}", "insert-data", {"g"}),
        ("INSERT DATA { GRAPH e:g { } . GRAPH <http://e/h> { e:s e:p 1 } . }", "insert-data", {"g", "h"}),
        ("INSERT DATA { GRAPH e:g {} e:s a e:C }", "insert-data", {"g", "DEFAULT"}),
        ("DELETE DATA { GRAPH e:g { e:s e:p '} GRAPH e:h {' } }", "delete-data", {"g"}),
        ("DELETE WHERE { ?s ?p ?o }", "delete-where", {"DEFAULT"}),
        ("DELETE WHERE { GRAPH ?g { ?s ?p ?o } }", "delete-where", {"?"}),
        ("DELETE { ?s ?p ?o } WHERE { GRAPH e:g { ?s ?p ?o } }", "modify", {"DEFAULT"}),
        ("INSERT { GRAPH ?g { e:s e:p 1 } } WHERE { GRAPH ?g {} }", "modify", {"?"}),
        ("DELETE {} INSERT { GRAPH e:g { ?s ?p ?o } } USING e:h WHERE { ?s ?p ?o }", "modify", {"g"}),
        ("WITH e:g DELETE { ?s ?p ?o } INSERT { GRAPH e:h { ?s ?p ?o } } WHERE {}", "modify", {"g", "h"}),
        ("WITH e:g INSERT { GRAPH e:h { ?s ?p ?o } } WHERE {}", "modify", {"h"}),
        ("LOAD <http://x/>", "load", {"DEFAULT"}),
        ("LOAD SILENT <http://x/> INTO GRAPH e:g", "load", {"g"}),
        ("CLEAR SILENT GRAPH e:g", "clear", {"g"}),
        ("CLEAR DEFAULT", "clear", {"DEFAULT"}),
        ("DROP NAMED", "drop", {"ALL"}),
        ("DROP ALL", "drop", {"ALL", "DEFAULT"}),
        ("CREATE GRAPH e:g", "create", {"g"}),
        ("ADD DEFAULT TO e:g", "add", {"g"}),
        ("COPY GRAPH e:g TO DEFAULT", "copy", {"DEFAULT"}),
        ("MOVE SILENT e:g TO GRAPH e:h", "move", {"g", "h"}),
        ("MOVE DEFAULT TO e:g", "move", {"DEFAULT", "g"}),
    ],
)
def test_each_operation_tells_what_it_writes(text: str, kind: str, expected: set[str]) -> None:
    operation = only_operation(PREFIX + text)
    assert (operation.kind, writes(operation)) == (kind, expected)
    assert (PREFIX + text)[operation.start : operation.end] == text


@pytest.mark.parametrize(
    "block",
    [
        "<< e:s e:p 1 >> e:q 2",
        "e:s e:p 1 {| e:q 2 |} ~ e:r",
        "e:s e:p <<( e:s e:p 1 )>> , ( 1 true [ a e:C ] ) ; e:q -1.5e0, 'x'@en--ltr, \"1\"^^e:d .",
        "# } GRAPH e:h {\n e:s e:p '''}\n'GRAPH e:h {''' , <http://e/#'> , <b:c#'> , e:\\# , _:b",
        "e:हिन्दी e:a.b 'x' . []e:p .5",
    ],
)
def test_triples_of_every_form_are_read(block: str) -> None:
    assert writes(only_operation(f"{PREFIX} INSERT DATA {{ GRAPH e:g {{ {block} }} }}")) == {"g"}


def test_names_are_resolved_where_they_stand() -> None:
    text = """BASE <http://e/a/> PREFIX : <x#> CREATE GRAPH <b> ; CREATE GRAPH :c ;
        BASE <../> PREFIX : <http://f/> CREATE GRAPH <b> ; CREATE GRAPH :c\\,d"""
    graphs = [writes(operation).pop() for operation in scan_update(text).operations]
    assert graphs == ["a/b", "a/x#c", "b", "http://f/c,d"]


def test_relative_iris_take_the_base_handed_in_and_absolute_ones_stay_as_they_are() -> None:
    assert writes(only_operation("DROP GRAPH <g?#>", "http://e/x")) == {"g?#"}
    assert writes(only_operation("DROP GRAPH <http://e/a/../g>", "http://e/x")) == {"a/../g"}
    with pytest.raises(QuerySyntaxError, match="no absolute IRI"):
        scan_update("DROP GRAPH <g>")


def test_the_whole_update_sums_up_its_operations() -> None:
    scan = scan_update(PREFIX + "DROP GRAPH e:g; INSERT DATA { e:s e:p 1 }; DELETE WHERE { GRAPH ?g {} };")
    assert scan.graphs == {"http://e/g"}
    assert (scan.writes_default, scan.writes_all, scan.writes_variable_graph) == (True, False, True)
    assert scan_update(" # nothing\n").operations == ()


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("INSERTDATA{}", "Expected INSERT or DELETE", (1, 1)),
        ("INSERT DATA {\n1GRAPH<g>{}trueGRAPH<h>{}}", "no absolute IRI", (2, 7)),
        ("INSERT DATA { trueGRAPH<a:h>{}}", "trueGRAPH cannot stand among triples", (1, 15)),
        ("PREFIX x: <a:> ADD DEFAULT TO GRAPHx:g", "starts like a keyword", (1, 31)),
        ("PREFIX x: <a:> COPY silentx:g TO x:h", "starts like a keyword", (1, 21)),
        ("PREFIX x: <a:> CLEAR GRAPHx:g", "Expected GRAPH", (1, 22)),
        ("CLEAR GRAPH <a:\\u0067>", "without escapes", (1, 13)),
        ("CLEAR GRAPH x:g", "prefix x: is not declared", (1, 13)),
        ("PREFIX x: <http://h:> CLEAR GRAPH x:g", "no absolute IRI", (1, 35)),
        ('INSERT DATA { <a:s> <a:p> "a\\z" }', "cannot stand among triples", (1, 27)),
        ("INSERT DATA { <<a:b#>>> }", "may be read in two ways", (1, 15)),
        ("INSERT {} WHERE { FILTER(?a<?b#>'\n) }", "an IRI or a comparison", (1, 28)),
        ("INSERT {} WHERE { FILTER(?a<<b:#>) }", "may be read in two ways", (1, 28)),
        ("INSERT {} WHERE { ?s ?p ( }", "closes another kind of bracket", (1, 27)),
        ("INSERT {} WHERE { \\u007D }", "cannot stand here", (1, 19)),
        ("INSERT {} WHERE {", "ends too early", (1, 18)),
        ("CLEAR ALL CLEAR ALL", "Expected ;", (1, 11)),
        ("CLEAR ALL ;; CLEAR ALL", "Expected INSERT or DELETE", (1, 12)),
        ("PREFIX x:y <a:> CLEAR ALL", "ends in a colon", (1, 8)),
        ("VERSION 1.2 CLEAR ALL", "version in quotes", (1, 9)),
        ("INSERT DATA ()", "Expected {", (1, 13)),
    ],
)
def test_what_the_engine_may_read_otherwise_is_refused_with_its_place(
    text: str, message: str, place: tuple[int, int]
) -> None:
    with pytest.raises(QuerySyntaxError, match=message) as caught:
        scan_update(text)
    assert (caught.value.line, caught.value.column) == place


@pytest.mark.parametrize(
    "pattern",
    [
        "?s <#p> ?o FILTER(?o < 3 && ?o > 2)",
        "?s <urn:x#p>/<#q>* (<a:b> 1) FILTER(?o<3||?o>2)",
        "?s ?p ?o FILTER(?o=<http://e/#> || ?s <http://e/#>)",
        "FILTER NOT EXISTS { ?s ?p '}' } { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } HAVING(1<2) }",
    ],
)
def test_usual_patterns_are_not_refused(pattern: str) -> None:
    text = f"DELETE {{}} WHERE {{ {pattern} }}"
    assert only_operation(text, "http://e/").end == len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DELETE{?s ?p ?o}WHERE{}", "DELETE{?s ?p ?o} USING <a:d> USING NAMED <a:n> WHERE{}"),
        (
            "DELETE # }\nWHERE {?s ?p 1}",
            "DELETE # }\n{?s ?p 1} USING <a:d> USING NAMED <a:n> WHERE {?s ?p 1}",
        ),
        ("CLEAR ALL;DELETE {} WHERE {}", "CLEAR ALL;DELETE {}  USING <a:d> USING NAMED <a:n> WHERE {}"),
        ("INSERT DATA { <a:WHERE> <a:p> 'WHERE {}' }", None),
        ("CLEAR ALL; COPY DEFAULT TO <a:g>", None),
    ],
)
def test_using_clauses_go_where_a_where_is_and_nowhere_else(text: str, expected: str | None) -> None:
    scan = scan_update(text)
    assert with_dataset(text, scan, ["a:d"], ["a:n"]) == (expected or text)
    assert with_dataset(text, scan) == text


@pytest.mark.parametrize(
    ("clause", "flags"),
    [
        ("WITH <a:g> DELETE {} WHERE {}", (True, False, False)),
        ("DELETE {} USING <a:g> WHERE {}", (False, True, False)),
        ("DELETE {} USING NAMED <a:g> WHERE {}", (False, False, True)),
    ],
)
def test_an_update_with_a_dataset_of_its_own_takes_no_other(
    clause: str, flags: tuple[bool, bool, bool]
) -> None:
    scan = scan_update("CLEAR ALL;\n" + clause)
    operation = scan.operations[1]
    assert (operation.has_with, operation.has_using, operation.has_using_named) == flags
    with pytest.raises(QuerySyntaxError, match="must not say WITH or USING") as caught:
        with_dataset("CLEAR ALL;\n" + clause, scan, ["http://e/d"])
    assert (caught.value.line, caught.value.column) == (2, 1 if flags[0] else 11)


@pytest.mark.parametrize("iri", ["g", "", "http://e/> { }", "http://e/ x"])
def test_what_is_no_iri_does_not_get_into_the_text(iri: str) -> None:
    text = "DELETE WHERE { ?s ?p ?o }"
    with pytest.raises(QuerySyntaxError, match="no absolute IRI"):
        with_dataset(text, scan_update(text), [], [iri])


@pytest.mark.skipif(not SUITE.is_dir(), reason="the W3C test suite is not beside the checkout")
def test_every_update_of_the_w3c_suite_is_read() -> None:
    refused = set()
    for path in SUITE.rglob("*.ru"):
        try:
            scan_update(path.read_text(encoding="utf-8"), "http://e/")
        except QuerySyntaxError:
            refused.add(path.stem)
    assert refused == {f"syntax-update-bad-0{number}" for number in (1, 2, 5, 6, 7, 8, 9)}


@pytest.mark.parametrize(
    ("text", "disarmed"),
    [
        ("LOAD <http://e/a>", "LOAD <about:load-is-switched-off>"),
        (
            "PREFIX e: <http://e/> LOAD SILENT e:a INTO GRAPH e:b ; CLEAR GRAPH e:b",
            "PREFIX e: <http://e/> LOAD SILENT <about:load-is-switched-off> INTO GRAPH e:b ; CLEAR GRAPH e:b",
        ),
        ("CLEAR ALL # LOAD <http://e/a>", "CLEAR ALL # LOAD <http://e/a>"),
    ],
)
def test_a_load_leads_nowhere(text: str, disarmed: str) -> None:
    assert without_documents(text, scan_update(text)) == disarmed
    require_harmless_update(disarmed)
