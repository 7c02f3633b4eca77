"""Filters of lists as links and forms: what was chosen, and what else there is to choose, with counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import request
from pyoxigraph import NamedNode

from graph.errors import InvalidParameterError
from graph.query_parameters import iri_term
from graph.results import ResultTerm
from web.labels import Labels
from web.paging import KEPT
from web.terms import short_iri
from web.views import here

LONGEST: Final = 2000


@dataclass(frozen=True)
class Choice:
    """One value of a filter: its name, how many it leaves, where it leads to, and whether it is chosen."""

    label: str
    number: int
    address: str
    is_chosen: bool


def iri_filter(name: str) -> str | None:
    """The IRI that a parameter of the request names, in full or with a prefix; None where it names none.

    Raises InvalidParameterError.
    """
    text = request.args.get(name)
    if not text:
        return None
    try:
        if len(text) > LONGEST:
            raise ValueError("too long")
        return iri_term(text).value
    except ValueError as error:
        raise InvalidParameterError(name, text[:80], "a name such as osa:Newspaper or id:japan") from error


def choices(name: str, counts: Mapping[ResultTerm, int], labels: Labels) -> list[Choice]:
    """The values of a filter, the most frequent first; choosing the one that is chosen leaves it."""
    chosen = request.args.get(name)
    found = []
    for value, number in sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0]))):
        text = short_iri(value.value) if isinstance(value, NamedNode) else str(getattr(value, "value", ""))
        is_chosen = chosen in (text, getattr(value, "value", None))
        label = labels.text(value.value) if isinstance(value, NamedNode) else text
        found.append(Choice(label, number, filtered(name, None if is_chosen else text), is_chosen))
    return found


def filtered(name: str, value: str | None) -> str:
    """This page's address with another value for one of its parameters, from the first page on."""
    kept = {key: values for key, values in request.args.lists() if key not in ("page", name, *KEPT)}
    return here(request.path, **{**kept, name: value})
