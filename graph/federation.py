"""Answers the SERVICE clauses of a query beforehand, where its user allows the service.

The engine's own SERVICE reaches any address, knows no deadline and cannot be interrupted. So it is never
given one: each service is asked for the solutions of its clause, and a VALUES block with them takes the
clause's place. That is the same join. Where the query's own patterns say which values can join, the service
is sent these (see `bind_join`). This module asks nobody: it says what is to be asked, and puts the answers in
their places.
Spec: https://www.w3.org/TR/sparql11-federated-query/#defn_service
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from graph.bind_join import BindJoins, certain_variables, named_variables
from graph.errors import QuerySyntaxError, ServiceFailedError
from graph.inquiry import Asking, Inquiry, answered
from graph.own_prefixes import declarations
from graph.service_clauses import Clause, blanked, clauses_of, prologue_tokens
from graph.service_values import Block, Row, nothing, sendable, values_clause
from graph.sparql_outline import group_outline, outline
from graph.sparql_tokens import tokens

# So many different solutions of ours are sent along, in requests of so many. With more of them the clause is
# sent as it is: what the service has may be less.
MOST_SENT: Final = 2000
BATCH: Final = 200
# What Wikidata's service of labels binds without being told, if it is selected.
_LABEL: Final = re.compile(r"(.+?)(?:Label|AltLabel|Description)")
_LABELLING: Final = re.compile(r"wikibase:label\b|wikiba\.se/ontology#label>")

# Our own solutions of a query. Raises QuerySyntaxError where it cannot be asked.
Looking = Callable[[str], Sequence[Row]]


class Federation:
    """A query with SERVICE clauses, to be answered one after the other; `allowed` has addresses by service.

    For each of `clauses`: ask ourselves `own_question`, if there is one; ask the service `inquiry`, if there
    is one; and `put` what came of it. Then `text` has the query without them.
    """

    def __init__(self, text: str, allowed: Mapping[str, str]) -> None:
        """Raises QuerySyntaxError as `clauses_of` does, before anybody is asked."""
        self.clauses = clauses_of(text, allowed)
        self._text = text
        self._allowed = allowed
        self._answers: dict[int, Block] = {}
        shape = outline(tokens(text)) if self.clauses else None
        self._joins = BindJoins(text, shape.pattern) if shape else None
        self._dataset = text[slice(*shape.dataset)] if shape else ""
        self._shared: dict[int, frozenset[str]] = {}

    def own_question(self, clause: Clause) -> str | None:
        """The query for our values that the clause can join with; None where nothing restricts them."""
        shape = group_outline(tokens(clause.group))
        if shape is None or self._joins is None:
            return None
        found = self._joins.pattern(clause.start, certain_variables(shape), self._answers)
        if found is None:
            return None
        self._shared[clause.start] = found.certain
        names = " ".join(f"?{name}" for name in sorted(found.certain))
        head = f"{self._declarations()}SELECT DISTINCT {names} {self._dataset}"
        return f"{head} WHERE {{ {found.text} }} LIMIT {MOST_SENT + 1}"

    def inquiry(self, clause: Clause, own: Sequence[Row] | None) -> Inquiry | None:
        """What is asked of the service, with our own solutions sent along; None where nothing can join."""
        query = f"{self._prologue(clause.group)}SELECT {self._projection(clause)} WHERE {clause.group}"
        address, mark = self._allowed[clause.service], self._mark(clause)
        names: list[str] = []
        if own is not None and len(own) <= MOST_SENT:
            names, rows = sendable(sorted(self._shared.get(clause.start, ())), own)
        if not names:
            return Inquiry(clause.service, address, (query,), mark)
        batches = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
        queries = tuple(f"{query}\n{values_clause(names, batch)}" for batch in batches)
        return Inquiry(clause.service, address, queries, mark) if queries else None

    def put(self, clause: Clause, block: Block | None) -> None:
        """Let the solutions stand for the clause; None where there is no inquiry."""
        if block is None:
            shape = group_outline(tokens(clause.group))
            block = nothing(sorted(named_variables(shape)) if shape else [])
        self._answers[clause.start] = block

    def fail(self, clause: Clause, error: ServiceFailedError) -> None:
        """Let one solution without bindings stand for a clause that is SILENT.

        Raises the error for any other.
        """
        if not clause.is_silent:
            raise error
        self._answers[clause.start] = Block("{}")

    @property
    def text(self) -> str:
        """The query, with solutions in the place of its clauses."""
        pieces, done = [], 0
        for clause in self.clauses:
            pieces += [self._text[done : clause.start], self._answers[clause.start].text]
            done = clause.end
        return "".join([*pieces, self._text[done:]])

    @property
    def skeleton(self) -> str:
        """The query with the groups of its clauses, and blanks where SERVICE and names of services stand."""
        return blanked(self._text, [names for clause in self.clauses for names in clause.names])

    def _mark(self, clause: Clause) -> str:
        return f"{self.clauses.index(clause)}-"

    def _projection(self, clause: Clause) -> str:
        """All variables; by their names where labels are asked for, which are only made for names."""
        if not _LABELLING.search(clause.group):
            return "*"
        shape = group_outline(tokens(clause.group))
        inside = {token.text[1:] for token in tokens(clause.group) if token.kind == "variable"}
        names = set(named_variables(shape)) if shape else inside
        everywhere = {token.text[1:] for token in tokens(self._text) if token.kind == "variable"}
        labels = {name for name in everywhere if (stem := _LABEL.fullmatch(name)) and stem[1] in inside}
        return " ".join(f"?{name}" for name in sorted(names | labels))

    def _prologue(self, group: str) -> str:
        """The declarations of the query, and before them those of our own prefixes that the group uses."""
        return declarations(group) + self._declarations()

    def _declarations(self) -> str:
        found = ("\n" if token.kind == "comment" else token.text for token in prologue_tokens(self._text))
        return "".join(found).strip() + "\n"


def federated(text: str, allowed: Mapping[str, str], ask: Asking, look: Looking | None = None) -> str:
    """The query with solutions in the place of its SERVICE clauses; `look` asks our own data.

    Raises QuerySyntaxError as `Federation` does, and ServiceFailedError where a service does not answer.
    """
    federation = Federation(text, allowed)
    for clause in federation.clauses:
        question = federation.own_question(clause) if look else None
        inquiry = federation.inquiry(clause, _own(look, question) if look and question else None)
        try:
            federation.put(clause, answered(inquiry, ask) if inquiry else None)
        except ServiceFailedError as error:
            federation.fail(clause, error)
    return federation.text


def _own(look: Looking, question: str) -> Sequence[Row] | None:
    try:
        return look(question)
    except QuerySyntaxError:
        # The patterns mean something only where they stand; then the clause is sent as it is.
        return None
