"""The reviewed table of names as they are compared: for assessments, and no facts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad

from graph.errors import MalformedSourceError
from graph.projection import REFERENCE
from loaders.names import read_names
from loaders.reference import reference_quads
from ontology.namespaces import ID, OSA
from ontology.vocabulary import Vocabulary

RELATIONS = {OSA.comparedWithin, OSA.comparedAs}


def quads(folder: Path, vocabulary: Vocabulary) -> list[Quad]:
    return [
        quad
        for quad in reference_quads(folder, read_names(folder), vocabulary, lambda _: None)
        if quad.predicate in RELATIONS
    ]


def test_comparisons_stand_in_the_reference_graph_only(shipped_tables: Path, vocabulary: Vocabulary) -> None:
    found = quads(shipped_tables, vocabulary)
    assert {quad.graph_name for quad in found} == {REFERENCE} != {DefaultGraph()}
    parts = {(quad.subject, quad.predicate): quad.object for quad in found}
    assert len(parts) == len(found) == 14
    assert parts[ID.iri("takaichi-cabinet"), OSA.comparedWithin] == ID.iri("cabinet-of-japan")
    rules = NamedNode(f"{ID}transfer-guidelines-five-categories")
    assert [value for (_, predicate), value in parts.items() if predicate == OSA.comparedAs] == [rules]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("Nobody,within,Japan,", "in no table"),
        ("Japan,within,Nowhere,", "in no table"),
        ("Japan,beside,China,", "within or same_matter"),
    ],
)
def test_a_row_that_names_nothing_known_is_told_of(
    row: str, complaint: str, shipped_tables: Path, tmp_path: Path, vocabulary: Vocabulary
) -> None:
    folder = tmp_path / "tables"
    shutil.copytree(shipped_tables, folder)
    (folder / "comparisons.csv").write_text(f"name,relation,other,note\n{row}\n", encoding="utf-8")
    with pytest.raises(MalformedSourceError, match=complaint):
        quads(folder, vocabulary)
