"""What the addresses of the pages of neighbours ask for, and the addresses of their next steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import request

from graph.errors import InvalidParameterError, shorten
from graph.query_parameters import iri_term
from web.filters import iri_filter
from web.finding import find_thing
from web.neighbours import ALSO, Group
from web.site import Site
from web.terms import short_iri
from web.views import here

# So many things are chosen at a time, and left out.
MOST_CHOSEN: Final = 12
MOST_WITHOUT: Final = 200
LONGEST: Final = 2000
GROUPINGS: Final = ("", "property", "type")
DIRECTIONS: Final = {"out": True, "in": False}


@dataclass(frozen=True)
class Wanted:
    """What the address asks for."""

    iris: tuple[str, ...]
    without: tuple[str, ...]
    predicate: str | None
    kind: str | None
    also: tuple[str, ...]
    group: str

    def address(self, path: str = "/explore", **changes: object) -> str:
        """The address of this page with something else in it."""
        given: dict[str, object] = {
            "iri": [short_iri(iri) for iri in self.iris],
            "without": [short_iri(iri) for iri in self.without],
            "property": short_iri(self.predicate) if self.predicate else None,
            "type": short_iri(self.kind) if self.kind else None,
            "also": list(self.also),
            "group": self.group or None,
        }
        given |= changes
        return here(path, **{name: value for name, value in given.items() if value})

    @property
    def is_full(self) -> bool:
        """Whether no more things can be chosen."""
        return len(self.iris) >= MOST_CHOSEN

    def with_one(self, iri: str) -> str:
        """The page with one more thing chosen, at the place where that is; a new one where this is full."""
        if iri in self.iris:
            return f"#n{self.iris.index(iri)}"
        if self.is_full:
            return self.address(iri=short_iri(iri), without=None)
        iris = [short_iri(each) for each in (*self.iris, iri)]
        kept = [short_iri(each) for each in self.without if each != iri]
        return f"{self.address(iri=iris, without=kept)}#n{len(self.iris)}"

    def without_one(self, iri: str) -> str:
        """The page without a thing, chosen or not."""
        if iri in self.iris:
            return self.address(iri=[short_iri(each) for each in self.iris if each != iri])
        return self.address(without=[short_iri(each) for each in (*self.without, iri)])

    def switched(self, name: str) -> str:
        """The page with something shown besides, or no longer."""
        kept = [each for each in self.also if each != name]
        return self.address(also=kept if name in self.also else [*self.also, name])

    def all_of(self, iri: str, group: Group) -> str:
        """The list of all links of a group."""
        direction = "out" if group.is_forward else "in"
        given = {"of": short_iri(iri), "property": short_iri(group.predicate), "direction": direction}
        return here("/explore/links", **given, iri=[short_iri(each) for each in self.iris])


def read_wanted(site: Site) -> Wanted:
    """What this request asks for; a name in the parameter `q` is looked up.

    Raises InvalidParameterError.
    """
    iris = things_in("iri", MOST_CHOSEN)
    if not iris and request.args.get("q"):
        iris = (find_thing(site, request.args["q"].strip(), "q"),)
    also = read_also()
    group = request.args.get("group", "")
    if group not in GROUPINGS:
        raise InvalidParameterError("group", shorten(group), "property or type")
    without = tuple(each for each in things_in("without", MOST_WITHOUT) if each not in iris)
    return Wanted(iris, without, iri_filter("property"), iri_filter("type"), also, group)


def things_in(name: str, most: int) -> tuple[str, ...]:
    """The things that a parameter names, each once.

    Raises InvalidParameterError.
    """
    given = [text for text in request.args.getlist(name) if text]
    if len(given) > most:
        raise InvalidParameterError(name, f"{len(given)} things", f"at most {most} at a time")
    return tuple(dict.fromkeys(thing_in(name, text) for text in given))


def thing_in(name: str, text: str) -> str:
    """The IRI that the text of a parameter names, in full or with a prefix.

    Raises InvalidParameterError.
    """
    try:
        if len(text) > LONGEST:
            raise ValueError("too long")
        return iri_term(text).value
    except ValueError as error:
        raise InvalidParameterError(name, shorten(text), "an IRI or a name such as id:japan") from error


def read_also() -> tuple[str, ...]:
    """What is to be shown besides.

    Raises InvalidParameterError.
    """
    given = request.args.getlist("also")
    for each in given:
        if each not in ALSO:
            raise InvalidParameterError("also", shorten(each), f"one of {', '.join(ALSO)}")
    return tuple(each for each in ALSO if each in given)


def read_direction() -> bool | None:
    """Whether links from the thing are meant, or those to it; None for both.

    Raises InvalidParameterError.
    """
    given = request.args.get("direction")
    if given and given not in DIRECTIONS:
        raise InvalidParameterError("direction", shorten(given), "out or in")
    return DIRECTIONS[given] if given else None
