"""What curators do: accept or reject a claim, grade, tell voices, retract a source, and undo any of it.

An act is written into the curation journal of the next snapshot, and only what it bears on is resolved and
assessed again. A build, a load or a write over HTTP carries the journal on.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from graph.curation import (
    ACCEPT,
    GRADE,
    PURGED,
    REJECT,
    SAME_VOICE,
    SEPARATE_VOICES,
    UNDO,
    Act,
    curation_of,
)
from graph.errors import CurationError, InvalidParameterError
from graph.slot_votes import SlotVotes
from graph.topics import is_framing
from loaders.named_claims import named_claim, named_source
from loaders.operations import Report
from loaders.records import timestamp
from loaders.relinking import relink
from loaders.replay import Workshop
from loaders.revising import Work, revising
from ontology.namespaces import ID

OPERATION: Final = "curation"
# Acts that cannot stand side by side about the same thing.
_OPPOSITES: Final = {ACCEPT: REJECT, REJECT: ACCEPT, SAME_VOICE: SEPARATE_VOICES, SEPARATE_VOICES: SAME_VOICE}
RELIABILITY, CREDIBILITY = "Reliability", "Credibility"
_VOICES: Final = (SAME_VOICE, SEPARATE_VOICES)


@dataclass(frozen=True)
class Decision:
    """What somebody wants to decide, in the words of a person: `of` names claims or sources.

    `grade` is a notation: A to F for a source, 1 to 6 for a claim.
    """

    act: str
    of: tuple[str, ...]
    by: str
    because: str
    grade: str = ""


@dataclass(frozen=True)
class Curated:
    """An act that was recorded, what it undid, and what it did to the dataset."""

    act: Act
    undone: Act | None
    report: Report


def decide(workshop: Workshop, decision: Decision) -> Curated:
    """Record a decision, and bring facts and assessments up to date with it.

    Raises UnknownResourceError, InvalidParameterError or CurationError, StoreBusyError, StoreFormatError or
    StoreWriteError; the dataset is as it was then.
    """
    started = time.monotonic()
    # What there is was validated when it came.
    with revising(replace(workshop, checkers=None)) as work:
        act = _act(workshop, work, decision)
        _require_new(act, curation_of(work.acts).acts)
        return Curated(act, None, _carry_out(workshop, work, act, started))


def undo(workshop: Workshop, number: int | None, by: str, because: str = "") -> Curated:
    """Undo an act, None: the last one that stands. The dataset is as it would be without it.

    Raises CurationError where there is nothing to undo, and what `decide` raises.
    """
    started = time.monotonic()
    with revising(replace(workshop, checkers=None)) as work:
        undone = _undoable(work.acts, number)
        moment = timestamp(workshop.clock())
        act = Act(len(work.acts) + 1, UNDO, said("--by", by), moment, because.strip(), undoes=undone.number)
        return Curated(act, undone, _carry_out(workshop, work, act, started))


def _carry_out(workshop: Workshop, work: Work, act: Act, started: float) -> Report:
    before = curation_of(work.acts)
    work.acts.append(act)
    after = curation_of(work.acts)
    work.revision.decide(after)
    relink(work, workshop.tables, before, after)
    change = work.finish()
    number = work.publish(change, None, OPERATION, workshop.clock())
    report = Report(OPERATION, number, change=work.summary(change), counts=work.counts(change))
    report.seconds = time.monotonic() - started
    return report


def _act(workshop: Workshop, work: Work, decision: Decision) -> Act:
    """The act that a decision comes to in a dataset."""
    scheme = _scheme(work, decision.grade) if decision.act == GRADE else ""
    if decision.act in (ACCEPT, REJECT) or scheme == CREDIBILITY:
        of: tuple[str, ...] = (named_claim(work.store, decision.of[0]).value,)
    else:
        of = tuple(dict.fromkeys(named_source(work.store, text).value for text in decision.of))
    if decision.act in _VOICES and len(of) < 2:
        raise InvalidParameterError("SOURCE", " ".join(decision.of), "two sources or more")
    if decision.act == ACCEPT:
        _require_acceptable(work, of[0])
    concepts = work.revision.vocabulary.concepts
    return Act(
        number=len(work.acts) + 1,
        act=decision.act,
        by=said("--by", decision.by),
        at=timestamp(workshop.clock()),
        because=said("--because", decision.because),
        of=of,
        grade=concepts[scheme, decision.grade.upper()].value if scheme else "",
    )


def _scheme(work: Work, grade: str) -> str:
    """The scheme that a grade belongs to, which tells what is graded."""
    for scheme in (RELIABILITY, CREDIBILITY):
        if (scheme, grade.upper()) in work.revision.vocabulary.concepts:
            return scheme
    raise InvalidParameterError("GRADE", grade, "A to F for a source, or 1 to 6 for a claim")


def said(name: str, text: str) -> str:
    """A text that people will read, on one line; `name` is the option that it was given with.

    Raises InvalidParameterError where it says nothing, or holds what no line does.
    """
    line = " ".join(text.split())
    if not line or not line.isprintable():
        raise InvalidParameterError(name, text, "some words")
    return line


def _require_acceptable(work: Work, claim: str) -> None:
    """Raises CurationError for a claim that cannot become a fact."""
    cast = SlotVotes(work.store, work.revision.vocabulary).claim(claim)
    if cast is None or is_framing(cast.slot, work.revision.vocabulary):
        raise CurationError(f"{_short(claim)} can be attributed and compared, and is never a fact.")
    if not cast.vote.asserted:
        raise CurationError(f"{_short(claim)} asserts nothing, and only what is asserted can be a fact.")
    if not cast.vote.competes:
        raise CurationError(
            f"{_short(claim)} is in another currency than that of its budget line or project."
        )


def _require_new(act: Act, standing: Sequence[Act]) -> None:
    """Raises CurationError where such an act stands already, or one that says the opposite."""
    for other in standing:
        shared = set(act.of) & set(other.of)
        is_about = len(shared) > 1 if act.act in _VOICES else bool(shared)
        if not is_about:
            continue
        if act.act == GRADE == other.act and act.by == other.by:
            raise CurationError(
                f"{_short(act.of[0])} was graded by {act.by} before, {_when(other)}. "
                f"To grade it otherwise, undo that first: osagraph undo {other.number}"
            )
        if act.act != GRADE and other.act == act.act and set(act.of) <= set(other.of):
            raise CurationError(f"That was decided before, {_when(other)}, and stands.")
        if other.act == _OPPOSITES.get(act.act):
            raise CurationError(
                f"The opposite was decided, {_when(other)}. Undo that first: osagraph undo {other.number}"
            )


def _undoable(acts: Sequence[Act], number: int | None) -> Act:
    standing = curation_of(acts).acts
    if number is None:
        if not standing:
            raise CurationError("There is nothing to undo: no act of curation stands.")
        return standing[-1]
    for act in standing:
        if act.number == number:
            return act
    if not 1 <= number <= len(acts):
        raise CurationError(f"There is no act {number}. See: osagraph curation")
    if acts[number - 1].act == UNDO:
        raise CurationError(
            f"Act {number} undid act {acts[number - 1].undoes}: decide that once more instead."
        )
    if acts[number - 1].act == PURGED:
        raise CurationError(f"Act {number} was about a source that was purged: nothing is left to undo.")
    raise CurationError(f"Act {number} is undone already. See: osagraph curation")


def _when(act: Act) -> str:
    return f"act {act.number} by {act.by} on {act.at[:10]}"


def _short(iri: str) -> str:
    """A claim or source as people name it."""
    return iri.removeprefix(str(ID)).replace("/", " ", 1).capitalize()
