"""The rules of CONTRIBUTING.md that a parser can check: who imports whom, what lives where, how long it is.

Each rule is a function from one parsed module to the offences in it, and is tried on a planted offence too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PERMITTED: Mapping[str, frozenset[str]] = {
    "ontology": frozenset(),
    "graph": frozenset({"ontology"}),
    "loaders": frozenset({"graph", "ontology"}),
    "web": frozenset({"graph", "ontology"}),
    "server": frozenset({"graph", "loaders", "ontology", "web"}),
}
CLOSED = frozenset({"queries", "tests"})  # neither holds anything that a room may import
CONFINED = {
    "pyoxigraph.Store": ("graph/embedded.py",),
    "flask": ("web/", "server.py"),
    "owlready2": ("graph/reasoning.py",),
    "pyshacl": ("graph/validation_",),
    # One module opens connections to other servers, so that one place decides who may be called. The engine
    # of a remote store is no stranger's choice: whoever runs osagraph names it.
    "httpx": ("graph/outbound", "graph/remote_client.py"),
    **dict.fromkeys(("httpcore", "requests", "urllib3", "aiohttp"), ("graph/outbound",)),
    **dict.fromkeys(("urllib.request", "http.client", "ftplib", "smtplib", "telnetlib"), ("graph/outbound",)),
    "socket.getaddrinfo": ("graph/outbound",),
    "socket.gethostbyname": ("graph/outbound",),
    "asyncio.open_connection": ("graph/outbound",),
    # The server asks itself whether it is there yet.
    "socket.create_connection": ("graph/outbound", "server.py"),
    # The one ends the connections of clients that have left, which are sockets by number; the other listens.
    "socket.AF_INET": ("graph/outbound", "web/streaming.py", "graph/listening.py"),
    "socket.AF_INET6": ("graph/outbound", "web/streaming.py", "graph/listening.py"),
}
VAGUE_NAMES = frozenset({"common", "helper", "helpers", "misc", "util", "utils"})
MAXIMUM_FILE_LINES = 500
MAXIMUM_FUNCTION_LINES = 60
SPARQL = re.compile(r"\b(select|ask|construct|describe|insert|delete)\b[^{}]*\{", re.IGNORECASE)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file: its path below the root, its syntax tree and its length."""

    path: str
    tree: ast.Module
    line_count: int

    @cached_property
    def nodes(self) -> Sequence[ast.AST]:
        """All of the tree: most rules go through it."""
        return tuple(ast.walk(self.tree))

    @property
    def room(self) -> str:
        return self.name.split(".")[0]

    @property
    def name(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def package(self) -> list[str]:
        parts = self.name.split(".")
        return parts if self.path.endswith("/__init__.py") else parts[:-1]


# Each rule looks at all modules.
@cache
def parse(path: str, source: str) -> Module:
    return Module(path, ast.parse(source, path), len(source.splitlines()))


def read_modules(*folders: str) -> list[Module]:
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    files += [ROOT / "server.py"] if (ROOT / "server.py").exists() else []
    return [parse(file.relative_to(ROOT).as_posix(), file.read_text("utf-8")) for file in files]


def functions(module: Module) -> Iterator[Function]:
    return (node for node in module.nodes if isinstance(node, Function))


def imported_names(module: Module) -> Iterator[str]:
    """Every imported name in full, `from a import b` as `a.b`; at any depth, for type checkers alone too."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.package[: len(module.package) - node.level + 1] if node.level else []
            origin = [*above, *([node.module] if node.module else [])]
            yield from (".".join([*origin, alias.name]) for alias in node.names)


def names_in_use(module: Module) -> Iterator[str]:
    """The imported names, and what is read from an imported module (`import a as b; b.c` gives `a.c`)."""
    yield from imported_names(module)
    nodes = module.nodes
    aliases = [alias for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    modules = {alias.asname or alias.name: alias.name for alias in aliases}
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield f"{modules[node.value.id]}.{node.attr}"


def forbidden_rooms(module: Module) -> Iterator[str]:
    imported = {name.split(".")[0] for name in imported_names(module)} & (PERMITTED.keys() | CLOSED)
    yield from sorted(imported - PERMITTED[module.room] - {module.room})


def confined_names(module: Module) -> Iterator[str]:
    used = {f"{name}." for name in names_in_use(module)}
    for confined, homes in CONFINED.items():
        wildcard = f"{confined.rpartition('.')[0]}.*."
        is_used = any(name.startswith(f"{confined}.") or name == wildcard for name in used)
        if is_used and not module.path.startswith(homes):
            yield confined


def late_imports(module: Module) -> Iterator[str]:
    for function in functions(module):
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function)):
            yield function.name


def excess_length(module: Module) -> Iterator[str]:
    if module.line_count > MAXIMUM_FILE_LINES:
        yield f"{module.line_count} lines"
    for function in functions(module):
        line_count = (function.end_lineno or function.lineno) - function.lineno + 1
        if line_count > MAXIMUM_FUNCTION_LINES:
            yield f"{function.name}: {line_count} lines"


def vague_name(module: Module) -> Iterator[str]:
    yield from sorted(VAGUE_NAMES.intersection(module.name.split(".")))


def not_judged_alone(module: Module) -> set[ast.expr]:
    """Docstrings, which are words for people and may quote a query, and the parts of f-strings."""
    nodes = module.nodes
    docstrings = {node.value for node in nodes if isinstance(node, ast.Expr)}
    return docstrings.union(*(node.values for node in nodes if isinstance(node, ast.JoinedStr)))


def text_of(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(text_of(part) if isinstance(part, ast.Constant) else "_" for part in node.values)


def embedded_sparql(module: Module) -> Iterator[str]:
    """Where a string that reads like SPARQL goes on for more than one line of the source."""
    skipped = not_judged_alone(module)
    for node in module.nodes:
        if isinstance(node, ast.Constant | ast.JoinedStr) and node not in skipped:
            is_long = (node.end_lineno or node.lineno) > node.lineno
            if is_long and SPARQL.search(text_of(node)):
                yield f"line {node.lineno}"


def import_cycle(modules: Iterable[Module]) -> list[str]:
    """The modules of one import cycle, or nothing."""
    known = {module.name: module for module in modules}
    dependencies = {name: known_targets(module, known.keys()) for name, module in known.items()}
    try:
        TopologicalSorter(dependencies).prepare()
    except CycleError as error:
        return sorted(set(error.args[1]))
    return []


def known_targets(module: Module, known: Iterable[str]) -> set[str]:
    """The modules that the imports of `module` lead to: for each name, the longest that is a module."""
    targets = set()
    for imported in imported_names(module):
        targets.add(
            max((name for name in known if f"{imported}.".startswith(f"{name}.")), key=len, default="")
        )
    return targets - {"", module.name}


Rule = Callable[[Module], Iterator[str]]
RULES_OF_THE_ROOMS: tuple[Rule, ...] = (forbidden_rooms, confined_names)
RULES_OF_ALL_CODE: tuple[Rule, ...] = (late_imports, excess_length, vague_name, embedded_sparql)


def offences(rule: Rule, modules: Iterable[Module]) -> dict[str, list[str]]:
    found = {module.path: list(rule(module)) for module in modules}
    return {path: details for path, details in found.items() if details}


@pytest.mark.parametrize("rule", RULES_OF_THE_ROOMS)
def test_no_room_reaches_for_what_is_not_its_own(rule: Rule) -> None:
    assert offences(rule, read_modules("ontology", "graph", "loaders", "web")) == {}


@pytest.mark.parametrize("rule", RULES_OF_ALL_CODE)
def test_all_code_and_its_tests_keep_the_rule(rule: Rule) -> None:
    assert offences(rule, read_modules("ontology", "graph", "loaders", "web", "tests")) == {}


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert import_cycle(read_modules("ontology", "graph", "loaders", "web")) == []


def test_queries_hold_no_python() -> None:
    assert list((ROOT / "queries").rglob("*.py")) == []


LONG_FUNCTION = "def work():\n" + "    pass\n" * MAXIMUM_FUNCTION_LINES


@pytest.mark.parametrize(
    ("rule", "path", "source", "offence"),
    [
        (forbidden_rooms, "graph/store.py", "import server", "server"),
        (forbidden_rooms, "graph/store.py", "from loaders.tables import TableLoader", "loaders"),
        (forbidden_rooms, "loaders/rdf.py", "from web import pages", "web"),
        (forbidden_rooms, "web/pages.py", "import loaders.rdf as rdf", "loaders"),
        (forbidden_rooms, "ontology/vocabulary.py", "def f():\n    from graph import errors", "graph"),
        (forbidden_rooms, "server.py", "from tests import data", "tests"),
        (confined_names, "graph/claims.py", "from pyoxigraph import Literal, Store", "pyoxigraph.Store"),
        (confined_names, "graph/claims.py", "import pyoxigraph\npyoxigraph.Store()", "pyoxigraph.Store"),
        (confined_names, "loaders/rdf.py", "import pyoxigraph as ox\nox.Store('data')", "pyoxigraph.Store"),
        (confined_names, "loaders/rdf.py", "from pyoxigraph import *", "pyoxigraph.Store"),
        (confined_names, "graph/readers.py", "from flask import Response", "flask"),
        (confined_names, "web/pages.py", "import owlready2", "owlready2"),
        (confined_names, "loaders/link.py", "import httpcore", "httpcore"),
        (confined_names, "loaders/link.py", "from urllib.request import urlopen", "urllib.request"),
        (confined_names, "loaders/link.py", "from urllib import request", "urllib.request"),
        (confined_names, "web/pages.py", "import http.client", "http.client"),
        (confined_names, "graph/links.py", "import socket as s\ns.socket(s.AF_INET)", "socket.AF_INET"),
        (confined_names, "web/pages.py", "from socket import create_connection", "socket.create_connection"),
        (late_imports, "web/pages.py", "def show():\n    import json", "show"),
        (excess_length, "web/pages.py", "\n" * 501, "501 lines"),
        (excess_length, "web/pages.py", LONG_FUNCTION, "work: 61 lines"),
        (vague_name, "graph/utils.py", "", "utils"),
        (vague_name, "graph/common/__init__.py", "", "common"),
        (embedded_sparql, "web/pages.py", "Q = '''SELECT *\nWHERE { ?s ?p ?o }'''", "line 1"),
        (embedded_sparql, "web/pages.py", "q = ('ASK '\n     '{ ?s ?p ?o }')", "line 1"),
        (embedded_sparql, "web/pages.py", "q = f'''insert data\n{{ {s} a {c} }}'''", "line 1"),
    ],
)
def test_each_rule_finds_a_planted_offence(rule: Rule, path: str, source: str, offence: str) -> None:
    assert list(rule(parse(path, source))) == [offence]


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [
        (forbidden_rooms, "graph/store.py", "import ontology.namespaces\nfrom graph import errors"),
        (forbidden_rooms, "server.py", "import graph, loaders, ontology, web, flask"),
        (confined_names, "graph/embedded.py", "from pyoxigraph import Store"),
        (confined_names, "web/app.py", "from pyoxigraph import NamedNode\nfrom flask import Flask"),
        (confined_names, "loaders/rdf.py", "from graph.store import Store"),
        (embedded_sparql, "web/pages.py", '"""Pages.\n\n    SELECT * { ?s ?p ?o }\n"""'),
        (embedded_sparql, "web/pages.py", "q = 'ASK { ?s ?p ?o }'"),
    ],
)
def test_no_rule_objects_to_what_is_permitted(rule: Rule, path: str, source: str) -> None:
    assert list(rule(parse(path, source))) == []


def test_an_import_cycle_is_found_through_relative_imports_too() -> None:
    modules = [
        parse("graph/__init__.py", ""),
        parse("graph/facts.py", "from . import claims"),
        parse("graph/claims.py", "from .views import View"),
        parse("graph/views.py", "import graph.facts"),
        parse("graph/errors.py", ""),
    ]
    assert import_cycle(modules) == ["graph.claims", "graph.facts", "graph.views"]
    assert import_cycle(modules[:3]) == []
