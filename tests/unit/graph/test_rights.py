"""Who may write what: every set of scopes against every kind of graph, in both modes."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain, combinations
from typing import Final

import pytest

from graph.errors import AccessError, ComputedGraphError, ForbiddenError
from graph.rights import GraphKind, graph_kind, require_scope
from graph.tokens import Token

BASE: Final = "https://w3id.org/osagraph/graph/"
SCOPES: Final = ("admin", "user", "source:a", "source:b")
SCOPE_SETS: Final = tuple(chain.from_iterable(combinations(SCOPES, size) for size in range(5)))
COMPUTED: Final = (None, f"{BASE}assessments", f"{BASE}meta", f"{BASE}reference", f"{BASE}retracted/a")
SOURCES: Final = (f"{BASE}source/a", f"{BASE}source/b")
USERS: Final = (f"{BASE}user/notes", f"{BASE}user/my/notes.v2", f"{BASE}user/..x", f"{BASE}user/日本")
ELSEWHERE: Final = (
    "",
    BASE,
    f"{BASE}source",
    f"{BASE}source/",
    f"{BASE}source/a/b",
    f"{BASE}source/../meta",
    f"{BASE}source/a\n",
    f"{BASE}source/a b",
    f"{BASE}user",
    f"{BASE}user/",
    f"{BASE}user/../meta",
    f"{BASE}user/x/..",
    f"{BASE}user/./x",
    f"{BASE}user/..",
    f"{BASE}users/x",
    f"{BASE}meta/x",
    f"{BASE}META",
    "http://w3id.org/osagraph/graph/user/x",
    "HTTPS://w3id.org/osagraph/graph/user/x",
    "https://w3id.org/osagraph/id/osa",
    "http://example.org/g",
)
GRAPHS: Final = (*COMPUTED, *SOURCES, *USERS, *ELSEWHERE)

# What every set of scopes may do in product mode, written out: not computed as the code computes it.
# The columns: source a, source b, a user graph; then the same with a source's description among the changes.
ALLOWED: Final = {
    (): "--- ---",
    ("admin",): "abu abu",
    ("user",): "--u ---",
    ("source:a",): "a-- ---",
    ("source:b",): "-b- ---",
    ("admin", "user"): "abu abu",
    ("admin", "source:a"): "abu abu",
    ("admin", "source:b"): "abu abu",
    ("user", "source:a"): "a-u ---",
    ("user", "source:b"): "-bu ---",
    ("source:a", "source:b"): "ab- ---",
    ("admin", "user", "source:a"): "abu abu",
    ("admin", "user", "source:b"): "abu abu",
    ("admin", "source:a", "source:b"): "abu abu",
    ("user", "source:a", "source:b"): "abu ---",
    SCOPES: "abu abu",
}


def outcome(
    scopes: tuple[str, ...], graph: str | None, raw: bool, describes: bool
) -> type[AccessError] | None:
    token = Token("somebody", frozenset(scopes), datetime(2026, 11, 1, tzinfo=UTC))
    try:
        token.require_write(graph, raw, describes_source=describes)
    except AccessError as error:
        return type(error)
    return None


@pytest.mark.parametrize("describes", [False, True])
@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("scopes", SCOPE_SETS)
def test_a_plain_dataset_is_written_by_administrators_alone(
    scopes: tuple[str, ...], graph: str | None, describes: bool
) -> None:
    expected = None if "admin" in scopes else ForbiddenError
    assert outcome(scopes, graph, True, describes) is expected


@pytest.mark.parametrize("describes", [False, True])
@pytest.mark.parametrize("graph", COMPUTED)
@pytest.mark.parametrize("scopes", SCOPE_SETS)
def test_a_computed_graph_is_written_by_nobody(
    scopes: tuple[str, ...], graph: str | None, describes: bool
) -> None:
    assert outcome(scopes, graph, False, describes) is ComputedGraphError


@pytest.mark.parametrize("describes", [False, True])
@pytest.mark.parametrize("graph", ELSEWHERE)
@pytest.mark.parametrize("scopes", SCOPE_SETS)
def test_a_graph_that_is_none_of_ours_is_refused_to_everybody(
    scopes: tuple[str, ...], graph: str, describes: bool
) -> None:
    assert outcome(scopes, graph, False, describes) is ForbiddenError


@pytest.mark.parametrize("scopes", SCOPE_SETS)
def test_source_and_user_graphs_need_their_scope_and_a_description_needs_admin(
    scopes: tuple[str, ...],
) -> None:
    plain, describing = ALLOWED[scopes].split()
    for describes, allowed in ((False, plain), (True, describing)):
        for letter, graphs in (("a", SOURCES[:1]), ("b", SOURCES[1:]), ("u", USERS)):
            expected = None if letter in allowed else ForbiddenError
            assert {outcome(scopes, graph, False, describes) for graph in graphs} == {expected}


def test_the_table_names_every_set_of_scopes() -> None:
    assert set(ALLOWED) == set(SCOPE_SETS)


@pytest.mark.parametrize(
    ("graphs", "kind"),
    [
        (COMPUTED, GraphKind.COMPUTED),
        (SOURCES, GraphKind.SOURCE),
        (USERS, GraphKind.USER),
        (ELSEWHERE, GraphKind.ELSEWHERE),
    ],
)
def test_each_graph_is_of_one_kind(graphs: tuple[str | None, ...], kind: GraphKind) -> None:
    assert {graph_kind(graph) for graph in graphs} == {kind}


@pytest.mark.parametrize(
    ("graph", "raw", "describes", "sentence"),
    [
        (
            None,
            False,
            False,
            "The default graph is computed from the claims and never written. "
            "Write to the graph of a source, and it follows.",
        ),
        (
            f"{BASE}retracted/a",
            False,
            False,
            f"The graph {BASE}retracted/a keeps what a retracted source said, and is never written.",
        ),
        (
            "http://example.org/g",
            False,
            False,
            f"The graph http://example.org/g is no graph for writing. Write to {BASE}source/ID or "
            f"{BASE}user/NAME.",
        ),
        (
            f"{BASE}source/b",
            False,
            False,
            f"The graph {BASE}source/b needs a token with the scope source:b or admin.",
        ),
        (
            f"{BASE}source/a",
            False,
            True,
            "A source's description decides what its voice counts: "
            "writing needs a token with the scope admin.",
        ),
        (None, True, False, "This server is a plain dataset: writing needs a token with the scope admin."),
    ],
)
def test_a_refusal_says_what_would_be_allowed(
    graph: str | None, raw: bool, describes: bool, sentence: str
) -> None:
    token = Token("somebody", frozenset({"source:a"}), datetime(2026, 11, 1, tzinfo=UTC))
    with pytest.raises(AccessError) as caught:
        token.require_write(graph, raw, describes)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("scope", ["admin", "user", "source:seed-002-news", "source:A.b_c-9"])
def test_scopes_that_there_are(scope: str) -> None:
    require_scope(scope)


@pytest.mark.parametrize(
    "scope", ["", "Admin", "root", "user/notes", "source:", "source:../meta", "source:a/b", "source:a\n", "*"]
)
def test_scopes_that_there_are_not(scope: str) -> None:
    with pytest.raises(ValueError, match=r"is no scope\. Use admin, user, or source:ID"):
        require_scope(scope)
