"""The answer of a SELECT query for people who write Python: rows of RDF terms, of Python values, of their own
dataclasses, or a pandas table."""

from __future__ import annotations

import dataclasses
import datetime
import importlib
import re
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from pyoxigraph import Literal, NamedNode

from graph.errors import UnsupportedFormatError
from graph.results import ResultTerm
from ontology.namespaces import XSD

Record = TypeVar("Record")
# What a term is in Python; None where a row has no value.
Value = str | int | float | bool | Decimal | datetime.date | datetime.datetime | None

_READ: Final[Mapping[NamedNode, Callable[[str], Value]]] = MappingProxyType(
    {
        **{kind: int for kind in (XSD.integer, XSD.int, XSD.long, XSD.nonNegativeInteger)},
        **{kind: float for kind in (XSD.double, XSD.float)},
        XSD.decimal: Decimal,
        XSD.boolean: lambda text: text in ("true", "1"),
        XSD.date: datetime.date.fromisoformat,
        XSD.dateTime: datetime.datetime.fromisoformat,
    }
)
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def python_value(term: ResultTerm | None) -> Value:
    """What a term is in Python: numbers, truth values and whole days as such, all else as its text.

    A date that is cut to month or year stays a text, and so does what is not of its datatype.

    >>> python_value(Literal("8.1", datatype=XSD.decimal)), python_value(NamedNode("http://example.org/a"))
    (Decimal('8.1'), 'http://example.org/a')
    """
    if term is None:
        return None
    if not isinstance(term, Literal):
        return term.value if isinstance(term, NamedNode) else str(term)
    read = _READ.get(term.datatype)
    if read is None:
        return term.value
    try:
        return read(term.value)
    except (ValueError, ArithmeticError):
        return term.value


@dataclass(frozen=True)
class Table:
    """The answer of a SELECT query: its columns, and for each row the bound terms by column."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, ResultTerm], ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Mapping[str, ResultTerm]]:
        return iter(self.rows)

    def values(self) -> list[dict[str, Value]]:
        """Every row as Python values, None where there is none; see `python_value`."""
        return [{name: python_value(row.get(name)) for name in self.columns} for row in self.rows]

    def column(self, name: str) -> list[Value]:
        """The values of one column.

        Raises UnsupportedFormatError where there is none of that name.
        """
        if name not in self.columns:
            raise UnsupportedFormatError(f"There is no column {name}; there are {', '.join(self.columns)}.")
        return [python_value(row.get(name)) for row in self.rows]

    def into(self, kind: type[Record]) -> list[Record]:
        """Every row as a dataclass of yours; a field `fiscal_year` has the column fiscalYear or fiscal_year.

        Columns without a field are left out. Raises UnsupportedFormatError where a field without a default
        has no column, or a value is not of the field's type; TypeError where `kind` is no dataclass.
        """
        columns = {_snake(name): name for name in self.columns}
        hints = get_type_hints(kind)
        fields = [field for field in dataclasses.fields(kind) if field.init]  # type: ignore[arg-type]
        for field in fields:
            if _snake(field.name) not in columns and _is_needed(field):
                raise UnsupportedFormatError(f"There is no column for {kind.__name__}.{field.name}.")
        chosen = {
            field.name: columns[_snake(field.name)] for field in fields if _snake(field.name) in columns
        }
        return [
            kind(
                **{
                    field: _fitting(python_value(row.get(column)), hints[field], f"{kind.__name__}.{field}")
                    for field, column in chosen.items()
                }
            )
            for row in self.rows
        ]

    def frame(self) -> Any:
        """The table as a pandas.DataFrame of Python values.

        Raises UnsupportedFormatError where pandas is not installed.
        """
        try:
            # Only those who ask for one need it: it is none of our dependencies.
            pandas = importlib.import_module("pandas")
        except ImportError as error:
            raise UnsupportedFormatError("This needs pandas. Install it with: pip install pandas") from error
        return pandas.DataFrame(self.values(), columns=list(self.columns))


def _snake(name: str) -> str:
    return _CAPITAL.sub("_", name).lower()


def _is_needed(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _fitting(value: Value, hint: Any, place: str) -> Any:
    """The value as the type that a field has; whole numbers are decimal ones, too.

    Raises UnsupportedFormatError.
    """
    kinds = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    kinds = tuple(type(None) if kind is None else kind for kind in kinds)
    if not all(isinstance(kind, type) for kind in kinds):  # Any, a generic: nothing that can be looked at
        return value
    if any(type(value) is kind for kind in kinds) or object in kinds:
        return value
    for wider in (Decimal, float):
        if wider in kinds and type(value) in (int, Decimal):
            return wider(value)  # type: ignore[arg-type]
    wanted = " or ".join("nothing" if kind is type(None) else kind.__name__ for kind in kinds)
    found = "nothing" if value is None else f"{value!r}"
    raise UnsupportedFormatError(f"{place} is {wanted}, and a row has {found}.")
