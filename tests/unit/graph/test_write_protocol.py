"""Messages between the web process and the writer: what goes in comes out, errors included."""

from __future__ import annotations

import socket
import threading

import pytest

from graph.errors import (
    ForbiddenError,
    InvalidParameterError,
    KnowledgeGraphError,
    MalformedSourceError,
    QueryFailedError,
    QuerySyntaxError,
    StoreBusyError,
    UnsupportedMediaTypeError,
)
from graph.write_protocol import (
    LENGTH,
    LONGEST_MESSAGE,
    Document,
    WriteRequest,
    error_fields,
    message,
    read_error,
    receive,
)

REQUESTS = [
    WriteRequest("update", "ann", raw=True, text="INSERT DATA { }\u2028é", base_iri="http://e.example/"),
    WriteRequest("update", "ann", raw=False, text="", using_default=("http://e.example/a",), using_named=()),
    WriteRequest(
        "post",
        "ann",
        raw=False,
        graph="http://e.example/g",
        documents=(Document("/a", "text/turtle", None), Document("/b", "text/turtle", "http://e.example/b")),
        may_describe=True,
    ),
    WriteRequest("delete", "ann", raw=True),
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_request_is_read_as_it_was_sent(request_: WriteRequest) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(message(request_.fields()))
        fields = receive(theirs)
        assert fields is not None
        assert WriteRequest.read(fields) == request_


@pytest.mark.parametrize(
    "error",
    [
        QuerySyntaxError("not so", 3, 7),
        StoreBusyError("busy", 42),
        ForbiddenError("not you"),
        MalformedSourceError("no", line=2, column=3, value="x" * 200, remedy="Write it."),
        UnsupportedMediaTypeError("unknown", value="text/html"),
    ],
)
def test_an_error_of_ours_is_raised_as_it_was(error: KnowledgeGraphError) -> None:
    found = read_error(error_fields(error))
    assert (type(found), str(found), vars(found)) == (type(error), str(error), vars(error))


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("odd"), "The write could not be carried out: odd"),
        (InvalidParameterError("n", None, "a number"), "Parameter n is missing; expected a number."),
    ],
)
def test_any_other_error_is_a_write_that_failed(error: Exception, text: str) -> None:
    found = read_error(error_fields(error))
    assert (type(found), str(found)) == (QueryFailedError, text)


def test_a_name_that_is_no_error_of_ours_is_a_write_that_failed() -> None:
    assert type(read_error({"error": "shorten"})) is QueryFailedError


@pytest.mark.parametrize(
    "sent", [b"", b"\0\0", LENGTH.pack(9) + b"{", LENGTH.pack(LONGEST_MESSAGE + 1) + b"{}"]
)
def test_half_a_message_is_none(sent: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(sent)
        ours.shutdown(socket.SHUT_WR)
        assert receive(theirs) is None


def test_a_long_message_comes_in_pieces() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        text = "x" * (3 << 20)
        sender = threading.Thread(target=ours.sendall, args=(message({"text": text}),))
        sender.start()
        assert receive(theirs) == {"text": text}
        sender.join()
