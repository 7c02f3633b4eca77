"""What a query asks of the graph, pattern by pattern, and which of it can be followed to its facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

ANY_LENGTH: Final = "a property path of any length, or with a negation: the steps on the way are not known"
TESTED: Final = "inside of EXISTS or NOT EXISTS: it is a test, and gives the row no value"
TAKEN_AWAY: Final = "inside of MINUS: it takes rows away"
SUBQUERY: Final = "a sub-query with SELECT *, inside of GRAPH, or that cannot be followed itself"
ELSEWHERE: Final = "asked of another server"


class NotFollowedError(Exception):
    """This reading of a query goes no further; its text says why. Never leaves these modules."""


class Step(NamedTuple):
    """A triple pattern: three terms as the query writes them, variables with their sign."""

    subject: str
    predicate: str
    value: str


@dataclass(frozen=True)
class Pattern:
    """A part of a query's WHERE clause that the graph has to answer.

    `shown`: how people read it. `text`: how it stands in a query. `ends`: its terms, of which the variables
    are bound in each match. `steps`: any of these triples matches it; none where it cannot be followed, for
    the reason in `because`. `graph`: the term of the GRAPH around it, "" for the default graph. `marker`: the
    variable that is bound where its group took part in a solution, "" where it always does. `inner`: the text
    of a sub-query, which hands out `columns`.
    """

    shown: str
    text: str = ""
    ends: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    graph: str = ""
    marker: str = ""
    because: str = ""
    inner: str = ""
    columns: tuple[str, ...] = ()

    @property
    def terms(self) -> set[str]:
        """Every term of the pattern that has to be known to follow it."""
        graph = {self.graph} if self.graph else set()
        return {term for step in self.steps for term in step} | graph


def is_variable(term: str) -> bool:
    """Whether a term, as a query writes it, is a variable.

    >>> is_variable("?x"), is_variable("$x"), is_variable("osa:amount")
    (True, True, False)
    """
    return term.startswith(("?", "$"))


class FreshNames:
    """Variables that occur nowhere in a text, each with what people are shown in its place."""

    def __init__(self, text: str) -> None:
        self._stem = "osagraph"
        while self._stem in text:
            self._stem += "_"
        self.shown: dict[str, str] = {}

    def new(self, shown: str = "[]") -> str:
        """Another variable, with its sign."""
        name = f"?{self._stem}{len(self.shown)}"
        self.shown[name] = shown
        return name

    def show(self, term: str) -> str:
        """A term as people read it."""
        return self.shown.get(term, term)
