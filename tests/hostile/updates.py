"""Updates that write products, delete without end, or are long; where they can, into a user's graph."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tests.hostile.attack import Attack, chained, fixed
from tests.hostile.nesting import GRAPH
from tests.hostile.products import NOTHING, SIX, THREE, TWO

ALL = "?s ?p ?o . GRAPH ?g { ?a ?b ?c }"
INTO = f"GRAPH {GRAPH}"
ANYTHING = f"(!{NOTHING}|^!{NOTHING})*"
DOUBLED = " ".join(f"BIND(CONCAT(?x{step},?x{step}) AS ?x{step + 1})" for step in range(40))
LEFT, RIGHT, TEXT = (f"{INTO} {{ {triple} }}" for triple in ("?a0 ?b0 ?c0", "?a1 ?b1 ?c1", "?a0 <a:b> ?t"))
JOINED = f"{{ SELECT (GROUP_CONCAT(STR(?c1)) AS ?t) {{ {THREE} }} }}"
HEAVY = {
    "insert-product-2": f"INSERT {{ {INTO} {{ ?a0 ?b0 ?c1 }} }} WHERE {{ {TWO} }}",
    "insert-product-3": f"INSERT {{ {INTO} {{ ?a0 ?b1 ?c2 }} }} WHERE {{ {THREE} }}",
    "insert-product-6": f"INSERT {{ {INTO} {{ ?a0 ?b1 ?c2 }} }} WHERE {{ {SIX} }}",
    "insert-blank-nodes": f"INSERT {{ {INTO} {{ [] ?b0 [ ?b1 ?c1 ] }} }} WHERE {{ {TWO} }}",
    "insert-group-concat": f"INSERT {{ {INTO} {{ <a:a> <a:b> ?t }} }} WHERE {{ {JOINED} }}",
    "insert-doubled": f"INSERT {{ {INTO} {{ <a:a> <a:b> ?x40 }} }} WHERE {{ BIND('boom' AS ?x0) {DOUBLED} }}",
    "insert-path": f"INSERT {{ {INTO} {{ ?s <a:reaches> ?o }} }} WHERE {{ ?s {ANYTHING} ?o }}",
    "insert-ordered": f"INSERT {{ {INTO} {{ ?a0 ?b0 ?c1 }} }} WHERE {{ SELECT * {{ {TWO} }} ORDER BY ?c1 }}",
    "delete-product-2": f"DELETE {{ {INTO} {{ ?a0 ?b0 ?c1 }} }} WHERE {{ {TWO} }}",
    "delete-product-3": f"DELETE {{ {INTO} {{ ?a0 ?b1 ?c2 }} }} WHERE {{ {THREE} }}",
    "delete-insert-product": f"DELETE {{ {LEFT} }} INSERT {{ {RIGHT} }} WHERE {{ {THREE} }}",
    "delete-insert-group-concat": f"DELETE {{ {LEFT} }} INSERT {{ {TEXT} }} WHERE {{ ?a0 ?b0 ?c0 {JOINED} }}",
    "graphs-of-a-product": f"INSERT {{ GRAPH ?a0 {{ ?a1 ?b1 ?c1 }} }} WHERE {{ {TWO} FILTER(ISIRI(?a0)) }}",
    "using-every-graph": f"INSERT {{ {INTO} {{ ?a0 ?b1 ?c0 }} }} WHERE {{ GRAPH ?g {{ {TWO} }} }}",
    "modify-with": f"WITH {GRAPH} DELETE {{ ?a0 ?b0 ?c0 }} INSERT {{ ?a1 ?b0 ?c0 }} WHERE {{ {THREE} }}",
}
# These succeed in some modes, and would leave little for the attacks behind them.
DESTRUCTIVE = {
    "delete-where-2": f"DELETE WHERE {{ {TWO} }}",
    "delete-where-3": f"DELETE WHERE {{ {THREE} }}",
    "delete-where-graphs": f"DELETE WHERE {{ GRAPH ?g {{ {TWO} }} }}",
    "delete-everything": f"DELETE {{ {ALL} }} WHERE {{ {ALL} }}",
    "move-default": f"MOVE DEFAULT TO {GRAPH}",
    "copy-nothing": f"COPY {GRAPH} TO DEFAULT",
    "clear-named": "CLEAR NAMED",
    "clear-default": "CLEAR DEFAULT",
    "drop-all": "DROP ALL",
}
CHAINS = {
    "insert-data": (f"INSERT DATA {{ {INTO} {{ ", "<a:s#> <a:p> #", " . ", " } }"),
    "delete-data": (f"DELETE DATA {{ {INTO} {{ ", "<a:s#> <a:p> #", " . ", " } }"),
    "operations": ("", f"INSERT DATA {{ {INTO} {{ <a:s> <a:p> # }} }}", " ; ", ""),
    "modifications": ("", f"INSERT {{ {INTO} {{ <a:s> <a:p> # }} }} WHERE {{ ?s ?p ?o }}", " ; ", ""),
    "copies": ("", f"COPY {GRAPH} TO <https://w3id.org/osagraph/graph/user/copy#>", " ; ", ""),
    "creations": ("", "CREATE GRAPH <https://w3id.org/osagraph/graph/user/new#>", " ; ", ""),
    "graph-blocks": (
        "INSERT DATA { ",
        "GRAPH <https://w3id.org/osagraph/graph/user/g#> { <a:s> <a:p> 1 }",
        " ",
        " }",
    ),
    "semicolons": ("INSERT DATA {}", ";", "", ""),
    "prefixes": ("", "PREFIX p#: <http://example.org/>", " ", " INSERT DATA {}"),
    "patterns": (f"INSERT {{ {INTO} {{ ?a0 ?b0 ?c0 }} }} WHERE {{ ", "?a# ?b# ?c#", " . ", " }"),
}


def updates() -> Iterator[Attack]:
    for name, text in HEAVY.items():
        yield fixed(f"update-{name}", "updates", text, heavy=True, operation="update")
    for name, chain in CHAINS.items():
        for length in (100, 1_000, 10_000, 100_000):
            make = partial(chained, *chain, length)
            # Each modification writes anew for every triple that is there.
            heavy = name == "modifications" or length == 100_000
            yield Attack(f"update-chain-{name}-{length}", "update-chains", make, "update", heavy)


def destruction() -> Iterator[Attack]:
    """What goes last."""
    for name, text in DESTRUCTIVE.items():
        yield Attack(f"update-{name}", "update-destruction", partial(str, text), "update", True, True)
