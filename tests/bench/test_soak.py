"""A soak that cannot see a wrong answer would prove nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph.embedded import EmbeddedStore
from graph.named_query import Catalogue
from graph.query_guard import require_harmless
from tests.bench.growth_queries import BEGIN, END, with_table
from tests.bench.soak_judge import Answer, Judge, Tally
from tests.bench.soak_referee import answer, fingerprint
from tests.bench.soak_requests import FREE, RESULTS, Asker, Request, Things
from tests.bench.soak_watch import own_bytes

HTML = {"content-type": "text/html; charset=utf-8", "etag": '"1-a"', "x-osagraph-snapshot": "1"}
ROWS = {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "1"}}]}}


def judged(request: Request, *answers: Answer) -> list[str]:
    judge = Judge(Path(), Tally())
    for each in answers:
        judge.hear(request, each)
    return judge.tally.wrong


def page(body: str, status: int = 200, **headers: str) -> Answer:
    return Answer(status, {**HTML, **headers}, body.encode(), 0.1)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (page("<p>half a pa"), "HTML without an end"),
        (page("", 500), "status 500"),
        (page("", 503), "503 without Retry-After"),
        (page("", 304), "304 to one who has nothing"),
    ],
)
def test_each_fault_of_an_answer_is_told(answer: Answer, said: str) -> None:
    (wrong,) = judged(Request("page", "/", "/"), answer)
    assert said in wrong


def test_one_tag_with_two_bodies_is_wrong_and_with_one_is_right() -> None:
    request = Request("page", "/", "/")
    same, other = page("<html>a</html>"), page("<html>b</html>")
    assert judged(request, same, same, page("", 504)) == []
    assert len(judged(request, same, other)) == 1


def test_two_answers_by_one_snapshot_are_wrong_whatever_their_order() -> None:
    request = Request("free", "q", "/sparql?query=q", headers={"Accept": RESULTS}, reference="q")
    headers = {"content-type": RESULTS, "x-osagraph-snapshot": "1"}
    first = Answer(200, headers, json.dumps(ROWS).encode(), 0.1)
    none = {**ROWS, "results": {"bindings": []}}
    other = Answer(200, headers, json.dumps(none).encode(), 0.1)
    assert judged(request, first, first) == []
    assert judged(request, first, other) == ["GET /sparql?query=q: two answers by snapshot 1"]


def test_the_engines_own_answer_has_the_fingerprint_of_the_same_rows() -> None:
    assert answer(EmbeddedStore(), 'SELECT ("1" AS ?x) {}') == fingerprint(ROWS)


def test_each_free_query_is_harmless_and_answered() -> None:
    store = EmbeddedStore()
    for query in Catalogue.read(FREE):
        text = query.bind({})
        require_harmless(text)
        assert answer(store, text)


def test_seven_of_ten_requests_are_for_pages_and_two_for_named_queries() -> None:
    asker = Asker(Things({"state": ["https://w3id.org/osagraph/id/fiji"]}, ["boats"]), seed=1)
    kinds = [asker.next(1).kind for _ in range(1000)]
    assert [round(kinds.count(kind) / 1000, 1) for kind in ("page", "named", "free")] == [0.7, 0.2, 0.1]


def test_what_a_folder_has_for_itself_are_the_files_without_a_name_elsewhere(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    (one / "shared").write_bytes(b"x" * 5000)
    (two / "shared").hardlink_to(one / "shared")
    assert own_bytes(two) == 0
    (two / "own").write_bytes(b"x" * 5000)
    assert own_bytes(two) == (two / "own").stat().st_blocks * 512 > 0


def test_a_table_takes_the_place_of_the_former_one_in_a_page() -> None:
    page = f"head\n{BEGIN}\nold\n{END}\ntail\n"
    assert with_table(page, "new") == f"head\n{BEGIN}\nnew\n{END}\ntail\n"
