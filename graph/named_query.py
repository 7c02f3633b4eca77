"""Named queries: `.rq` files with a header, their parameters, and the catalogue of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pyoxigraph import NamedNode

from graph.errors import InvalidParameterError, OntologyError, UnknownQueryError
from graph.query_header import read_header, without_header
from graph.query_parameters import Given, Parameter
from graph.substitution import fill_lists, require_lists, require_substitutable, substitute


@dataclass(frozen=True)
class NamedQuery:
    """A question with a name: the text as in the file, and what its header says about it."""

    name: str
    summary: str
    text: str
    parameters: Mapping[str, Parameter]
    description: str = ""
    answers: tuple[str, ...] = ()

    @property
    def body(self) -> str:
        """The text without its header."""
        return without_header(self.text)

    def bind(self, values: Mapping[str, Given]) -> str:
        """The query's text with its parameters filled in as RDF terms, good for every store.

        A value that is missing or empty is the default; a parameter with neither stays a free variable.
        How terms are written: `graph/substitution.py`. Raises InvalidParameterError for a parameter that is
        unknown, required and missing, or not of its type.
        """
        for name, value in values.items():
            if name not in self.parameters:
                names = ", ".join(self.parameters) or "no parameters"
                raise InvalidParameterError(
                    name, _text(value), f"one of: {names}" if self.parameters else names
                )
        terms, lists = {}, {}
        for name, parameter in self.parameters.items():
            given = values.get(name)
            if parameter.many:
                lists[name] = parameter.terms(given)
            else:
                terms[name] = parameter.term(_single(parameter, given))
        text = substitute(self.text, {name: term for name, term in terms.items() if term is not None})
        return fill_lists(text, {name: found for name, found in lists.items() if found is not None})


def read_query(path: Path) -> NamedQuery:
    """The named query of a file; its name is the file's without `.rq`.

    Raises OntologyError where the header, or the place of a parameter, is wrong.
    """
    text = path.read_text(encoding="utf-8")
    header = read_header(text, path)
    try:
        many = {name for name, parameter in header.parameters.items() if parameter.many}
        require_substitutable(text, header.parameters.keys() - many)
        require_lists(text, many)
    except OntologyError as error:
        raise OntologyError(f"{path.name}: {error}") from error
    return NamedQuery(path.stem, header.summary, text, header.parameters, header.description, header.answers)


def _single(parameter: Parameter, given: Given | None) -> str | NamedNode | None:
    """The one value that a parameter has.

    Raises InvalidParameterError for a list.
    """
    if given is None or isinstance(given, str | NamedNode):
        return given
    raise InvalidParameterError(parameter.name, _text(given), parameter.expected)


def _text(given: Given) -> str:
    """What was given, for a sentence."""
    if isinstance(given, str):
        return given
    return given.value if isinstance(given, NamedNode) else " ".join(map(_text, given))


class Catalogue:
    """The named queries of some folders, by name."""

    def __init__(self, queries: Mapping[str, NamedQuery]) -> None:
        self._queries = MappingProxyType(dict(queries))

    @classmethod
    def read(cls, *folders: Path) -> Catalogue:
        """Every `.rq` file directly in these folders; a folder that is not there holds none.

        Raises OntologyError for a wrong file, and for two of one name.
        """
        queries: dict[str, NamedQuery] = {}
        for path in (path for folder in folders for path in sorted(folder.glob("*.rq"))):
            query = read_query(path)
            if query.name in queries:
                raise OntologyError(f"There are two queries named {query.name}.")
            queries[query.name] = query
        return cls(queries)

    def __getitem__(self, name: str) -> NamedQuery:
        """The query of that name.

        Raises UnknownQueryError.
        """
        try:
            return self._queries[name]
        except KeyError as error:
            raise UnknownQueryError(f"There is no query named {name!r}. See the list of queries.") from error

    def get(self, name: str, otherwise: NamedQuery) -> NamedQuery:
        """The query of that name, or another where there is none."""
        return self._queries.get(name, otherwise)

    def __iter__(self) -> Iterator[NamedQuery]:
        return iter(self._queries.values())

    def __contains__(self, name: object) -> bool:
        return name in self._queries

    def __len__(self) -> int:
        return len(self._queries)
