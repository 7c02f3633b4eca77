"""The candidates for each query of a batch: by name and by what is known of them, scored, the best first.

A score is the likeness of the best name, 100 for the same; less where the type is another one, more or less
where what is known agrees or not. A candidate is a match where it may be taken unseen: 90 or more, 10 ahead
of the next one, and nothing against it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pyoxigraph import NamedNode

from graph.label_entries import NameKind
from web.reconcile_agreement import Known, agreement
from web.reconcile_evidence import Facts, by_properties, facts_of, known_of
from web.reconcile_names import SAFE, Deadline, Named, named
from web.reconcile_request import Constraint, Strictness, Wanted
from web.reconcile_terms import terms
from web.site import Site, count_of, text_of

MARGIN: Final = 10.0
HIGHEST: Final = 100.0
LEAST: Final = 30.0
OTHER_TYPE: Final = 20.0
AGREES: Final = 10.0
CONTRADICTS: Final = 20.0
# A batch takes a second at most where nobody makes it slow.
SECONDS: Final = 15.0
# So many candidates are looked at closely, those with the best names.
LOOKED_AT: Final = 25


@dataclass(frozen=True)
class Candidate:
    """A thing that may be meant, with what speaks for it; `rank` is the score before it is cut at 100.

    `type_match` is None where no type was asked for, `agreement` where nothing that was given is known.
    """

    named: Named
    rank: float
    type_match: bool | None = None
    agreement: float | None = None
    is_contradicted: bool = False
    popularity: int = 0
    is_match: bool = False

    @property
    def score(self) -> float:
        """From 0 to 100."""
        return min(HIGHEST, max(0.0, self.rank))


def reconcile(site: Site, batch: Sequence[Wanted]) -> list[list[Candidate]]:
    """The candidates for each query, the best first; the same question has the same answer.

    Raises LabelsPendingError, SearchTimeoutError and what `Site.rows` raises.
    """
    deadline = Deadline(time.monotonic() + SECONDS)
    found = named(site, batch, deadline)
    for wanted, things in zip(batch, found, strict=True):
        deadline.check()
        if not wanted.text.strip():
            things.update(by_properties(site, wanted))
    closely = [_best_named(wanted, things) for wanted, things in zip(batch, found, strict=True)]
    facts = facts_of(site, batch, closely)
    known = known_of(site, batch, facts)
    chosen = [
        _chosen(wanted, [_scored(wanted, each, facts, known) for each in things])
        for wanted, things in zip(batch, closely, strict=True)
    ]
    return _by_popularity(site, chosen)


def _best_named(wanted: Wanted, things: Mapping[str, Named]) -> list[Named]:
    """The candidates with the best names, as far as their type allows."""
    allowed = [each for each in things.values() if _is_allowed(wanted, each)]
    least = 0 if not wanted.text.strip() else LEAST
    ranked = sorted((each for each in allowed if each.similarity >= least), key=_order)
    return ranked[: max(LOOKED_AT, wanted.limit)]


def _order(each: Named) -> tuple[float, NameKind, int, str]:
    return -each.similarity, each.name.kind, len(each.name.text), each.iri


def _has_type(wanted: Wanted, each: Named) -> bool:
    asked = [terms().class_iri(id) in each.classes for id in wanted.types]
    return all(asked) if wanted.strictness is Strictness.ALL else any(asked)


def _is_allowed(wanted: Wanted, each: Named) -> bool:
    return not wanted.types or wanted.strictness is Strictness.SHOULD or _has_type(wanted, each)


def _scored(wanted: Wanted, each: Named, facts: Facts, known: Known) -> Candidate:
    type_match = _has_type(wanted, each) if wanted.types else None
    found = [_agreement(constraint, each.iri, facts, known) for constraint in wanted.constraints]
    agreed = [value for value in found if value is not None]
    mean = sum(agreed) / len(agreed) if agreed else None
    against = sum(value == 0 for value in agreed)
    if wanted.text.strip():
        rank = each.similarity + AGREES * (mean or 0) - CONTRADICTS * min(2, against)
    else:
        rank = HIGHEST * sum(agreed) / max(1, len(found))
    if type_match is False:
        rank -= OTHER_TYPE
    return Candidate(each, round(rank, 1), type_match, mean, against > 0 or type_match is False)


def _agreement(constraint: Constraint, iri: str, facts: Facts, known: Known) -> float | None:
    predicate = terms().property_iri(constraint.property)
    return agreement(constraint.values, facts.get((iri, predicate), ()), known) if predicate else None


def _chosen(wanted: Wanted, candidates: Sequence[Candidate]) -> list[Candidate]:
    """As many as were asked for; the first is a match where it is safe."""
    ranked = sorted(candidates, key=lambda each: (-each.rank, *_order(each.named)))
    ranked = [each for each in ranked if each.score >= LEAST]
    if ranked:
        best, second = ranked[0], max((each.rank for each in ranked[1:]), default=0)
        is_match = best.score >= SAFE and best.rank - second >= MARGIN and not best.is_contradicted
        ranked[0] = replace(best, is_match=is_match)
    return ranked[: wanted.limit]


def _by_popularity(site: Site, chosen: Sequence[list[Candidate]]) -> list[list[Candidate]]:
    """The same with their numbers of links; among equal ones, those with more come first."""
    popular = popularity(site, {each.named.iri for candidates in chosen for each in candidates})
    told = [
        [replace(each, popularity=popular.get(each.named.iri, 0)) for each in candidates]
        for candidates in chosen
    ]
    return [sorted(each, key=lambda candidate: (-candidate.rank, -candidate.popularity)) for each in told]


def popularity(site: Site, iris: set[str]) -> dict[str, int]:
    """How many links each thing has, up to 50 in each direction.

    Raises what `Site.rows` raises.
    """
    if not iris:
        return {}
    rows = site.rows("neighbours-degrees", {"thing": [NamedNode(iri) for iri in sorted(iris)]})
    return {text_of(row, "thing"): count_of(row, "number") for row in rows}
