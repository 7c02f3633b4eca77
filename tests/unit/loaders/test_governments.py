"""The reviewed list of those who speak for a state's government."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions

from graph.embedded import EmbeddedStore
from graph.errors import MalformedSourceError
from graph.projection import REFERENCE
from loaders.names import read_names
from loaders.reference import reference_quads
from ontology.namespaces import ID, OSA
from ontology.vocabulary import Vocabulary

LINKS = (
    "entity_label,entity_kind,iso3166_alpha2,wikidata_qid,label_ja,evidence,confidence\n"
    "Japan,country,JP,,,x,unresolved\nThe ministry,organisation,,,,x,unresolved\n"
)
SPEAKERS = (
    "SELECT ?holder { ?holder (osa:affiliatedWith|osa:holdsOffice|osa:partOf)*/osa:speaksFor id:japan }"
)
# Neither an office-holder nor a body of one state.
OF_NO_GOVERNMENT = {"Indonesian lawmakers (Commission I)"}
OF_TWO_STATES = {"Representatives of Cambodia and Indonesia (Shangri-La Dialogue)"}


def speakers(folder: Path, vocabulary: Vocabulary) -> set[Quad]:
    quads = reference_quads(folder, read_names(folder), vocabulary, lambda table: None)
    return {quad for quad in quads if quad.predicate == OSA.speaksFor}


def test_a_row_says_who_speaks_for_whom_in_the_reference_and_among_the_facts(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    (tmp_path / "wikidata_links.csv").write_text(LINKS, encoding="utf-8")
    (tmp_path / "governments.csv").write_text("name,state,note\nThe ministry,Japan,\n", encoding="utf-8")
    said = (NamedNode(f"{ID}the-ministry"), OSA.speaksFor, ID.japan)
    assert speakers(tmp_path, vocabulary) == {Quad(*said, REFERENCE), Quad(*said, DefaultGraph())}


@pytest.mark.parametrize(("row", "column"), [("A ministry,Japan,", "name"), ("The ministry,Jpan,", "state")])
def test_a_name_that_no_table_knows_is_refused_with_its_place(
    row: str, column: str, tmp_path: Path, vocabulary: Vocabulary
) -> None:
    (tmp_path / "wikidata_links.csv").write_text(LINKS, encoding="utf-8")
    (tmp_path / "governments.csv").write_text(f"name,state,note\n{row}\n", encoding="utf-8")
    with pytest.raises(MalformedSourceError) as caught:
        speakers(tmp_path, vocabulary)
    assert (caught.value.line, caught.value.column) == (2, column)


def test_all_whom_the_tables_call_japans_government_speak_for_japan(
    shipped_store: EmbeddedStore, shipped_tables: Path
) -> None:
    results = shipped_store.query(SPEAKERS)
    assert isinstance(results, QuerySolutions)
    known = {solution["holder"] for solution in results}
    names = read_names(shipped_tables)
    said = [row["claimant"] for row in rows(shipped_tables, "positions", "claimant_kind", "government")]
    said += [
        row["publisher"]
        for row in rows(shipped_tables, "sources", "publisher_kind", "government")
        if row["publisher_country"] == "Japan"
    ]
    assert [name for name in said if names.find_person_or_body(name) not in known] == []


def test_all_whom_the_tables_call_office_holders_of_other_states_speak_for_one(
    shipped_store: EmbeddedStore, shipped_tables: Path
) -> None:
    results = shipped_store.query(SPEAKERS.replace("id:japan", "?state"))
    assert isinstance(results, QuerySolutions)
    known = {solution["holder"] for solution in results}
    names = read_names(shipped_tables)
    said = {row["claimant"] for row in rows(shipped_tables, "positions", "claimant_kind", "state")}
    unknown = {name for name in said if names.find_person_or_body(name) not in known}
    assert unknown - {"Beijing"} == OF_NO_GOVERNMENT | OF_TWO_STATES


def rows(folder: Path, table: str, column: str, value: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row[column] == value]
