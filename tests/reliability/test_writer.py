"""What the writer acknowledged is there, whole, whatever is killed; what it refused left no trace."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from graph.datadir import DataDirectory
from graph.errors import (
    KnowledgeGraphError,
    MalformedSourceError,
    QueryFailedError,
    QuerySyntaxError,
    QueryTimeoutError,
    StoreBusyError,
    StoreWriteError,
    UnknownResourceError,
    UpdateFailedError,
    WriterUnavailableError,
)
from graph.turn import turn
from graph.write_protocol import Document, WriteRequest
from graph.writer_client import WriterClient
from loaders.hand import HandLimits
from loaders.write_groups import Job
from loaders.writer import Waiting
from tests.reliability.soak_writer import killing
from tests.reliability.writing import Writing, losses, run_counters, until, update, writing

ROOT = Path(__file__).parents[2]
CLIENTS = 6
ROUNDS = 12
SEED = 20261122
SHORT = HandLimits(update_seconds=10, document_seconds=60, memory_bytes=768 << 20)
# What asks for too much is refused after a fraction of a second: before the deadline on a busy machine, too.
NARROW = HandLimits(update_seconds=5, memory_bytes=288 << 20)
# Doubles a text thirty times.
GREEDY = "INSERT { <http://e/a> <http://e/b> ?y30 } WHERE { BIND('0123456789' AS ?y0) "
GREEDY += " ".join(f"BIND(CONCAT(?y{n}, ?y{n}) AS ?y{n + 1})" for n in range(30)) + " }"
NUMBERS = " ".join(str(number) for number in range(300))
ENDLESS = "INSERT { <http://e/a> <http://e/b> ?n } WHERE { { SELECT (COUNT(*) AS ?n) WHERE { "
ENDLESS += " ".join(f"VALUES ?v{n} {{ {NUMBERS} }}" for n in range(6)) + " } } }"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writing]:
    with writing(tmp_path_factory.mktemp("writer") / "data", SHORT) as running:
        yield running


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writing]:
    with writing(tmp_path_factory.mktemp("narrow") / "data", NARROW) as running:
        yield running


def test_no_update_of_many_clients_is_lost(made: Writing) -> None:
    counters = run_counters(made, CLIENTS, until(time.monotonic() + 2))
    assert losses(made, counters) == []
    assert [counter.refusals for counter in counters] == [[]] * CLIENTS
    assert all(counter.acknowledged for counter in counters)


def test_a_write_is_visible_in_the_snapshot_of_its_receipt(made: Writing) -> None:
    receipt = made.write("INSERT DATA { <http://e/visible> <http://e/b> 1 }")
    current = made.data.current()
    assert (receipt.snapshot, receipt.changed, receipt.created) == (current.number, True, False)
    assert next(made.store().quads(NamedNode("http://e/visible")), None) is not None
    assert current.operation == "update"
    assert current.counts["quads"] == made.store().quad_count()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("INSERT DATA { <http://e/x> <http://e/b> 1 } ; INSERT DATA {", QuerySyntaxError),
        ("INSERT DATA { <http://e/x> <http://e/b> 1 } ; DROP GRAPH <http://e/none>", UpdateFailedError),
        ("CREATE GRAPH <http://e/g> ; CREATE GRAPH <http://e/g>", UpdateFailedError),
        ("LOAD <http://127.0.0.1:9/x>", QuerySyntaxError),
        (ENDLESS, QueryTimeoutError),
        (GREEDY, QueryFailedError),
    ],
)
def test_an_update_that_fails_leaves_no_trace(
    narrow: Writing, text: str, error: type[KnowledgeGraphError]
) -> None:
    before = set(narrow.store().quads())
    with pytest.raises(error):
        narrow.write(text)
    narrow.write("INSERT DATA { <http://e/after> <http://e/b> 1 }")
    after = {quad for quad in narrow.store().quads() if quad.subject != NamedNode("http://e/after")}
    assert after == {quad for quad in before if quad.subject != NamedNode("http://e/after")}


def test_the_others_of_a_group_do_not_notice_one_that_fails(narrow: Writing) -> None:
    texts = [f"INSERT DATA {{ <http://e/other/{number}> <http://e/b> 1 }}" for number in range(12)]
    texts[3], texts[7], texts[9] = "INSERT DATA {", GREEDY, ENDLESS
    with ThreadPoolExecutor(len(texts)) as pool:
        answers = [pool.submit(narrow.write, text) for text in texts]
    errors = {place: type(answer.exception()) for place, answer in enumerate(answers) if answer.exception()}
    assert errors == {3: QuerySyntaxError, 7: QueryFailedError, 9: QueryTimeoutError}
    store = narrow.store()
    for place in set(range(12)) - errors.keys():
        assert next(store.quads(NamedNode(f"http://e/other/{place}")), None) is not None, place


def graph_write(op: str, graph: str, text: str | None, folder: Path) -> WriteRequest:
    documents: tuple[Document, ...] = ()
    if text is not None:
        (folder / "document").write_text(text)
        documents = (Document(str(folder / "document"), "text/turtle", graph),)
    return WriteRequest(op, "test", raw=True, graph=graph, documents=documents)


def test_a_graph_is_replaced_merged_and_taken_away(made: Writing, tmp_path: Path) -> None:
    name = "http://e/graph"

    def send(op: str, text: str | None = None) -> tuple[bool, int]:
        receipt = made.client.write(graph_write(op, name, text, tmp_path))
        return receipt.created, sum(1 for _ in made.store().quads(graph=NamedNode(name)))

    assert send("put", "<a> <b> <c>, [] .") == (True, 2)
    assert send("put", "<a> <b> [] .") == (False, 1)
    # The blank nodes of the body are new ones, whatever they are called.
    assert send("post", "<a> <b> _:x .") == (False, 2)
    assert send("post", "<a> <b> _:x .") == (False, 3)
    with pytest.raises(MalformedSourceError) as caught:
        send("put", "<a> <b>\n <c> ,, .")
    assert (caught.value.line, caught.value.column, caught.value.file) == (2, 7, None)
    assert send("delete") == (False, 0)
    with pytest.raises(UnknownResourceError):
        send("delete")
    assert send("put", "") == (True, 0)
    assert made.store().has_graph(NamedNode(name))


def test_a_large_document_is_written_as_a_small_one(made: Writing, tmp_path: Path) -> None:
    text = "x" * 250
    lines = "".join(
        f"<http://e/{number}> <http://e/b> _:b{number} , '{text}' .\n" for number in range(16_000)
    )
    assert made.client.write(graph_write("put", "http://e/large", lines, tmp_path)).created
    assert sum(1 for _ in made.store().quads(graph=NamedNode("http://e/large"))) == 32_000
    with pytest.raises(MalformedSourceError) as caught:
        made.client.write(graph_write("post", "http://e/large", lines + "<a> .", tmp_path))
    assert caught.value.line == 16_001
    made.client.write(graph_write("delete", "http://e/large", None, tmp_path))


def test_a_write_waits_for_a_command_and_goes_on_from_what_it_made(made: Writing) -> None:
    with ThreadPoolExecutor(1) as pool:
        with turn(made.data, 30):
            # The answer does not come while somebody else writes.
            answer = pool.submit(made.write, "INSERT DATA { <http://e/waited> <http://e/b> 1 }")
            with pytest.raises(TimeoutError):
                answer.result(timeout=0.5)
            stage = made.data.stage()
            store = made.store()
            store.backup(stage / "store")
            made.data.publish(stage, made.data.current().counts, "load")
            published = made.data.current().number
        assert answer.result(timeout=30).snapshot > published


def test_a_disk_that_refuses_is_reported_and_then_forgotten(made: Writing) -> None:
    in_the_way = made.data.staging
    with turn(made.data, 30):
        pass  # what the writer does after an answer is done now
    in_the_way.write_text("no folder can be made here")
    with pytest.raises(StoreWriteError):
        made.write("INSERT DATA { <http://e/refused> <http://e/b> 1 }")
    in_the_way.unlink()
    made.write("INSERT DATA { <http://e/accepted> <http://e/b> 1 }")
    store = made.store()
    assert next(store.quads(NamedNode("http://e/refused")), None) is None
    assert next(store.quads(NamedNode("http://e/accepted")), None) is not None


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB, where we may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)], capture_output=True
    )
    if mounting.returncode:
        pytest.skip("a small file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_when_the_disk_is_full_reads_go_on_and_writes_come_back(small_disk: Path) -> None:
    with writing(small_disk / "data") as made:
        made.write("INSERT DATA { <http://e/first> <http://e/b> 1 }")
        (small_disk / "ballast").write_bytes(bytes(6 << 20))
        text = "x" * 1000
        big = " . ".join(f"<http://e/{number}> <http://e/b> '{number}{text}'" for number in range(9000))
        with pytest.raises(StoreWriteError, match="full"):
            made.write(f"INSERT DATA {{ {big} }}")
        assert sum(1 for _ in made.store().quads()) == 1
        (small_disk / "ballast").unlink()
        made.write("INSERT DATA { <http://e/second> <http://e/b> 1 }")
        assert sum(1 for _ in made.store().quads()) == 2


def test_a_data_directory_with_a_long_name_is_written(tmp_path: Path) -> None:
    with writing(tmp_path / ("long-" * 30) / "data") as made:
        assert made.write("INSERT DATA { <http://e/a> <http://e/b> 1 }").snapshot == 2
        assert (made.data.root / "writer.sock").stat().st_mode & 0o777 == 0o600


def test_a_second_writer_refuses(made: Writing) -> None:
    command = [sys.executable, "-m", "loaders.writer", str(made.data.root)]
    second = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert second.returncode == 1
    assert f"by process {made.process.process_id}" in second.stderr


def test_without_a_writer_a_client_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.writer_client.START_SECONDS", 0.1)
    (tmp_path / "data").mkdir()
    with pytest.raises(WriterUnavailableError):
        WriterClient(DataDirectory(tmp_path / "data"), 5).write(update("CLEAR ALL"))


def test_only_so_many_writes_wait() -> None:
    waiting = Waiting(2)
    jobs = [Job(update("CLEAR ALL")) for _ in range(3)]
    waiting.put(jobs[0])
    waiting.put(jobs[1])
    with pytest.raises(StoreBusyError):
        waiting.put(jobs[2])
    assert waiting.take() is jobs[0]
    waiting.put(jobs[2])
    assert [waiting.take(), waiting.take(), waiting.take()] == [jobs[1], jobs[2], None]
    waiting.end()
    assert waiting.take(None) is None


PARENT = """
import sys, time
from pathlib import Path
from graph.datadir import DataDirectory
from loaders.writer_process import WriterProcess
process = WriterProcess(DataDirectory(Path(sys.argv[1])))
process.start()
print(process.process_id, flush=True)
sys.stdin.read()
"""


def test_the_writer_and_its_hand_end_with_a_killed_server(tmp_path: Path) -> None:
    with writing(tmp_path / "data") as made:
        pass
    command = [sys.executable, "-c", PARENT, str(made.data.root)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        writer = int(parent.stdout.readline())
        with contextlib.closing(WriterClient(made.data, 60)) as client:
            client.write(update("INSERT DATA { <http://e/a> <http://e/b> 1 }"))
        hand = int(Path(f"/proc/{writer}/task/{writer}/children").read_text().split()[0])
        parent.kill()
    wait_for(lambda: not is_running(writer) and not is_running(hand))


def is_running(process_id: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def wait_for(is_so: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not is_so():
        assert time.monotonic() < end
        pause.wait(0.02)


@pytest.mark.slow
def test_whatever_is_killed_no_acknowledged_write_is_lost_and_none_is_half_there(tmp_path: Path) -> None:
    with writing(tmp_path / "data") as made:
        report = killing(made, CLIENTS, ROUNDS, SEED)
    assert report.losses == []
    assert report.acknowledged > ROUNDS
    assert report.killed.keys() == {"hand", "writer"}
