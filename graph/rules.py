"""The rules of inference: one file each in `ontology/rules/`, named as in the tables of OWL 2 RL.

A file is an `INSERT` of one triple `WHERE` a few triple patterns hold, with a header that says what it means.
Its patterns are read here: whoever explains or revises what was inferred asks them instead of the engine.
Spec: https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, Variable, parse

from graph.errors import OntologyError
from graph.sparql_tokens import Token, tokens
from graph.store import AnyTerm
from ontology.namespaces import sparql_prefixes
from ontology.vocabulary import FOLDER

RULES_FOLDER: Final = FOLDER / "rules"
# Stands for a variable while a pattern is read as Turtle.
_VARIABLE: Final = "variable:"
_HEADER: Final = ("summary", "note", "turn", "table", "spec")

PatternTerm = Variable | NamedNode | BlankNode | Literal
Pattern = tuple[PatternTerm, PatternTerm, PatternTerm]
Bindings = Mapping[Variable, AnyTerm]


@dataclass(frozen=True)
class Rule:
    """A rule: where all of `body` is in the graph, `head` follows.

    `title` says it in words, `note` what else there is to know; `table` is where the recommendation has it,
    or why it has not; `text` is the update with its prefixes. Rules are best run in the order of `turn`.
    """

    name: str
    title: str
    note: str
    turn: int
    table: str
    spec: str
    text: str
    head: Pattern
    body: tuple[Pattern, ...]


@functools.lru_cache(maxsize=4)
def read_rules(folder: Path = RULES_FOLDER) -> tuple[Rule, ...]:
    """The rules of a folder in their order.

    Raises OntologyError, with the file's name, for what is not such a rule.
    """
    rules = [read_rule(path) for path in folder.glob("*.rq")]
    return tuple(sorted(rules, key=lambda rule: (rule.turn, rule.name)))


def read_rule(path: Path) -> Rule:
    """The rule of a file.

    Raises OntologyError, with the file's name, for what is not such a rule.
    """
    text = path.read_text(encoding="utf-8")
    try:
        header = _read_header(text)
        insert, where = _blocks(text)
        heads = _patterns(insert)
        if len(heads) != 1:
            raise OntologyError(f"it inserts {len(heads)} triples and not one")
        body = tuple(_patterns(_without_filters(where)))
        unknown = {term for term in heads[0] if isinstance(term, Variable)} - {t for p in body for t in p}
        if unknown:
            raise OntologyError(f"it inserts {min(map(str, unknown))}, which nothing gives a value")
    except OntologyError as error:
        raise OntologyError(f"{path.name}: {error}") from error
    return Rule(
        name=path.stem,
        title=header["summary"],
        note=header["note"],
        turn=int(header["turn"]),
        table=header["table"],
        spec=header["spec"],
        text=sparql_prefixes() + text,
        head=heads[0],
        body=body,
    )


def unify(pattern: Pattern, triple: Triple) -> dict[Variable, AnyTerm] | None:
    """What the pattern's variables stand for if it is this triple; None if it cannot be."""
    bindings: dict[Variable, AnyTerm] = {}
    for wanted, found in zip(pattern, triple, strict=True):
        if isinstance(wanted, Variable):
            if bindings.setdefault(wanted, found) != found:
                return None
        elif wanted != found:
            return None
    return bindings


def instantiate(pattern: Pattern, bindings: Bindings) -> Triple | None:
    """The pattern with its variables replaced; None where that is no triple, as with a literal for subject.

    Raises KeyError where a variable has no value.
    """
    terms = (bindings[term] if isinstance(term, Variable) else term for term in pattern)
    subject, predicate, value = terms
    if isinstance(subject, Literal) or not isinstance(predicate, NamedNode):
        return None
    return Triple(subject, predicate, value)


def _read_header(text: str) -> dict[str, str]:
    header = {"note": ""}
    for line in text.splitlines():
        if line.startswith("#+"):
            key, colon, value = line.removeprefix("#+").strip().partition(": ")
            if not colon or key not in _HEADER or header.get(key):
                raise OntologyError(f"the header has a line {line!r}")
            header[key] = value.strip()
    missing = [key for key in _HEADER if key not in header]
    if missing or not header["turn"].isdecimal():
        raise OntologyError(f"the header lacks {', '.join(missing) or 'a number for turn'}")
    return header


def _blocks(text: str) -> tuple[list[Token], list[Token]]:
    """The tokens between the braces of INSERT and of WHERE."""
    found = [token for token in tokens(text) if token.kind not in ("space", "comment")]
    braces = [place for place, token in enumerate(found) if token.text in ("{", "}")]
    if [found[place].text for place in braces] != ["{", "}", "{", "}"]:
        raise OntologyError("it is not INSERT { … } WHERE { … }")
    start, end, where, last = braces
    frame = [found[0].text.upper(), start, found[end + 1].text.upper(), where - end, last]
    if frame != ["INSERT", 1, "WHERE", 2, len(found) - 1]:
        raise OntologyError("it is not INSERT { … } WHERE { … }")
    return found[start + 1 : end], found[where + 1 : last]


def _without_filters(block: Sequence[Token]) -> list[Token]:
    """The block without `FILTER(isIRI(?x))`, the only test that a rule may make."""
    kept = list(block)
    while any(token.is_word("FILTER") for token in kept):
        place = next(n for n, token in enumerate(kept) if token.is_word("FILTER"))
        test = kept[place : place + 7]
        words = [token.text.upper() for token in test if token.kind != "variable"]
        if words != ["FILTER", "(", "ISIRI", "(", ")", ")"] or test[-3].kind != "variable":
            raise OntologyError("its only filter can be FILTER(isIRI(?x))")
        del kept[place : place + 7]
    return kept


def _patterns(block: Sequence[Token]) -> list[Pattern]:
    """The triple patterns of a block: it is Turtle but for the variables."""
    words = [f"<{_VARIABLE}{token.text[1:]}>" if token.kind == "variable" else token.text for token in block]
    end = "" if words[-1:] in ([], ["."]) else " ."
    turtle = f"{sparql_prefixes()}{' '.join(words)}{end}"
    try:
        quads = list(parse(input=turtle.encode(), format=RdfFormat.TURTLE))
    except SyntaxError as error:
        raise OntologyError("it has more, or less, than whole triple patterns") from error
    return [(_term(quad.subject), _term(quad.predicate), _term(quad.object)) for quad in quads]


def _term(term: AnyTerm) -> PatternTerm:
    if isinstance(term, BlankNode | Triple):
        raise OntologyError("it has a blank node or a triple term where a variable would do")
    if isinstance(term, NamedNode) and term.value.startswith(_VARIABLE):
        return Variable(term.value.removeprefix(_VARIABLE))
    return term
