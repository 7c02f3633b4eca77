"""What a triple lacks that is not in the default graph: a decision, a claim that counts, a premise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from graph.claims import Claim
from graph.errors import MalformedSourceError
from graph.explanation import Decision, Elsewhere, Explanation, Gap, NotCounted, Underived, Unspoken
from graph.explanation_grounds import Grounds
from graph.explanation_matching import as_triple, filled, most_exact, variables
from graph.grounding import is_axiom
from graph.joins import DEFAULT, solutions
from graph.rules import Bindings, Pattern, Rule, unify
from graph.store import AnyTerm, ReadableStore
from graph.terms import decimal_value, is_number
from graph.votes import slot_of
from ontology.namespaces import OSA
from ontology.vocabulary import Vocabulary

FRAMING: Final = "It is framing: it can be attributed, counted and compared, and never becomes a fact."
NO_SLOT: Final = "Its property is none that facts are made of."
HISTORY: Final = "It is of an earlier state or stage, or in another currency: no rival, no support."
# So many ways to come near a conclusion are looked at, for each rule and for each pattern.
MOST_AXIOMS: Final = 200
MOST_MATCHES: Final = 20
# So many near conclusions are told of.
MOST_NEAR: Final = 3
# A premise that is missing may lack premises itself, and so on so far.
FURTHEST: Final = 4


class Attempt(NamedTuple):
    """A rule applied as far as it goes: the premises that are there, those that are not."""

    rule: Rule
    present: tuple[Triple, ...]
    missing: tuple[Pattern, ...]

    @property
    def distance(self) -> tuple[int, int]:
        """How far it is from a conclusion: fewer premises missing, more there."""
        return (len(self.missing), -len(self.present))


class Gaps:
    """Asks one store what the triples lack that it does not hold."""

    def __init__(
        self, store: ReadableStore, rules: Sequence[Rule], grounds: Grounds, vocabulary: Vocabulary
    ) -> None:
        self._store = store
        self._rules = rules
        self._grounds = grounds
        self._vocabulary = vocabulary

    def gaps(self, triple: Triple, path: tuple[Triple, ...] = ()) -> tuple[Gap, ...]:
        """What the triple lacks; `path` are those for whose sake it is wanted."""
        decisions = list(self._decisions(triple))
        gaps: list[Gap] = [*self._twins(triple), *decisions, *self._claims(triple, decisions)]
        gaps += [link for link in self._grounds.links(triple) if not link.gives]
        if self._may_be_inferred(triple):
            gaps += self._underived(triple, (*path, triple))
        claimed = any(isinstance(gap, NotCounted) for gap in gaps)
        if (graphs := self._grounds.graphs(triple)) and not claimed:
            gaps.append(Elsewhere(graphs))
        return tuple(gaps) or (Unspoken(self._unspoken(triple)),)

    def _twins(self, triple: Triple) -> Iterator[Unspoken]:
        """The same text or number as a literal of another kind, which the graph does hold."""
        wanted = triple.object
        for quad in self._store.quads(triple.subject, triple.predicate, None, DEFAULT):
            if isinstance(wanted, Literal) and isinstance(quad.object, Literal):
                is_number_too = is_number(wanted) and is_number(quad.object)
                if quad.object.value == wanted.value or (is_number_too and _equal(quad.object, wanted)):
                    yield Unspoken(f"The graph has it with a value of another kind: {quad.object}.")

    def _decisions(self, triple: Triple) -> Iterator[Decision]:
        """The slots that the triple would be a value of: open, or with another value."""
        kind = self._vocabulary.resolution.get(triple.predicate)
        for iri in self._grounds.slots(triple.subject, triple.predicate):
            slot = self._grounds.resolution(iri).slot
            if kind != "set" or slot.member == str(triple.object):
                yield self._grounds.decision(iri)

    def _claims(self, triple: Triple, decisions: Sequence[Decision]) -> Iterator[NotCounted]:
        """The claims that state it, but for those which the decisions tell of."""
        resolutions = [decision.resolution for decision in decisions]
        told = {claim for each in resolutions for claim in (*each.supported_by, *each.contested_by)}
        for evidence in self._grounds.claims_of(triple):
            if evidence.claim.iri.value not in told:
                yield NotCounted(evidence, self._reason(evidence.claim))

    def _reason(self, claim: Claim) -> str:
        """Why a claim that states a triple does not bear on whether it is a fact."""
        if claim.framing or claim.predicate in self._vocabulary.framing:
            return FRAMING
        if claim.modality != OSA.Asserted:
            label = self._vocabulary.labels.get(claim.modality, claim.modality.value)
            return f"It is not asserted: {label}."
        return NO_SLOT if slot_of(claim, self._vocabulary) is None else HISTORY

    def _may_be_inferred(self, triple: Triple) -> bool:
        """Whether rules, and not claims, are what would give such a triple about such a thing."""
        return triple.predicate not in self._vocabulary.resolution and self._is_known(triple.subject)

    def _underived(self, triple: Triple, path: tuple[Triple, ...]) -> Iterator[Underived]:
        nearest: list[Attempt] = []
        for rule in self._rules:
            nearest += self._attempts(rule, triple, path)
        # By their text where they are equally near, so that an answer is the same each time.
        nearest.sort(key=lambda attempt: (attempt.distance, str(attempt.missing)))
        for attempt in nearest[:MOST_NEAR]:
            if attempt.distance[0] > nearest[0].distance[0]:
                break
            wanted = [as_triple(pattern) for pattern in attempt.missing] if len(path) < FURTHEST else []
            why = [Explanation(each, (), self.gaps(each, path)) for each in wanted if each is not None]
            yield Underived(attempt.rule, attempt.present, attempt.missing, tuple(why))

    def _attempts(self, rule: Rule, triple: Triple, path: tuple[Triple, ...]) -> Iterator[Attempt]:
        """The rule applied as far as it goes, once for each way in which the ontology lets it apply."""
        bindings = unify(rule.head, triple)
        facts = [pattern for pattern in rule.body if not is_axiom(pattern)]
        if bindings is None or not facts:
            return
        axioms = [pattern for pattern in rule.body if is_axiom(pattern)]
        for applied in islice(solutions(self._store, axioms, bindings), MOST_AXIOMS):
            attempts = [
                Attempt(rule, present, missing)
                for present, missing in self._filled(facts, applied)
                if not any(_is_idle(pattern, path) for pattern in missing)
            ]
            if attempts:
                yield min(attempts, key=lambda attempt: attempt.distance)

    def _filled(
        self, patterns: Sequence[Pattern], bindings: Bindings
    ) -> Iterator[tuple[tuple[Triple, ...], tuple[Pattern, ...]]]:
        """The patterns that are there and those that are not, in every way worth telling."""
        if not patterns:
            yield (), ()
            return
        first = most_exact(patterns, bindings)
        rest = [pattern for pattern in patterns if pattern is not first]
        matches = list(islice(solutions(self._store, [first], bindings), MOST_MATCHES))
        for extended in matches:
            there = as_triple(filled(first, extended))
            for present, missing in self._filled(rest, extended):
                yield ((*present, there) if there else present), missing
        if matches:
            return
        present, missing = self._known(rest, bindings)
        yield present, (filled(first, bindings), *missing)
        for extended in self._guesses(first, bindings):
            present, missing = self._known(rest, extended)
            if present:
                yield present, (filled(first, extended), *missing)

    def _guesses(self, pattern: Pattern, bindings: Bindings) -> Iterator[Bindings]:
        """Which of the things spoken of already a missing premise may be about."""
        for variable in variables(filled(pattern, bindings)):
            for term in dict.fromkeys(bindings.values()):
                if isinstance(term, NamedNode):
                    yield {**bindings, variable: term}

    def _known(
        self, patterns: Sequence[Pattern], bindings: Bindings
    ) -> tuple[tuple[Triple, ...], tuple[Pattern, ...]]:
        """The patterns that are there and those that are not; what is left open stays open, and missing."""
        present: list[Triple] = []
        missing: list[Pattern] = []
        for pattern in patterns:
            wanted = filled(pattern, bindings)
            triple = as_triple(wanted)
            if triple is not None and next(solutions(self._store, [wanted], {}), None) is not None:
                present.append(triple)
            else:
                missing.append(wanted)
        return tuple(present), tuple(missing)

    def _is_known(self, node: AnyTerm) -> bool:
        return (
            next(self._store.quads(node, None, None, DEFAULT), None) is not None
            or next(self._store.quads(None, None, node, DEFAULT), None) is not None
        )

    def _is_anywhere(self, node: NamedNode) -> bool:
        places = ((node, None, None), (None, node, None), (None, None, node))
        return any(next(self._store.quads(*place), None) is not None for place in places)

    def _unspoken(self, triple: Triple) -> str:
        for node in (triple.subject, triple.predicate, triple.object):
            if isinstance(node, NamedNode) and not self._is_anywhere(node):
                return f"Nothing in the dataset speaks of {node.value}."
        if next(self._store.quads(triple.subject, triple.predicate, None, DEFAULT), None) is not None:
            return "Nothing in the dataset gives this value; others are there."
        return "Nothing in the dataset speaks of this property of this thing."


def _is_idle(pattern: Pattern, path: Sequence[Triple]) -> bool:
    """Whether it is idle to want such a premise: it is wanted for its own sake, or of a class without a name,
    which never gets members."""
    is_about_blank = any(isinstance(term, BlankNode) for term in pattern)
    return is_about_blank or any(unify(pattern, triple) is not None for triple in path)


def _equal(one: Literal, other: Literal) -> bool:
    """Whether two numeric literals are the same number; those that are none are not."""
    try:
        return decimal_value(one) == decimal_value(other)
    except MalformedSourceError:
        return False
