"""What a shape found wrong: one node, one path, one value, and where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Violation:
    """One result of validation.

    `shape` is the local name of the shape, `focus` an IRI, `path` a property path with prefixed names (empty
    where the node itself is meant), `value` a term in N-Triples syntax. `graph` is the named graph that
    describes the node; `file` and `line` are those of the row that it came from, where it came from one.
    """

    shape: str
    focus: str
    path: str
    value: str | None
    message: str
    graph: str | None = None
    file: str | None = None
    line: int | None = None

    @property
    def about(self) -> tuple[str | None, ...]:
        """What is wrong, wherever it is said."""
        return self.shape, self.focus, self.path, self.value

    @property
    def place(self) -> str:
        """The row: file and line; where none is known, the graph."""
        if self.file is None:
            return self.graph or ""
        return self.file if self.line is None else f"{self.file}, line {self.line}"

    @property
    def sentence(self) -> str:
        """Everything in one line."""
        found = " ".join(filter(None, (self.focus, self.path, self.value)))
        place = f" [{self.place}]" if self.place else ""
        return f"{found}: {self.message} ({self.shape}){place}"

    def fields(self) -> dict[str, Any]:
        """The violation as JSON."""
        return asdict(self)


def read_violation(fields: Mapping[str, Any]) -> Violation:
    """The violation that the JSON describes."""
    return Violation(**fields)
