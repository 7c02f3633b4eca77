"""Views over HTTP: full datasets at paths of their own, made on demand while the server stays quick."""

from __future__ import annotations

import contextlib
import csv
import fcntl
import io
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from ontology.namespaces import RDFS, SD

COUNT = "SELECT (COUNT(?source) AS ?n) { ?source a osa:Source }"
LAST = "SELECT (MAX(STR(?issued)) AS ?last) { ?source a osa:Source ; dcterms:issued ?issued }"
VIEW = "x-osagraph-view"
AS_OF = "/as-of/2024-12-31/sparql"
CHINA = "/perspective/china-state/sparql"
BOTH = "/as-of/2024-12-31/perspective/china-state/sparql"
PAUSES, PAUSE_SECONDS = 1200, 0.05
PATIENCE = 60


def ask(client: Any, path: str, query: str = COUNT, **options: Any) -> Any:
    """The reply of a view, asked again as long as it is being made."""
    options.setdefault("headers", {"Accept": "text/csv"})
    for _ in range(PATIENCE):
        reply = client.open(path, query_string={"query": query}, **options)
        if reply.status_code != 503:
            return reply
        assert int(reply.headers["retry-after"]) >= 1
    raise AssertionError(reply.text)


def value(reply: Any) -> str:
    assert reply.status_code == 200, reply.text
    rows: list[list[str]] = list(csv.reader(io.StringIO(reply.text)))
    return rows[1][0]


@pytest.mark.parametrize(
    ("path", "sources", "told"),
    [
        (AS_OF, 84, "as-of=2024-12-27; sources=84; undated=114"),
        (CHINA, 17, "perspective=china-state; sources=17; undated=0"),
        (BOTH, 3, "as-of=2024-12-27; perspective=china-state; sources=3; undated=3"),
    ],
)
def test_a_view_answers_at_its_own_path_and_says_what_it_is(
    path: str, sources: int, told: str, client: Any
) -> None:
    reply = ask(client, path)
    assert (value(reply), reply.headers[VIEW]) == (str(sources), told)
    assert reply.headers["x-osagraph-snapshot"] == "1"
    assert VIEW in reply.headers["access-control-expose-headers"]
    assert value(ask(client, "/sparql")) == "343"
    assert VIEW not in ask(client, "/sparql").headers


def test_nothing_in_a_view_of_a_date_is_of_a_later_date(client: Any) -> None:
    assert value(ask(client, AS_OF, LAST)) == "2024-12-27"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_queries_are_sent_to_a_view_as_to_the_dataset(method: str, client: Any) -> None:
    given = {"method": method}
    if method == "POST":
        given |= {"data": COUNT, "content_type": "application/sparql-query"}
        ask(client, CHINA)
        reply = client.open(CHINA, headers={"Accept": "text/csv"}, **given)
    else:
        reply = ask(client, CHINA, **given)
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert method == "HEAD" or value(reply) == "17"


def test_an_answer_of_a_view_has_a_tag_of_its_own(client: Any) -> None:
    tags = {path: ask(client, path).headers["etag"] for path in (AS_OF, CHINA, "/sparql")}
    assert len(set(tags.values())) == 3
    again = ask(client, AS_OF, headers={"Accept": "text/csv", "If-None-Match": tags[AS_OF]})
    assert again.status_code == 304
    other = ask(client, CHINA, headers={"Accept": "text/csv", "If-None-Match": tags[AS_OF]})
    assert value(other) == "17"


def test_days_between_two_publications_share_a_view(client: Any, shipped_server: Any) -> None:
    ask(client, AS_OF)
    before = views(shipped_server.data)
    assert value(ask(client, "/as-of/2024-12-28/sparql")) == "84"
    assert views(shipped_server.data) == before


def views(data: Path) -> set[str]:
    return {path.name for path in (data / "views").iterdir() if path.name[0].isdigit()}


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/as-of/2024-13-01/sparql", 400, "expected a day of the calendar such as 2024-12-31"),
        ("/as-of/2024/sparql", 400, "a day of the calendar"),
        ("/as-of/%00/sparql", 400, "a day of the calendar"),
        ("/as-of/2999-01-01/sparql", 400, "it lies in the future"),
        ("/as-of/2001-01-01/sparql", 404, "No source was published by 2001-01-01. The first one is of 2014-"),
        ("/perspective/nobody/sparql", 404, "There are: china-state, international-press, japan-government"),
        ("/perspective/..%2F..%2Fx/sparql", 404, ""),
        ("/as-of/2024-12-31/perspective/nobody/sparql", 404, "There is no perspective 'nobody'"),
        ("/perspective/china-state/as-of/2024-12-31/sparql", 404, ""),
        ("/as-of//sparql", 404, ""),
        ("/queries/budget-by-year?as-of=x", 400, "a day of the calendar"),
        ("/queries/budget-by-year?perspective=nobody", 404, "There are: china-state"),
        ("/queries/budget-by-year?as-of=2024-01-01&as-of=2024-01-02", 400, "as-of stands more than once"),
    ],
)
def test_what_is_no_view_is_refused_with_the_reason(path: str, status: int, told: str, client: Any) -> None:
    separator = "&" if "?" in path else "?"
    for accept in ("text/csv", "text/html"):
        reply = client.get(f"{path}{separator}query=ASK%20%7B%7D", headers={"Accept": accept})
        assert reply.status_code == status
        assert told in reply.text.replace("&#39;", "'")


def test_a_view_takes_no_updates_and_says_where_to_send_them(shipped_server: Any) -> None:
    update = {"data": "CLEAR ALL", "content_type": "application/sparql-update"}
    reply = shipped_server.client("admin").post(CHINA, **update)
    assert (reply.status_code, reply.text.strip()) == (
        409,
        "A view is computed from the claims and never written. Send updates to /sparql.",
    )
    assert shipped_server.client().get(CHINA, query_string="update=CLEAR%20ALL").status_code == 405
    assert shipped_server.client().put(CHINA, data="x").status_code == 405
    assert shipped_server.client().options(CHINA).status_code == 204


def test_a_view_describes_itself_to_machines(client: Any) -> None:
    ask(client, CHINA)
    reply = client.get(CHINA, headers={"Accept": "text/turtle"})
    triples = list(parse(reply.data, RdfFormat.TURTLE))
    (endpoint,) = [t.object for t in triples if t.predicate == SD.endpoint]
    assert isinstance(endpoint, NamedNode) and endpoint.value.endswith(CHINA)
    languages = {t.object for t in triples if t.predicate == SD.supportedLanguage}
    assert languages == {SD.SPARQL11Query}
    (comment,) = [t.object.value for t in triples if t.predicate == RDFS.comment]
    assert comment == "A view: perspective=china-state; sources=17; undated=0."


def test_the_page_of_a_view_says_which_it_is_and_what_it_leaves_out(client: Any) -> None:
    page = ask(client, BOTH, headers={"Accept": "text/html"})
    assert page.status_code == 200
    for told in ("This is a view.", "2024-12-27", "3 of 343 sources count.", "3 have no date"):
        assert told in page.text
    assert "Not in: aggregators" in page.text
    assert f'action="{BOTH}"' in page.text
    assert page.headers[VIEW].startswith("as-of=2024-12-27; perspective=china-state")
    assert "This is a view." not in client.get("/sparql", headers={"Accept": "text/html"}).text


def test_a_named_query_is_asked_of_a_view(client: Any) -> None:
    path = "/queries/recipients-of-a-programme?as-of=2023-12-31"
    reply = ask_path(client, f"{path}&format=csv")
    states = {line.split(",")[0].rsplit("/", 1)[-1] for line in reply.text.splitlines()[1:]}
    assert "philippines" in states and "indonesia" not in states
    assert reply.headers[VIEW].startswith("as-of=2023-12-")
    page = ask_path(client, path, Accept="text/html").text
    assert "This is a view." in page
    assert '<input type="hidden" name="as-of" value="2023-12-31">' in page


def ask_path(client: Any, path: str, **headers: str) -> Any:
    for _ in range(PATIENCE):
        reply = client.get(path, headers=headers)
        if reply.status_code != 503:
            return reply
    raise AssertionError(reply.text)


def metrics_once_nobody_waits(client: Any) -> list[str]:
    """The metrics; a view can be read a moment before it is no longer waited for."""
    for _ in range(PAUSES):
        lines: list[str] = client.get("/metrics").text.splitlines()
        if "osagraph_views_waiting 0.0" in lines:
            return lines
        threading.Event().wait(PAUSE_SECONDS)
    raise AssertionError("views are waited for without end")


def test_what_the_metrics_tell_of_views(client: Any) -> None:
    ask(client, CHINA)
    # Others of this server's clients may have left while their views are still being made.
    lines = metrics_once_nobody_waits(client)
    (made,) = [line for line in lines if line.startswith('osagraph_views_total{outcome="ok"}')]
    assert float(made.split()[1]) >= 1


@pytest.fixture(scope="module")
def own_server(
    serving: Callable[..., contextlib.AbstractContextManager[Any]],
    shipped_server: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    """A server of its own, which believes what clients say of their addresses."""
    data = tmp_path_factory.mktemp("views") / "data"
    shutil.copytree(shipped_server.data, data, ignore=shutil.ignore_patterns("views", "*.lock", "*.sock"))
    with serving(data, "--proxy", "127.0.0.0/8") as server:
        yield server


@contextlib.contextmanager
def nothing_is_made(data: Path) -> Iterator[None]:
    """Whoever wants to make a view has to wait."""
    (data / "views").mkdir(exist_ok=True)
    with (data / "views" / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def test_one_stranger_waits_for_two_views_at_most(own_server: Any) -> None:
    client = own_server.client()
    headers = {"Accept": "text/plain", "X-Forwarded-For": "192.0.2.77"}
    with nothing_is_made(own_server.data):
        statuses = [
            client.get(f"/as-of/{day}/sparql", query_string={"query": COUNT}, headers=headers).status_code
            for day in ("2024-03-20", "2024-07-10", "2025-03-05")
        ]
    assert statuses == [503, 503, 429]
    assert ask(client, "/as-of/2024-07-10/sparql").status_code == 200


def test_ten_views_asked_for_at_once_by_strangers_leave_the_server_quick(own_server: Any) -> None:
    client = own_server.client()
    names = ("china-state", "international-press", "japan-government", "primary-sources", "recipient-press")
    paths = [f"/perspective/{name}/sparql" for name in names]
    paths += [f"/as-of/202{year}-12-31/sparql" for year in (2, 3, 4, 5)] + ["/as-of/2024-06-30/sparql"]

    def stranger(number: int) -> Any:
        headers = {"Accept": "text/plain", "X-Forwarded-For": f"192.0.2.{number}"}
        return client.get(paths[number], query_string={"query": COUNT}, headers=headers)

    metrics_once_nobody_waits(client)
    stop, other = threading.Event(), list[int]()

    def ask_something_else() -> None:
        while not stop.is_set():
            query = f"SELECT ?s {{ ?s a osa:Programme }} LIMIT {len(other)}"
            other.append(client.get("/sparql", query_string={"query": query}).status_code)

    with nothing_is_made(own_server.data), ThreadPoolExecutor(len(paths) + 1) as pool:
        asking = pool.submit(ask_something_else)
        replies = list(pool.map(stranger, range(len(paths))))
        stop.set()
        asking.result()
    assert {reply.status_code for reply in replies} == {503}
    assert all(int(reply.headers["retry-after"]) >= 1 for reply in replies)
    told = sorted("is being made. Ask again in" in reply.text for reply in replies)
    assert told == [False] * 2 + [True] * 8
    assert sum("8 views are waited for already" in reply.text for reply in replies) == 2
    # Nobody else had to wait for them.
    assert set(other) == {200} and len(other) > len(paths)
    # The queue goes on by itself.
    (first, *_) = [path for path, reply in zip(paths, replies, strict=True) if "is being made" in reply.text]
    assert ask(client, first).status_code == 200


def test_a_view_shows_what_was_written_before(own_server: Any) -> None:
    writer = own_server.client("admin")
    ask(writer, CHINA)
    text = "INSERT DATA { GRAPH graph:user/seen { id:a rdfs:label 'seen in all views' } }"
    prefixes = "PREFIX graph: <https://w3id.org/osagraph/graph/> PREFIX id: <https://w3id.org/osagraph/id/> "
    prefixes += "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
    body = prefixes + text.replace("graph:user/seen", "<https://w3id.org/osagraph/graph/user/seen>")
    written = writer.post("/sparql", data=body, content_type="application/sparql-update")
    assert written.status_code == 204
    reply = ask(writer, CHINA, "SELECT ?label { GRAPH ?g { id:a rdfs:label ?label } }")
    assert value(reply) == "seen in all views"
    assert int(reply.headers["x-osagraph-snapshot"]) >= int(written.headers["x-osagraph-snapshot"])
    current = (own_server.data / "current").read_text().strip()
    assert {name[:6] for name in views(own_server.data)} == {f"{int(current):06d}"}


def test_a_child_that_is_killed_leaves_nothing_and_the_view_is_made_again(own_server: Any) -> None:
    client = own_server.client()
    path = "/as-of/2023-06-30/sparql"
    with nothing_is_made(own_server.data):
        assert client.get(path, query_string={"query": COUNT}).status_code == 503
        (child,) = children(own_server.data)
        os.kill(child, 9)
    assert ask(client, path).status_code == 200
    assert not (own_server.data / "views" / "staging").exists()


def children(data: Path) -> list[int]:
    """The processes that make views of a data directory."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            text = line.read_bytes()
            if b"graph.view_child" in text and str(data).encode() in text:
                found.append(int(line.parent.name))
    return found


def test_a_plain_dataset_has_no_views(raw_server: Any) -> None:
    assert raw_server.client().get(CHINA, query_string={"query": "ASK {}"}).status_code == 404
