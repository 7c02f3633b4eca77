"""Property paths: those that are nothing but triple patterns in a shorter form, and the others.

A sequence is a join over a variable without a name, `^` turns a pattern round, and alternatives of single
steps are one pattern with several triples that would do. Everything else stays as it is, and is not followed.
Spec: https://www.w3.org/TR/sparql11-query/#sparqlTranslatePathExpressions
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from graph.receipts_cursor import UNKNOWN, Cursor
from graph.receipts_pattern import ANY_LENGTH, FreshNames, NotFollowedError, Pattern, Step
from ontology.namespaces import RDF

DEEPEST: Final = 100


class Path(NamedTuple):
    """A path: `kind` is step, inverse, sequence, alternative or other; a step has no parts."""

    kind: str
    text: str
    parts: tuple[Path, ...] = ()


def read_path(cursor: Cursor, depth: int = 0) -> Path:
    """The path at this place, which may be a single predicate.

    Raises NotFollowedError where there is none.
    """
    if depth > DEEPEST:
        raise NotFollowedError(UNKNOWN)
    start = cursor.place
    branches = [_sequence(cursor, depth)]
    while cursor.accept("|"):
        branches.append(_sequence(cursor, depth))
    if len(branches) == 1:
        return branches[0]
    return Path("alternative", cursor.since(start), tuple(branches))


def _sequence(cursor: Cursor, depth: int) -> Path:
    start = cursor.place
    parts = [_element(cursor, depth)]
    while cursor.accept("/"):
        parts.append(_element(cursor, depth))
    return parts[0] if len(parts) == 1 else Path("sequence", cursor.since(start), tuple(parts))


def _element(cursor: Cursor, depth: int) -> Path:
    start = cursor.place
    if cursor.accept("^"):
        return Path("inverse", cursor.since(start), (_repeated(cursor, depth),))
    return _repeated(cursor, depth)


def _repeated(cursor: Cursor, depth: int) -> Path:
    start = cursor.place
    primary = _primary(cursor, depth)
    if cursor.token.text in ("*", "+", "?"):
        cursor.take()
        return Path("other", cursor.since(start))
    return primary


def _primary(cursor: Cursor, depth: int) -> Path:
    start, token = cursor.place, cursor.take()
    if token.text == "(":
        path = read_path(cursor, depth + 1)
        cursor.expect(")")
        return path
    if token.text == "!":
        if cursor.token.text == "(":
            cursor.skip_brackets()
        else:
            cursor.accept("^")
            cursor.take()
        return Path("other", cursor.since(start))
    if token.text == "a":
        return Path("step", str(RDF.type))
    if token.kind in ("iri", "name") and not token.text.startswith("_:"):
        return Path("step", token.text)
    raise NotFollowedError(UNKNOWN)


def patterns_of(subject: str, path: Path, value: str, names: FreshNames) -> Iterator[Pattern]:
    """The patterns that a path between two terms stands for."""
    match path.kind:
        case "inverse":
            yield from patterns_of(value, path.parts[0], subject, names)
        case "sequence":
            between = [names.new() for _ in path.parts[1:]]
            places = zip([subject, *between], path.parts, [*between, value], strict=True)
            for start, part, end in places:
                yield from patterns_of(start, part, end, names)
        case _:
            yield _pattern(subject, path, value, names)


def _pattern(subject: str, path: Path, value: str, names: FreshNames) -> Pattern:
    steps = _steps(subject, path, value)
    written = path.text if path.kind == "step" else f"({path.text})"
    shown = " ".join(
        (names.show(subject), "a" if path.text == str(RDF.type) else path.text, names.show(value))
    )
    because = "" if steps else ANY_LENGTH
    return Pattern(shown, f"{subject} {written} {value} .", (subject, written, value), steps, because=because)


def _steps(subject: str, path: Path, value: str) -> tuple[Step, ...]:
    """The triples any of which matches the path; none where longer ways may match as well."""
    match path.kind:
        case "step":
            return (Step(subject, path.text, value),)
        case "inverse":
            return _steps(value, path.parts[0], subject)
        case "alternative":
            branches = [_steps(subject, part, value) for part in path.parts]
            return tuple(step for branch in branches for step in branch) if all(branches) else ()
        case _:
            return ()
