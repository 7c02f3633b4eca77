"""Long lists in pages: which one is asked for, and where the others are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import request
from werkzeug.exceptions import NotFound

from graph.errors import InvalidParameterError
from web.views import here

LONGEST_NUMBER: Final = 9


@dataclass(frozen=True)
class Part:
    """So many things of a list, after so many."""

    start: int
    size: int


@dataclass(frozen=True)
class Paging:
    """Page `number` of a list of `total` things, `size` on each; the first is 1."""

    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page; an empty list has one, too."""
        return max(1, -(-self.total // self.size))

    @property
    def start(self) -> int:
        """How many things come before this page."""
        return (self.number - 1) * self.size

    @property
    def end(self) -> int:
        """How many there are up to its end."""
        return min(self.total, self.start + self.size)

    def address(self, number: int) -> str:
        """Where another page of the same list is."""
        kept = {name: values for name, values in request.args.lists() if name not in ("page", *KEPT)}
        return here(request.path, **{**kept, "page": number if number > 1 else None})


# `here` puts these in by itself.
KEPT: Final = ("as-of", "perspective", "lang")


def page_number() -> int:
    """The number of the page that is asked for.

    Raises InvalidParameterError.
    """
    text = request.args.get("page") or "1"
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER and int(text)):
        raise InvalidParameterError("page", text, "the number of a page, 1 or more")
    return int(text)


def paged(total: int, size: int) -> Paging:
    """The page that is asked for, of a list of so many things.

    Raises InvalidParameterError, and NotFound beyond the last one.
    """
    paging = Paging(page_number(), size, total)
    if paging.number > paging.last:
        raise NotFound(f"There is no page {paging.number}: the list ends on page {paging.last}.")
    return paging


def only_parameters(*names: str) -> None:
    """Nothing, where the request has no other parameters than these, and those that every page may have.

    Raises InvalidParameterError.
    """
    for name, value in request.args.items():
        if name not in (*names, *KEPT, "page"):
            raise InvalidParameterError(name, value, f"one of: {', '.join((*names, 'page', *KEPT))}")
