"""Queries whose work has no end worth waiting for: products of patterns, growing strings, endless paths."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.attack import Attack, chained, fixed

PATTERN = "?a# ?b# ?c#"
# Cheap to write, dear to evaluate: the patterns share no variable.
TWO, THREE, FOUR, SIX = (chained("", PATTERN, " . ", "", width) for width in (2, 3, 4, 6))
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
NOTHING = "<http://example.org/nothing>"

FORMS = {
    "count": "SELECT (COUNT(*) AS ?n) {{ {0} }}",
    "count-distinct": "SELECT (COUNT(DISTINCT *) AS ?n) {{ {0} }}",
    "select-all": "SELECT * {{ {0} }}",
    "select-distinct": "SELECT DISTINCT * {{ {0} }}",
    "select-reduced": "SELECT REDUCED ?a0 ?a1 {{ {0} }}",
    "ask-false": "ASK {{ {0} FILTER(?a0 = 1 && ?c1 = 2) }}",
    "ask-compare": "ASK {{ {0} FILTER(STR(?c0) = CONCAT(STR(?c1), 'x')) }}",
    "construct": "CONSTRUCT {{ ?a0 ?b1 ?c1 }} WHERE {{ {0} }}",
    "construct-blank": "CONSTRUCT {{ [] ?b0 [ ?b1 ?c1 ] }} WHERE {{ {0} }}",
    "describe": "DESCRIBE ?a0 ?a1 {{ {0} }}",
    "order-by": "SELECT * {{ {0} }} ORDER BY ?c0 DESC(?c1)",
    "order-by-random": "SELECT * {{ {0} }} ORDER BY RAND()",
    "order-by-limit": "SELECT * {{ {0} }} ORDER BY CONCAT(STR(?c0), STR(?c1)) OFFSET 1000000000 LIMIT 1",
    "group-by": "SELECT ?a0 ?a1 (COUNT(*) AS ?n) {{ {0} }} GROUP BY ?a0 ?a1",
    "group-by-having": "SELECT ?c1 {{ {0} }} GROUP BY ?c1 HAVING (COUNT(DISTINCT ?c0) < 0)",
    "group-concat": "SELECT (GROUP_CONCAT(STR(?c0)) AS ?t) {{ {0} }}",
    "group-concat-distinct": "SELECT (GROUP_CONCAT(DISTINCT CONCAT(STR(?a0), STR(?a1))) AS ?t) {{ {0} }}",
    "min-of-strings": "SELECT (MIN(CONCAT(STR(?c0), STR(?c1))) AS ?t) {{ {0} }}",
    "sum-of-lengths": "SELECT (SUM(STRLEN(CONCAT(STR(?c0), STR(?c1)))) AS ?n) {{ {0} }}",
    "offset": "SELECT * {{ {0} }} OFFSET 1000000000000",
    "subselect": "SELECT * {{ {{ SELECT * {{ {0} }} ORDER BY ?c1 }} ?a1 ?x ?y }}",
    "minus": "SELECT * {{ {0} MINUS {{ ?a0 ?b1 ?c2 . ?d ?e ?f }} }} OFFSET 100000000",
    "exists": "SELECT * {{ {0} FILTER NOT EXISTS {{ ?a1 ?x ?y . ?y ?z ?c0 }} }} OFFSET 100000000",
    "optional": "SELECT * {{ {0} OPTIONAL {{ ?x ?y ?z FILTER(?z = ?c0) }} }} OFFSET 100000000",
    "all-graphs": "SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ {0} }} GRAPH ?h {{ ?i ?j ?k }} }}",
    "regex": "SELECT (COUNT(*) AS ?n) {{ {0} FILTER REGEX(CONCAT(STR(?c0), STR(?c1)), '(x+x+)+y$') }}",
    "replace": "SELECT (MAX(REPLACE(CONCAT(STR(?c0), STR(?c1)), '.', '$0$0$0')) AS ?t) {{ {0} }}",
    "sha": "SELECT (MAX(SHA512(CONCAT(STR(?c0), STR(?c1)))) AS ?t) {{ {0} }}",
    "uuid": "SELECT (COUNT(DISTINCT ?u) AS ?n) {{ {0} BIND(STRUUID() AS ?u) }}",
}
PATHS = {
    "anything-star": f"(!{NOTHING})*",
    "anything-plus": f"(!{NOTHING})+",
    "both-ways": f"(!{NOTHING}|^!{NOTHING})*",
    "both-ways-negated-set": f"(!({NOTHING}|^{NOTHING}))*",
    "choice-star": f"({TYPE}|{LABEL}|!{NOTHING})*",
    "cycle": f"({TYPE}/^{TYPE})*",
    "cycle-plus": f"({TYPE}/^{TYPE}|^!{NOTHING})+",
    "nested-star": f"(((!{NOTHING})*)*)*",
    "nested-mixed": f"((((!{NOTHING})+)*)?)+",
    "long-way": f"(!{NOTHING})*/(!{NOTHING})*/(!{NOTHING})*",
    "steps": "/".join([f"(!{NOTHING}|^!{NOTHING})"] * 12),
    "optional-steps": "/".join([f"(!{NOTHING}|^!{NOTHING})?"] * 20),
}
ENDS = {
    "pairs": "?s {0} ?o",
    "join": "?s {0} ?o . ?o {0} ?q . ?q {0} ?s",
    "graphs": "GRAPH ?g {{ ?s {0} ?o }}",
}


def products() -> Iterator[Attack]:
    for name, form in FORMS.items():
        for width, patterns in ((2, TWO), (3, THREE), (6, SIX)):
            if width > 2 or name not in ("minus", "exists", "optional"):
                yield fixed(f"product-{name}-{width}", "products", form.format(patterns), heavy=width > 2)


def paths() -> Iterator[Attack]:
    for name, path in PATHS.items():
        for end, pattern in ENDS.items():
            text = f"SELECT (COUNT(*) AS ?n) {{ {pattern.format(path)} }}"
            yield fixed(f"path-{name}-{end}", "paths", text, heavy=end == "join")


def strings() -> Iterator[Attack]:
    """Texts that double with each step: 30 steps of a short word are more than any memory."""
    for steps in (10, 20, 25, 30, 40, 60):
        links = [f"BIND(CONCAT(?x{step},?x{step}) AS ?x{step + 1})" for step in range(steps)]
        bound = f"BIND('boom' AS ?x0) {' '.join(links)}"
        yield fixed(f"doubling-{steps}", "strings", f"SELECT (STRLEN(?x{steps}) AS ?n) {{ {bound} }}")
        yield fixed(f"doubling-whole-{steps}", "strings", f"SELECT ?x{steps} {{ {bound} }}")
    for steps in (4, 8, 16):
        grown = "'boom'"
        for _ in range(steps):
            grown = f"REPLACE({grown}, '.', '$0$0$0$0$0$0$0$0$0$0')"
        yield fixed(f"replace-grown-{steps}", "strings", f"SELECT ({grown} AS ?t) {{}}")
        tripled = f"{'ENCODE_FOR_URI(' * steps * 10}'%'{')' * steps * 10}"
        yield fixed(f"encoded-{steps * 10}", "strings", f"SELECT ({tripled} AS ?t) {{ {TWO} }}")
    for name, pattern in {
        "counted": "((a{1,200}){1,200}){1,200}",
        "classes": r"(\\p{L}{100}){100}",
        "choices": "(a|aa|aaa|aaaa)*" * 200,
        "deep": f"{'(' * 400}a{')' * 400}",
    }.items():
        text = f"SELECT (COUNT(*) AS ?n) {{ {TWO} FILTER REGEX(STR(?c0), '{pattern}') }}"
        yield fixed(f"regex-{name}", "strings", text)


def planner() -> Iterator[Attack]:
    """Many patterns: choosing their order takes longer than evaluating them."""
    for size in (50, 100, 200, 400, 600, 2000):
        yield _patterns("disjoint", "?a# ?b# ?c#", size)
        yield _patterns("star", "?a ?b# ?c#", size)
        yield _patterns("no-such-thing", f"?a# {NOTHING} ?c#", size)
        yield _patterns("optional", "OPTIONAL { ?a# ?b# ?c# }", size)


def _patterns(name: str, unit: str, size: int) -> Attack:
    joint = " " if unit.startswith("OPTIONAL") else " . "
    heavy = 100 <= size <= 600 and name == "disjoint"
    return Attack(
        f"{name}-{size}", "planner", lambda: chained("ASK { ", unit, joint, " }", size), is_heavy=heavy
    )
