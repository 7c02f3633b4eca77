"""SPARQL queries and updates made from a small grammar: mostly right, of every form, never very dear."""

from __future__ import annotations

from random import Random
from typing import Final

VARIABLES: Final = ("?a", "?b", "?c", "$d", "?日本")
NAMES: Final = ("<http://example.org/x>", "<>", "<#f>", "a:b", "a:", "a:b%20c", "a:\\.")
LITERALS: Final = (
    *("1", "-2.5", "1e9", "true", '"text"', "'x'@ja", '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'),
    *("'''long\n'''", '"\\u65E5"', '"x"@en--ltr', '"\\t\\""', '"NaN"^^<http://example.org/t>'),
)
NODES: Final = ("_:b", "[]", "()", "(1 2)", "[ a:p 1 ]", "<<( a:s a:p a:o )>>", "<< a:s a:p a:o >>")
PREDICATES: Final = (
    "a",
    "a:p",
    "?p",
    "^a:p",
    "a:p*",
    "(a:p|^a:q)+",
    "a:p/a:q",
    "!(a:p|a)",
    "a:p?",
    "(!a:p)?",
)
FUNCTIONS: Final = (
    *("STR({0})", "LANG({0})", "DATATYPE({0})", "BOUND(?a)", "IRI({0})", "BNODE()", "RAND()", "ABS({0})"),
    *("CONCAT({0},{1})", "SUBSTR({0},{1})", "REPLACE({0},'a','b')", "UCASE({0})", "YEAR({0})", "NOW()"),
    *(
        "MD5({0})",
        "STRUUID()",
        "COALESCE({0},{1})",
        "IF({0},{1},{0})",
        "REGEX({0},'[')",
        "REGEX({0},'a{{9}}')",
    ),
    *("{0} + {1}", "{0} / {1}", "{0} = {1}", "{0} < {1}", "{0} && {1}", "!{0}", "-{0}", "{0} IN ({1})"),
    *("<http://example.org/f>({0})", "TRIPLE({0},{1},{0})", "STRDT({0},<http://example.org/t>)", "a:f({0})"),
    *("EXISTS {{ ?a ?b ?c }}", "NOT EXISTS {{ ?a a:p {0} }}", "STRLANG({0},'e n')", "TIMEZONE({0})"),
)
AGGREGATES: Final = (
    "COUNT(*)",
    "SUM(?a)",
    "GROUP_CONCAT(?a;separator='|')",
    "SAMPLE(?b)",
    "AVG(DISTINCT ?c)",
)
PROLOGUES: Final = (
    *("PREFIX a: <http://example.org/> PREFIX : <http://example.org/#>\n",) * 4,
    *(
        "",
        "BASE <http://example.org/> ",
        "PREFIX a: <a:> # a comment\n",
        "VERSION '1.2' ",
        "PREFIX a: <a:\\u0041> ",
    ),
)
GRAPHS: Final = (
    "<https://w3id.org/osagraph/graph/user/fuzz>",
    "<https://w3id.org/osagraph/graph/source/fuzz>",
    "<https://w3id.org/osagraph/graph/meta>",
    "<http://example.org/g>",
)
ENDS: Final = (
    "",
    "",
    " LIMIT 5",
    " ORDER BY ?a LIMIT 3",
    " OFFSET 2",
    " GROUP BY ?a",
    " VALUES ?a { 1 UNDEF }",
)


def query(random: Random) -> str:
    """A query of any form."""
    where = group(random, random.randint(0, 3))
    form = random.randrange(6)
    if form == 0:
        head = f"ASK {where}"
    elif form == 1:
        head = f"CONSTRUCT {{ {template(random)} }} WHERE {where}"
    elif form == 2:
        head = f"DESCRIBE {random.choice((*VARIABLES, *NAMES))} {where}"
    elif form == 3:
        head = f"SELECT ({random.choice(AGGREGATES)} AS ?n) {where}"
    else:
        head = f"SELECT {random.choice(('*', 'DISTINCT *', 'REDUCED ?a', '?a ?b'))} {where}"
    return f"{random.choice(PROLOGUES)}{head}{random.choice(ENDS)}"


def update(random: Random) -> str:
    """One to three updates."""
    operations = [_operation(random) for _ in range(random.randint(1, 3))]
    return random.choice(PROLOGUES) + " ; ".join(operations)


def _operation(random: Random) -> str:
    graph, other = random.choice(GRAPHS), random.choice((*GRAPHS, "DEFAULT"))
    where, inside = group(random, 1), f"GRAPH {graph} {{ {template(random)} }}"
    data = f"GRAPH {graph} {{ {random.choice(NAMES)} a:p {random.choice((*NAMES, *LITERALS))} }}"
    forms = (
        f"INSERT DATA {{ {data} }}",
        f"DELETE DATA {{ {data} }}",
        f"DELETE WHERE {{ {inside} }}",
        f"INSERT {{ {inside} }} WHERE {where}",
        f"WITH {graph} DELETE {{ {template(random)} }} INSERT {{ {template(random)} }} WHERE {where}",
        f"DELETE {{ {inside} }} USING {graph} WHERE {where}",
        f"CREATE SILENT GRAPH {graph}",
        f"CLEAR SILENT GRAPH {graph}",
        f"DROP GRAPH {graph}",
        f"COPY SILENT {graph} TO {other}",
        f"ADD {graph} TO {other}",
        f"LOAD SILENT <http://192.0.2.1/> INTO GRAPH {graph}",
    )
    return random.choice(forms)


def group(random: Random, depth: int) -> str:
    return "{ " + " ".join(pattern(random, depth) for _ in range(random.randint(0, 3))) + " }"


def pattern(random: Random, depth: int) -> str:
    """One part of a group."""
    simple = (
        f"{triple(random)} .",
        f"FILTER({expression(random, 2)})",
        f"BIND({expression(random, 2)} AS {random.choice(VARIABLES)})",
        f"VALUES ?v {{ {random.choice((*NAMES, *LITERALS))} UNDEF }}",
    )
    if not depth or random.random() < 0.6:
        return random.choice(simple)
    inner = group(random, depth - 1)
    kinds = (
        *(inner, f"OPTIONAL {inner}", f"MINUS {inner}", f"{inner} UNION {inner}", f"GRAPH ?g {inner}"),
        *(
            f"GRAPH {random.choice(GRAPHS)} {inner}",
            f"{{ SELECT * {inner} LIMIT 9 }}",
            f"FILTER EXISTS {inner}",
        ),
        *(f"SERVICE SILENT <http://192.0.2.1/> {inner}", f"LATERAL {inner}"),
    )
    return random.choice(kinds)


def triple(random: Random) -> str:
    """A triple pattern, perhaps with a path."""
    subject = random.choice((*VARIABLES, *NAMES, *NODES))
    return f"{subject} {random.choice(PREDICATES)} {random.choice((*VARIABLES, *NAMES, *LITERALS, *NODES))}"


def template(random: Random) -> str:
    """A triple to be written: no path."""
    subject, predicate = random.choice((*VARIABLES, *NAMES)), random.choice(("a", "a:p", "?p"))
    return f"{subject} {predicate} {random.choice((*VARIABLES, *NAMES, *LITERALS))}"


def expression(random: Random, depth: int) -> str:
    if not depth:
        return random.choice((*VARIABLES, *NAMES, *LITERALS))
    left, right = (expression(random, depth - 1) for _ in range(2))
    return random.choice(FUNCTIONS).format(left, right)
