"""Which values a SERVICE clause can join with: the question to ask ourselves before the service is asked.

`{ ?state skos:exactMatch ?item . SERVICE <…> { ?item wdt:P1082 ?people } }` would have the service send the
population of everything. The patterns of the same group say which items can matter. They may only be used
where leaving out all others changes nothing: each solution of the group has matched them, and both they and
the clause certainly bind the variable. So the patterns before the clause count, and those before the groups
around it that are joined; around an OPTIONAL or MINUS only those that it belongs to; around a sub-query none.
Spec: https://www.w3.org/TR/sparql11-query/#sparqlAlgebra
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph.service_values import Block
from graph.sparql_outline import Element, Group

# What has these does not give the same twice, or looks at more than its own variables.
_UNSURE: Final = frozenset(["EXISTS", "RAND", "UUID", "STRUUID", "NOW", "BNODE"])
_UNSURE_WORD: Final = re.compile("|".join(sorted(_UNSURE)) + "|SERVICE", re.IGNORECASE)


@dataclass(frozen=True)
class Pattern:
    """A pattern as text, the variables that each of its solutions binds, and where its group starts."""

    text: str
    certain: frozenset[str]
    group: int = 0


@dataclass(frozen=True)
class Conjunct:
    """An element of a group that is joined with a clause; `graph` is the text of the GRAPH around it."""

    element: Element
    group: int
    graph: str = ""


def certain_variables(group: Group) -> frozenset[str]:
    """The variables that each solution of a group binds, or fewer."""
    found = frozenset().union(*(_certain(element) for element in group.elements))
    return found if group.selected is None else found & group.selected


def _certain(element: Element) -> frozenset[str]:
    match element.kind:
        case "triples":
            return frozenset(element.variables)
        case "values":
            return frozenset() if "UNDEF" in element.words else frozenset(element.variables)
        case "graph":
            return certain_variables(element.groups[0]) | element.variables
        case "groups":
            return frozenset.intersection(*map(certain_variables, element.groups))
        case _:
            return frozenset()


def named_variables(group: Group) -> frozenset[str]:
    """The variables that a solution of a group may bind, or more."""
    inner = (
        element.variables.union(*map(named_variables, element.groups))
        for element in group.elements
        if element.kind not in ("filter", "minus")
    )
    found = frozenset().union(*inner)
    return found if group.selected is None else found & group.selected


class BindJoins:
    """The patterns that are joined with each SERVICE clause of a query, by where the clause starts."""

    def __init__(self, text: str, pattern: Group) -> None:
        self._text = text
        self._joined: dict[int, tuple[Conjunct, ...]] = {}
        self._walk(pattern, (), "")

    def _walk(self, group: Group, joined: Sequence[Conjunct], graph: str) -> None:
        """`joined` are those outside of the group."""
        own = [Conjunct(element, group.start) for element in group.elements if element.kind == "filter"]
        for element in group.elements:
            everything = (*joined, *own)
            if element.kind == "service":
                self._joined[element.start] = everything
            elif element.kind in ("optional", "minus"):
                self._walk(element.groups[0], own, graph)
            elif element.kind == "graph":
                self._walk(element.groups[0], everything, self._text[element.start : element.groups[0].start])
            elif element.kind == "groups":
                for inner in element.groups:
                    self._walk(inner, () if group.is_select or inner.is_select else everything, graph)
            if element.kind != "filter":
                own.append(Conjunct(element, group.start, graph))

    def pattern(self, start: int, variables: frozenset[str], answered: Mapping[int, Block]) -> Pattern | None:
        """What our own data have to match for the clause that starts there, and which `variables` that binds.

        `answered` are the solutions of clauses before it. None where nothing restricts the variables.
        """
        joined = self._joined.get(start, ())
        patterns = [self._read(each, answered) for each in joined if each.element.kind != "filter"]
        kept, shared = _connected([each for each in patterns if each is not None], variables)
        if not shared:
            return None
        filters = [each for each in joined if each.element.kind == "filter" and _is_sure(each, kept)]
        texts = [*(each.text for each in kept), *(self._of(each.element) for each in filters)]
        return Pattern("\n".join(texts), shared)

    def _of(self, element: Element) -> str:
        return self._text[element.start : element.end]

    def _read(self, conjunct: Conjunct, answered: Mapping[int, Block]) -> Pattern | None:
        found = self._element(conjunct.element, answered)
        if found is None:
            return None
        text = f"{conjunct.graph}{{ {found.text} }}" if conjunct.graph else found.text
        return Pattern(text, found.certain, conjunct.group)

    def _element(self, element: Element, answered: Mapping[int, Block]) -> Pattern | None:
        match element.kind:
            case "triples" | "values":
                certain = _certain(element)
                return Pattern(f"{{ {self._of(element)}\n}}", certain) if certain else None
            case "service":
                block = answered.get(element.start)
                return Pattern(block.text, block.certain) if block else None
            case "graph":
                inner = self._group(element.groups[0], answered)
                name = self._text[element.start : element.groups[0].start]
                return Pattern(f"{name}{inner.text}", inner.certain | element.variables) if inner else None
            case "groups":
                return self._union([self._group(group, answered) for group in element.groups])
            case _:
                return None

    def _group(self, group: Group, answered: Mapping[int, Block]) -> Pattern | None:
        if group.is_select:
            text = self._text[group.start : group.end]
            is_sure = not group.is_cut and not _UNSURE_WORD.search(text)
            return Pattern(text, certain_variables(group)) if is_sure else None
        found = [each for element in group.elements if (each := self._element(element, answered))]
        if not found:
            return None
        certain = frozenset().union(*(each.certain for each in found))
        return Pattern("{ " + "\n".join(each.text for each in found) + " }", certain)

    def _union(self, branches: Sequence[Pattern | None]) -> Pattern | None:
        known = [each for each in branches if each is not None]
        if len(known) < len(branches):
            return None
        certain = frozenset.intersection(*(each.certain for each in known))
        return Pattern("{ " + " UNION ".join(each.text for each in known) + " }", certain)


def _connected(
    patterns: Sequence[Pattern], variables: frozenset[str]
) -> tuple[list[Pattern], frozenset[str]]:
    """The patterns that have to do with the variables, by way of others too; and what they bind of these."""
    reached, kept = set(variables), set[int]()
    while more := {n for n, each in enumerate(patterns) if n not in kept and each.certain & reached}:
        kept |= more
        reached.update(*(patterns[number].certain for number in more))
    bound = frozenset().union(*(patterns[number].certain for number in kept))
    return [patterns[number] for number in sorted(kept)], bound & variables


def _is_sure(conjunct: Conjunct, kept: Iterable[Pattern]) -> bool:
    """Whether a filter says the same of the patterns alone: those of its group bind all that it sees."""
    element = conjunct.element
    bound = frozenset().union(*(each.certain for each in kept if each.group == conjunct.group))
    return bool(element.variables) and element.variables <= bound and not element.words & _UNSURE
