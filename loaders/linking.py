"""Decisions about links to Wikidata: recorded in the curation journal, and in the dataset as links.

A decision of a person takes the place of what the tables say about the same individual, and a build, a load
or a write over HTTP carries it on. What was decided without asking anybody is never more than likely.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pyoxigraph import NamedNode

from graph.curation import LIKELY_LINK, LINKING, NO_LINK, UNDO, Act, curation_of
from graph.errors import CurationError
from loaders.link_things import Thing, Things
from loaders.operations import Report
from loaders.records import timestamp
from loaders.relinking import relink
from loaders.replay import Workshop
from loaders.revising import Work, revising
from ontology.namespaces import WD

OPERATION: Final = "link"


@dataclass(frozen=True)
class Answer:
    """What was said of an individual and an item: `act` is `LINK`, `LIKELY_LINK` or `NO_LINK`.

    `evidence` is what the decision rests on, in words.
    """

    subject: str
    item: str
    act: str
    by: str
    evidence: str


@dataclass(frozen=True)
class Linked:
    """The acts that were recorded, and what they did to the dataset."""

    acts: tuple[Act, ...]
    report: Report


def decide_links(workshop: Workshop, answers: Sequence[Answer]) -> Linked:
    """Record answers, all of them or none, and publish a snapshot in which they are facts.

    What stands already is left out; where nothing is left, nothing is published. Raises StoreBusyError,
    StoreFormatError, StoreMissingError or StoreWriteError; the dataset is as it was then.
    """
    started = time.monotonic()
    with revising(replace(workshop, checkers=None)) as work:
        things = Things(work.store)
        made: list[Act] = []
        for answer in answers:
            standing = curation_of([*work.acts, *made]).acts
            if not _stands(answer, standing, things):
                made += _acts(workshop, len(work.acts) + len(made), things, answer, standing)
        return Linked(tuple(made), _carry_out(workshop, work, made, started))


def withdraw_links(workshop: Workshop, subject: NamedNode, by: str, because: str = "") -> Linked:
    """Undo all that was decided about the links of an individual; what the tables say of it stands again.

    Raises CurationError where nothing was decided, and what `decide_links` raises.
    """
    started = time.monotonic()
    with revising(replace(workshop, checkers=None)) as work:
        decided = _about(subject.value, curation_of(work.acts).acts)
        if not decided:
            raise CurationError("Nothing was decided about its links. See: osagraph curation")
        made = [
            _undoing(workshop, len(work.acts) + place, act, by, because) for place, act in enumerate(decided)
        ]
        return Linked(tuple(made), _carry_out(workshop, work, made, started))


def _carry_out(workshop: Workshop, work: Work, made: Sequence[Act], started: float) -> Report:
    report = Report(OPERATION)
    if made:
        before = curation_of(work.acts)
        work.acts.extend(made)
        after = curation_of(work.acts)
        work.revision.decide(after)
        relink(work, workshop.tables, before, after)
        change = work.finish()
        report.snapshot = work.publish(change, None, OPERATION, workshop.clock())
        report.change, report.counts = work.summary(change), work.counts(change)
    report.seconds = time.monotonic() - started
    return report


def _acts(
    workshop: Workshop, number: int, things: Things, answer: Answer, standing: Sequence[Act]
) -> list[Act]:
    """The acts of an answer: it undoes what was said otherwise of the same individual before."""
    thing = things.read(NamedNode(answer.subject))
    undone = [act for act in _about(answer.subject, standing) if _speaks_against(answer, act)]
    made = [
        _undoing(workshop, number + place, act, answer.by, "decided anew") for place, act in enumerate(undone)
    ]
    made.append(
        Act(
            number=number + len(made) + 1,
            act=answer.act,
            by=answer.by,
            at=timestamp(workshop.clock()),
            because=answer.evidence,
            of=(answer.subject,),
            item=WD[answer.item].value,
            label=_node_label(things, thing, standing),
        )
    )
    return made


def _node_label(things: Things, thing: Thing, standing: Sequence[Act]) -> str:
    before = (act.label for act in _about(thing.iri.value, standing))
    return next(before, "") or things.node_label(thing)


def _undoing(workshop: Workshop, number: int, act: Act, by: str, because: str) -> Act:
    return Act(number + 1, UNDO, by, timestamp(workshop.clock()), because, undoes=act.number)


def _about(subject: str, acts: Iterable[Act]) -> list[Act]:
    return [act for act in acts if act.act in LINKING and act.of == (subject,)]


def _stands(answer: Answer, standing: Sequence[Act], things: Things) -> bool:
    """Whether an answer says nothing new: neither beside other decisions nor beside the tables."""
    decided = _about(answer.subject, standing)
    if decided:
        item = WD[answer.item].value
        return any(act.act == answer.act and act.item == item for act in decided)
    thing = things.read(NamedNode(answer.subject))
    if answer.act == NO_LINK:
        return answer.item in thing.refused
    is_linked = answer.item in thing.linked
    return is_linked and (thing.link == "verified" or answer.act == LIKELY_LINK)


def _speaks_against(answer: Answer, act: Act) -> bool:
    """Whether what was decided before cannot stand beside an answer: one link, and many near misses, can."""
    same_item = act.item == WD[answer.item].value
    if answer.act == NO_LINK or act.act == NO_LINK:
        return same_item
    return True
