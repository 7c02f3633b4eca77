"""What decisions about links come to in a dataset: beside the links of the tables, or in their place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, Quad

from graph.curation import LIKELY_LINK, LINKING, NO_LINK, Act, Curation
from loaders.links import Link, link_quads, standing_links
from loaders.names import read_names
from loaders.reference import table_links
from loaders.revising import Work
from ontology.namespaces import OSA, OWL, SKOS
from ontology.vocabulary import read_vocabulary

DAY_LENGTH: Final = len("2026-11-22")


def decided_links(curation: Curation) -> list[Link]:
    """The links and near misses that stand by decisions, in the order in which they were made."""
    return [_link(act) for act in curation.acts if act.act in LINKING]


def relink(work: Work, tables: Path, before: Curation, after: Curation) -> None:
    """Bring the links of a copy of the dataset up to date with what is decided now.

    `tables` is the folder that says what stands where nothing is decided.
    """
    old, new = decided_links(before), decided_links(after)
    if old == new:
        return
    subjects = {link.subject for link in (*old, *new)}
    links = table_links(tables, read_names(tables), read_vocabulary())
    shipped = [link for link in links if link.subject in subjects]
    work.revision.exchange(_quads(shipped, old), _quads(shipped, new))
    work.store.note(subjects)


def _quads(shipped: Iterable[Link], decided: Iterable[Link]) -> set[Quad]:
    return {quad for link in standing_links(shipped, decided) for quad in link_quads(link)}


def _link(act: Act) -> Link:
    return Link(
        label=act.label,
        subject=NamedNode(act.of[0]),
        evidence=act.because,
        confidence=OSA.Likely if act.act == LIKELY_LINK else OSA.Verified,
        item=NamedNode(act.item),
        relation=OWL.differentFrom if act.act == NO_LINK else SKOS.exactMatch,
        decided_by=OSA.CuratorReview,
        curator=act.by,
        date=act.at[:DAY_LENGTH],
    )
