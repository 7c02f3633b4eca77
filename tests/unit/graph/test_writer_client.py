"""The writer's client: connections are kept, dead ones replaced, and silence is told as such."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.datadir import DataDirectory
from graph.errors import ForbiddenError, WriterUnavailableError
from graph.write_protocol import WriteReceipt, WriteRequest, address, error_fields, message, receive
from graph.writer_client import WriterClient

REQUEST = WriteRequest("update", "ann", raw=True, text="CLEAR ALL")
RECEIPT = WriteReceipt(7, created=False, changed=True)
Answers = Callable[[socket.socket], None]


class Listener:
    """A writer that answers each connection as it is told, in their order."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.accepted = 0
        self._threads: list[threading.Thread] = []

    @contextlib.contextmanager
    def answering(self, *answers: Answers) -> Iterator[None]:
        (self._root / "writer.sock").unlink(missing_ok=True)
        folder = os.open(self._root, os.O_PATH)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address(folder))
            os.close(folder)
            listener.listen()
            thread = threading.Thread(target=self._accept, args=(listener, answers))
            thread.start()
            yield
            thread.join(10)

    def _accept(self, listener: socket.socket, answers: tuple[Answers, ...]) -> None:
        for answer in answers:
            connection, _ = listener.accept()
            self.accepted += 1
            with connection:
                answer(connection)


@pytest.fixture
def listener(tmp_path: Path) -> Listener:
    return Listener(tmp_path)


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WriterClient]:
    monkeypatch.setattr("graph.writer_client.START_SECONDS", 0.3)
    made = WriterClient(DataDirectory(tmp_path), 5)
    yield made
    made.close()


def receipts(number: int) -> Answers:
    def answer(connection: socket.socket) -> None:
        for _ in range(number):
            assert receive(connection) is not None
            connection.sendall(message(vars(RECEIPT)))

    return answer


def no_answer(connection: socket.socket) -> None:
    receive(connection)


def test_a_connection_is_used_again(client: WriterClient, listener: Listener) -> None:
    with listener.answering(receipts(2)):
        assert [client.write(REQUEST), client.write(REQUEST)] == [RECEIPT, RECEIPT]
    assert listener.accepted == 1


def test_after_the_end_of_a_writer_the_next_one_is_asked(client: WriterClient, listener: Listener) -> None:
    with listener.answering(receipts(1)):
        assert client.write(REQUEST) == RECEIPT
    with listener.answering(receipts(1)):
        assert client.write(REQUEST) == RECEIPT
    assert listener.accepted == 2


def test_a_writer_that_ends_before_it_answers_leaves_it_open(
    client: WriterClient, listener: Listener
) -> None:
    with listener.answering(no_answer), pytest.raises(WriterUnavailableError, match="is unknown"):
        client.write(REQUEST)


def test_where_nobody_listens_a_client_is_told_so(client: WriterClient) -> None:
    with pytest.raises(WriterUnavailableError, match="its writer does not answer"):
        client.write(REQUEST)


def test_a_writer_that_is_too_slow_leaves_it_open(
    listener: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    client = WriterClient(DataDirectory(tmp_path), 0.2)

    def say_nothing(_: socket.socket) -> None:
        over.wait(10)

    with listener.answering(say_nothing):
        with pytest.raises(WriterUnavailableError, match="took too long"):
            client.write(REQUEST)
        over.set()
    client.close()


def test_an_error_is_raised(client: WriterClient, listener: Listener) -> None:
    def refuse(connection: socket.socket) -> None:
        receive(connection)
        connection.sendall(message(error_fields(ForbiddenError("not you"))))

    with listener.answering(refuse), pytest.raises(ForbiddenError, match="not you"):
        client.write(REQUEST)


def test_a_closed_client_keeps_no_connection(client: WriterClient, listener: Listener) -> None:
    def answer(connection: socket.socket) -> None:
        receipts(1)(connection)
        # The client closes its end as soon as it has the answer.
        assert receive(connection) is None

    with listener.answering(answer):
        client.close()
        assert client.write(REQUEST) == RECEIPT
