"""SERVICE and LOAD in disguise: each asks this server to call another one, which must never happen."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.attack import Attack, fixed

# {0} is the address of a listener that counts who calls.
SERVICES = (
    "ASK {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
    "ASK {{ SERVICE SILENT <{0}> {{ ?s ?p ?o }} }}",
    "ASK {{ service <{0}> {{ ?s ?p ?o }} }}",
    "ASK {{ SeRvIcE sIlEnT <{0}> {{ ?s ?p ?o }} }}",
    "ASK{{SERVICE<{0}>{{}}}}",
    "ASK{{SERVICE SILENT<{0}>{{}}}}",
    "ASK{{SERVICESILENT<{0}>{{}}}}",
    "ASK{{{{}}SERVICE<{0}>{{}}}}",
    "ASK {{ SERVICE# a comment\n<{0}> {{}} }}",
    "ASK {{ #\nSERVICE\n#>\n<{0}>\n#\n{{}} }}",
    "ASK {{ SERVICE\t\r\n<{0}>\r{{}} }}",
    "ASK {{ S\\u0045RVICE <{0}> {{}} }}",
    "ASK {{ \\u0053\\u0045\\u0052\\u0056\\u0049\\u0043\\u0045 <{0}> {{}} }}",
    "ASK {{ \\U00000053ERVICE <{0}> {{}} }}",
    "ASK {{ SERVICE \\u003C{0}> {{}} }}",
    "ASK {{ SERVICE <\\u0068ttp{1}> {{}} }}",
    "ASK \\u007B SERVICE <{0}> {{}} }}",
    "PREFIX s: <{0}> ASK {{ SERVICE s: {{}} }}",
    "PREFIX : <{0}> ASK {{ SERVICE:x{{}} }}",
    "PREFIX service: <{0}> ASK {{ SERVICE service:service {{}} }}",
    "PREFIX SERVICE: <{0}> ASK {{ {{}} SERVICE SERVICE: {{}} }}",
    "PREFIX : <{0}> ASK {{ ?s ?p trueSERVICE:x{{}} }}",
    "PREFIX : <{0}> ASK {{ ?s ?p 1SERVICE:x{{}} }}",
    "PREFIX : <{0}> ASK {{ ?s ?p 1.SERVICE:x{{}} }}",
    "PREFIX : <{0}> ASK {{ ?s ?p 'x'SERVICE:x{{}} }}",
    "PREFIX : <{0}> ASK {{ ?s ?p 'x'@enSERVICE:x{{}} }}",
    "PREFIX a: <{0}> ASK {{ ?s ?p a:b.SERVICE a:c{{}} }}",
    "BASE <{0}> ASK {{ SERVICE <x> {{}} }}",
    "BASE <{0}> ASK {{ SERVICE <> {{}} }}",
    "ASK {{ VALUES ?u {{ <{0}> }} SERVICE ?u {{ ?s ?p ?o }} }}",
    "ASK {{ BIND(IRI('{0}') AS ?u) SERVICE ?u {{ ?s ?p ?o }} }}",
    "ASK {{ BIND(<{0}> AS?u)SERVICE?u{{}} }}",
    "ASK {{ SERVICE ?u {{ ?s ?p ?o }} BIND(<{0}> AS ?u) }}",
    "ASK {{ {{ SELECT * {{ SERVICE <{0}> {{ ?s ?p ?o }} }} }} }}",
    "ASK {{ FILTER EXISTS {{ SERVICE <{0}> {{ ?s ?p ?o }} }} }}",
    "ASK {{ FILTER(EXISTS{{SERVICE<{0}>{{}}}}) }}",
    "ASK {{ OPTIONAL {{ SERVICE SILENT <{0}> {{ ?s ?p ?o }} }} }}",
    "ASK {{ GRAPH ?g {{ SERVICE <{0}> {{ ?s ?p ?o }} }} }}",
    "ASK {{ {{}} UNION {{ SERVICE <{0}> {{ ?s ?p ?o }} }} }}",
    "ASK {{ ?s ?p ?o MINUS {{ SERVICE <{0}> {{ ?s ?p ?o }} }} }}",
    "ASK {{ FILTER(1<2)SERVICE<{0}>{{}} FILTER(2>1) }}",
    "ASK {{ FILTER(1<2#>\n)SERVICE<{0}>{{}} }}",
    "ASK {{ FILTER(?a<?b&&'#'>'#')SERVICE<{0}>{{}} }}",
    "ASK {{ ?s ?p '''#''' SERVICE <{0}> {{}} }}",
    "ASK {{ ?s ?p '''''''' SERVICE <{0}> {{}} }}",
    'ASK {{ ?s ?p "\\"" SERVICE <{0}> {{}} #" }}\n }}',
    "ASK {{ ?s <#> '#' . SERVICE <{0}> {{}} }}",
    "SELECT (EXISTS {{ SERVICE <{0}> {{}} }} AS ?x) {{}}",
    "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
    "DESCRIBE ?s {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
    "\ufeffASK {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
    # Addresses that nobody asks to be fetched: a name of a graph is a name.
    "ASK FROM <{0}> {{ ?s ?p ?o }}",
    "ASK FROM NAMED <{0}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "ASK {{ GRAPH <{0}> {{ ?s ?p ?o }} }}",
    "DESCRIBE <{0}>",
    "ASK {{ FILTER(<{0}>(1)) }}",
    "SELECT (<{0}>(DISTINCT ?s) AS ?n) {{ ?s ?p ?o }}",
)
GRAPH = "<https://w3id.org/osagraph/graph/user/hostile>"
LOADS = (
    "LOAD <{0}>",
    "LOAD SILENT <{0}>",
    "load silent <{0}>",
    "LOAD<{0}>",
    "LOADSILENT<{0}>",
    "LOAD# a comment\n<{0}>",
    "L\\u004FAD <{0}>",
    "\\U0000004COAD <{0}>",
    "LOAD <{0}> INTO GRAPH " + GRAPH,
    "LOAD <{0}> INTO GRAPH <{0}>",
    "BASE <{0}> LOAD <x.ttl>",
    "PREFIX p: <{0}> LOAD p:x",
    "PREFIX : <{0}> LOAD:x",
    "PREFIX load: <{0}> LOAD load:load",
    "INSERT DATA {{}};LOAD <{0}>",
    "INSERT DATA {{}} ;;LOAD <{0}>",
    "INSERT DATA {{ GRAPH " + GRAPH + " {{ <a:a> <a:b> '''}}''' }} }} ; LOAD <{0}>",
    "DELETE {{}} WHERE {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
    "INSERT {{}} WHERE {{ SERVICE SILENT <{0}> {{ ?s ?p ?o }} }}",
    "INSERT {{}} WHERE {{ S\\u0045RVICE <{0}> {{ ?s ?p ?o }} }}",
    "INSERT {{}} WHERE{{SERVICE<{0}>{{}}}}",
    "PREFIX : <{0}> INSERT{{}}WHERE{{?s ?p trueSERVICE:x{{}}}}",
    "INSERT {{}} USING <{0}> WHERE {{ ?s ?p ?o }}",
    "INSERT {{}} USING NAMED <{0}> WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "WITH <{0}> INSERT {{}} WHERE {{ ?s ?p ?o }}",
    "ADD <{0}> TO " + GRAPH,
    "COPY SILENT <{0}> TO " + GRAPH,
    "CREATE SILENT GRAPH <{0}>",
)


def federation(listener: str) -> Iterator[Attack]:
    """All disguises, with `http://127.0.0.1:PORT/` for the address that must not be called."""
    for number, text in enumerate(SERVICES):
        yield fixed(f"service-{number}", "federation", text.format(listener, listener[4:]))
    for number, text in enumerate(LOADS):
        yield fixed(f"load-{number}", "update-federation", text.format(listener), operation="update")
