"""Asking Wikidata: patience where it asks for some, a cache, and a clear error for all else it answers."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from graph.errors import OutboundFailedError
from graph.outbound import Reply, Request
from loaders.exchanges import Exchanges
from loaders.link_candidates import Candidate
from loaders.wikidata_client import API, RECONCILIATION, WikidataClient

NOON = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
WEEK = datetime.timedelta(days=7)
FOUND = {"search": [{"id": "Q17", "label": "Japan"}, {"id": "P17"}, {"id": "Q148"}]}


def reply(body: object, status: int = 200, **headers: str) -> Reply:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, data)


class Script:
    """Answers in turn, the last one for ever, and notes what was asked."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.asked: list[Request] = []

    def fetch(self, request: Request, deadline_seconds: float = 0, largest_bytes: int = 0) -> Reply:
        self.asked.append(request)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def parameters(self, place: int) -> Mapping[str, str]:
        query = urlsplit(self.asked[place].url).query
        return {name: values[0] for name, values in parse_qs(query).items()}


Make = Callable[..., WikidataClient]


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def make(tmp_path: Path, pauses: list[float]) -> Make:
    """Makes a client of a script, with a cache of its own unless another folder is given."""

    def made(
        script: Script, folder: Path | None = None, *, offline: bool = False, days: int = 0
    ) -> WikidataClient:
        def clock() -> datetime.datetime:
            return NOON + datetime.timedelta(days=days)

        exchanges = Exchanges(folder or tmp_path / "cache", clock, WEEK, is_offline=offline)
        return WikidataClient(script, exchanges, pauses.append, clock)

    return made


def test_a_search_gives_items_in_order_and_says_what_it_wants(make: Make) -> None:
    script = Script(reply(FOUND))
    assert make(script).search("日本 & co", "ja") == ["Q17", "Q148"]
    (request,) = script.asked
    assert (request.method, request.url.startswith(f"{API}?")) == ("GET", True)
    assert script.parameters(0) == {
        "action": "wbsearchentities",
        "search": "日本 & co",
        "language": "ja",
        "uselang": "ja",
        "type": "item",
        "limit": "7",
        "format": "json",
        "formatversion": "2",
        "maxlag": "5",
    }


def test_entities_are_asked_for_fifty_at_a_time_and_come_in_the_order_asked(make: Make) -> None:
    entities = {f"Q{n}": {"id": f"Q{n}"} for n in range(1, 61)}
    script = Script(reply({"entities": entities}))
    found = make(script).candidates([f"Q{n}" for n in (*range(60, 0, -1), 60, 999)])
    assert [each.item for each in found] == [f"Q{n}" for n in range(60, 0, -1)]
    assert [len(script.parameters(place)["ids"].split("|")) for place in (0, 1)] == [50, 11]


def test_an_item_that_was_merged_is_found_under_its_new_number(make: Make) -> None:
    script = Script(reply({"entities": {"Q5": {"id": "Q5"}, "Q7": {"id": "Q7", "missing": ""}}}))
    assert make(script).candidates(["Q4", "Q7"]) == [Candidate("Q5")]


def test_classes_above_are_asked_for_once(make: Make) -> None:
    value = {"snaktype": "value", "datavalue": {"value": {"id": "Q43229"}}}
    entity = {"id": "Q4508", "claims": {"P279": [{"mainsnak": value, "rank": "normal"}]}}
    script = Script(reply({"entities": {"Q4508": entity}}))
    client = make(script)
    assert client.above(["Q4508"]) == {"Q4508": ("Q43229",)}
    assert client.above(["Q4508"]) == {"Q4508": ("Q43229",)}
    assert len(script.asked) == 1


def test_the_reconciliation_service_is_sent_a_form(make: Make) -> None:
    results = {"q0": {"result": [{"id": "Q17", "score": 100}]}, "q1": {"result": []}}
    script = Script(reply(results))
    assert make(script).reconcile(["日本", "x"]) == [["Q17"], []]
    (request,) = script.asked
    assert (request.method, request.url) == ("POST", RECONCILIATION)
    (queries,) = parse_qs(request.body.decode())["queries"]
    assert json.loads(queries) == {"q0": {"query": "日本", "limit": 7}, "q1": {"query": "x", "limit": 7}}


@pytest.mark.parametrize(
    ("busy", "pause"),
    [
        (reply(b"", 429, retry_after="17"), 17.0),
        (reply(b"", 429), 1.0),
        (reply(b"<html>", 503, retry_after="Sun, 22 Nov 2026 12:00:30 GMT"), 30.0),
        (reply(b"", 502, retry_after="soon"), 1.0),
        (reply({"error": {"code": "maxlag", "lag": 9}}, retry_after="5"), 5.0),
        (reply({"error": {"code": "ratelimited"}}), 1.0),
    ],
)
def test_a_busy_server_is_given_the_time_that_it_asks_for(
    busy: Reply, pause: float, make: Make, pauses: list[float]
) -> None:
    script = Script(busy, reply(FOUND))
    assert make(script).search("Japan", "en") == ["Q17", "Q148"]
    assert pauses == [pause]


def test_pauses_grow_and_end(make: Make, pauses: list[float]) -> None:
    script = Script(reply(b"", 503))
    with pytest.raises(OutboundFailedError, match="busy: 5 times it asked to come back later"):
        make(script).search("Japan", "en")
    assert (len(script.asked), pauses) == (5, [1.0, 2.0, 4.0, 8.0])


def test_nobody_waits_an_hour_at_a_prompt(make: Make, pauses: list[float]) -> None:
    script = Script(reply(b"", 429, retry_after="3600"))
    with pytest.raises(OutboundFailedError, match="asks to come back in 3600 seconds"):
        make(script).search("Japan", "en")
    assert pauses == []


DEEP = b'{"search":' + b"[" * 100_000


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (reply(b"<html>Sorry</html>"), "something else than JSON, or not all of it"),
        (reply(b'{"search": [{"id": "Q1'), "something else than JSON, or not all of it"),
        (reply(b"\xff\xfe"), "something else than JSON, or not all of it"),
        (reply(DEEP), "something else than JSON, or not all of it"),
        (reply(b'{"search": ' + b"9" * 5000 + b"}"), "something else than JSON, or not all of it"),
        (reply([1]), "JSON that is no object"),
        (reply({}), "no list of hits"),
        (reply({"search": {"id": "Q17"}}), "no list of hits"),
        (reply({"search": ["Q17"]}), "a hit without an id"),
        (reply({"error": {"code": "badvalue\x1b[31m"}}), "the error 'badvalue"),
        (reply({"error": "no"}), "the error 'without a code'"),
        (reply(b"", 404), "status 404"),
        (reply(b"", 302, location="http://127.0.0.1/"), "status 302"),
    ],
)
def test_whatever_else_comes_back_ends_in_one_sentence_and_is_not_kept(
    answer: Reply, what: str, make: Make, tmp_path: Path
) -> None:
    with pytest.raises(OutboundFailedError) as caught:
        make(Script(answer)).search("Japan", "en")
    assert f"www.wikidata.org answered with {what}" in str(caught.value)
    assert str(caught.value).isprintable()
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    "entities", [[], {"Q1": []}, {"Q1": {"id": 1}}, {"Q1": {"id": "Q1", "labels": {"en": []}}}]
)
def test_entities_of_another_shape_are_refused(entities: object, make: Make) -> None:
    with pytest.raises(OutboundFailedError, match=r"www\.wikidata\.org answered with"):
        make(Script(reply({"entities": entities}))).candidates(["Q1"])


@pytest.mark.parametrize("answer", [{}, {"q0": []}, {"q0": {}}, {"q0": {"result": [{}]}}])
def test_answers_of_the_reconciliation_service_are_not_believed(answer: object, make: Make) -> None:
    with pytest.raises(OutboundFailedError, match=r"wikidata\.reconci\.link answered with"):
        make(Script(reply(answer))).reconcile(["Japan"])


def test_what_was_asked_is_not_asked_again_for_a_week(make: Make) -> None:
    first, second = Script(reply(FOUND)), Script(reply({"search": []}))
    make(first).search("Japan", "en")
    assert make(second, days=6).search("Japan", "en") == ["Q17", "Q148"]
    assert second.asked == []
    assert make(second, days=8).search("Japan", "en") == []


def test_a_recording_is_played_without_any_network_however_old(make: Make) -> None:
    make(Script(reply(FOUND))).search("Japan", "en")
    nobody = Script(reply(b"", 500))
    recorded = make(nobody, offline=True, days=5000)
    assert recorded.search("Japan", "en") == ["Q17", "Q148"]
    with pytest.raises(OutboundFailedError, match="and --offline asks nobody"):
        recorded.search("France", "en")
    assert nobody.asked == []


def test_what_is_too_old_to_be_used_is_removed(make: Make, tmp_path: Path) -> None:
    client = make(Script(reply(FOUND)))
    client.search("Japan", "en")
    client.search("Fiji", "en")
    old, new = sorted((tmp_path / "cache").iterdir())
    os.utime(old, (NOON.timestamp() - 8 * 86400,) * 2)
    os.utime(new, (NOON.timestamp() - 6 * 86400,) * 2)
    make(Script(reply(FOUND)), offline=True).exchanges.forget_old()
    assert old.exists()
    client.exchanges.forget_old()
    assert list((tmp_path / "cache").iterdir()) == [new]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"asked": 1, "body": "", "at": "x"}', b"\xff"])
def test_a_damaged_exchange_is_asked_for_again(damage: bytes, make: Make, tmp_path: Path) -> None:
    make(Script(reply(FOUND))).search("Japan", "en")
    (path,) = (tmp_path / "cache").iterdir()
    path.write_bytes(damage)
    script = Script(reply(FOUND))
    assert make(script).search("Japan", "en") == ["Q17", "Q148"]
    assert len(script.asked) == 1
