"""Answers every competency question over the shipped tables and compares with the expected answer.

There is no case in this file: a question is a pair of files in `queries/competency/`, explained in
`queries/README.md`. What asks Wikidata asks a server of ours that plays it.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolution, QuerySolutions, parse_query_results

from graph.embedded import EmbeddedStore
from graph.federation import federated
from graph.named_query import read_query
from graph.outbound import Outbound, Policy
from graph.service_clauses import WIKIDATA
from graph.service_client import ServiceClient
from tests.competency.wikidata import PlayedWikidata

ROOT = Path(__file__).parents[2]
QUESTIONS = ROOT / "queries" / "competency"
FILES = sorted(QUESTIONS.glob("*.rq"))
NUMBERS = frozenset(f"CQ{number:02d}" for number in range(1, 61))

Row = tuple[str, ...]
Answer = tuple[Row, list[Row]] | bool


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_question_has_exactly_the_expected_answer(
    path: Path, shipped_store: EmbeddedStore, wikidata: PlayedWikidata
) -> None:
    expected_file = path.with_suffix(".srj")
    assert expected_file.exists(), f"{path.name} has no expected answer"
    query = read_query(path)
    client = ServiceClient(Outbound(Policy.of([wikidata.address])))
    text = federated(query.bind({}), {WIKIDATA: wikidata.address}, client.ask)
    results = shipped_store.query(text)
    assert isinstance(results, QuerySolutions | QueryBoolean), f"{path.name} is neither SELECT nor ASK"
    expected = parse_query_results(path=str(expected_file), format=QueryResultsFormat.JSON)
    found, wanted = answer(results), answer(expected)
    if is_ordered(query.text) or isinstance(found, bool) or isinstance(wanted, bool):
        assert found == wanted
    else:
        assert (found[0], Counter(found[1])) == (wanted[0], Counter(wanted[1]))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_file_name_of_a_question_gives_the_number_in_its_header(path: Path) -> None:
    assert [path.name[:5].upper()] == [answered.upper() for answered in read_query(path).answers]


def test_every_question_is_either_answered_or_waiting() -> None:
    answered, waiting = answered_questions(), waiting_questions()
    assert repeated(answered) == repeated(waiting) == []
    assert set(answered) | set(waiting) == NUMBERS
    assert set(answered) & set(waiting) == set()


def test_every_expected_answer_belongs_to_a_question() -> None:
    assert {path.stem for path in QUESTIONS.glob("*.srj")} == {path.stem for path in FILES}


def answer(results: QuerySolutions | QueryBoolean) -> Answer:
    """The variables and rows of a result, or the answer of an ASK; an unbound place is an empty text."""
    if isinstance(results, QueryBoolean):
        return bool(results)
    variables = tuple(variable.value for variable in results.variables)
    return variables, [_row(solution, variables) for solution in results]


def _row(solution: QuerySolution, variables: Sequence[str]) -> Row:
    terms = (solution[name] for name in variables)
    return tuple("" if term is None else str(term) for term in terms)


def is_ordered(text: str) -> bool:
    """Whether the query itself, its comments aside, asks for an order."""
    return bool(re.search(r"^\s*ORDER\s+BY\b", text, re.IGNORECASE | re.MULTILINE))


def answered_questions() -> list[str]:
    return [path.name[:5].upper().replace("-", "") for path in FILES]


def waiting_questions() -> list[str]:
    """The questions that cannot be answered yet; each says what it waits for."""
    with (QUESTIONS / "waiting.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["waits_for"] for row in rows)
    return [row["question"].replace("-", "") for row in rows]


def repeated(questions: Sequence[str]) -> list[str]:
    return [question for question, count in Counter(questions).items() if count > 1]
