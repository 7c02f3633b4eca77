"""Which requests are about a view, and about which one."""

from __future__ import annotations

import datetime

import pytest
from werkzeug.exceptions import BadRequest

from graph.errors import InvalidParameterError, UnknownResourceError
from graph.view_desk import ViewState
from graph.views import ViewChoice
from web.metrics import Metrics
from web.observer import route_of
from web.server_state import ServerState
from web.views import choice_at, choice_in, is_sparql

DAY = datetime.date(2024, 12, 31)


@pytest.mark.parametrize(
    ("path", "choice"),
    [
        ("/sparql", ViewChoice()),
        ("/sparql/", ViewChoice()),
        ("/union/sparql", ViewChoice()),
        ("/as-of/2024-12-31/sparql", ViewChoice(DAY)),
        ("/perspective/china-state/sparql", ViewChoice(None, "china-state")),
        ("/as-of/2024-12-31/perspective/china-state/sparql", ViewChoice(DAY, "china-state")),
    ],
)
def test_a_path_of_the_endpoint_makes_a_choice(path: str, choice: ViewChoice) -> None:
    assert is_sparql(path)
    assert choice_at(path) == choice
    assert route_of(path) == "sparql"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/store",
        "/queries/sparql",
        "/as-of/sparql",
        "/as-of//sparql",
        "/as-of/2024-12-31/sparql/",
        "/perspective/a/as-of/2024-12-31/sparql",
        "/as-of/2024-12-31/as-of/2024-12-31/sparql",
        "/x/as-of/2024-12-31/sparql",
        "/as-of/2024-12-31\n/x/sparql",
    ],
)
def test_other_paths_are_no_endpoint(path: str) -> None:
    assert not is_sparql(path)


@pytest.mark.parametrize(
    ("query", "choice"),
    [
        ("", ViewChoice()),
        ("as-of=&perspective=", ViewChoice()),
        ("programme=id%3Aosa", ViewChoice()),
        ("as-of=2024-12-31&perspective=china-state&x=y", ViewChoice(DAY, "china-state")),
    ],
)
def test_parameters_make_a_choice(query: str, choice: ViewChoice) -> None:
    assert choice_in(query) == choice


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("as-of=2024", InvalidParameterError),
        ("perspective=nobody", UnknownResourceError),
        ("perspective=china-state&perspective=china-state", BadRequest),
        ("as-of=%ff", BadRequest),
    ],
)
def test_parameters_that_make_no_choice_are_refused(query: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        choice_in(query)


def test_the_metrics_tell_how_many_views_were_made_failed_and_are_waited_for() -> None:
    metrics = Metrics()
    metrics.watch(lambda: ServerState(1, 2, 3, views=ViewState(made=5, failed=1, waiting=2)))
    lines = metrics.render()[0].decode().splitlines()
    assert {
        'osagraph_views_total{outcome="ok"} 5.0',
        'osagraph_views_total{outcome="failed"} 1.0',
        "osagraph_views_waiting 2.0",
    } <= set(lines)
