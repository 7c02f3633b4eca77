"""The snapshots that are kept: what made each, what it holds, what changed; and the same as a feed.

Spec of the feed: https://www.rfc-editor.org/rfc/rfc4287
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, render_template
from pyoxigraph import NamedNode
from werkzeug.exceptions import Gone, NotFound

from graph.datadir import Snapshot
from web.labels import labels_of
from web.page_answer import page_answer
from web.paging import only_parameters
from web.site import Site
from web.snapshot_changes import COUNTED, changes_between
from web.sources import source_name

ATOM: Final = "application/atom+xml"
ENTRIES: Final = 20
# So many changed values stand on a page.
SHOWN: Final = 100
LONGEST_NUMBER: Final = 9


def snapshot_routes(site: Site) -> Blueprint:
    """The routes of snapshots and of the feed."""
    routes = Blueprint("snapshots", __name__)

    @routes.get("/snapshots")
    def list_snapshots() -> Response:
        only_parameters()
        return page_answer(site, lambda: _list(site), besides=_kept(site))

    @routes.get("/snapshots/<number>")
    def show_snapshot(number: str) -> Response:
        only_parameters()
        return page_answer(site, lambda: _one(site, number), besides=_kept(site))

    @routes.get("/changes.atom")
    def feed() -> Response:
        return page_answer(site, lambda: _feed(site), ATOM, besides=_kept(site))

    return routes


def _kept(site: Site) -> str:
    """Old snapshots go while the current one stays."""
    return " ".join(str(snapshot.number) for snapshot in site.kept())


def _list(site: Site) -> str:
    kept = list(reversed(site.kept()))
    return render_template("snapshots.html", snapshots=kept, current=site.current().number, names=COUNTED[:5])


def _one(site: Site, text: str) -> str:
    kept = {snapshot.number: snapshot for snapshot in site.kept()}
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else 0
    snapshot = kept.get(number)
    if snapshot is None:
        current = site.current().number
        if 0 < number <= current:
            raise Gone(f"Snapshot {number} is no longer kept. The current one is {current}; builds stay.")
        raise NotFound(f"There is no snapshot {text[:20]!r}. The current one is {current}.")
    earlier = max((each for each in kept if each < number), default=None)
    changes = None if earlier is None else changes_between(site, kept[earlier], snapshot)
    terms: list[object] = []
    if changes is not None:
        shown = (changes.values or ())[:SHOWN]
        terms += [
            term for each in shown for term in (each.subject, each.predicate, *each.before, *each.after)
        ]
        terms += [NamedNode(iri) for iris in (changes.sources or {}).values() for iri in iris[:SHOWN]]
    return render_template(
        "snapshot.html",
        snapshot=snapshot,
        current=site.current().number,
        changes=changes,
        shown=SHOWN,
        labels=labels_of(site, terms),
        names=COUNTED,
        source_name=source_name,
        next=min((each for each in kept if each > number), default=None),
    )


def _feed(site: Site) -> str:
    kept = site.kept()
    entries = [(snapshot, _summary(kept, place)) for place, snapshot in enumerate(kept)][-ENTRIES:]
    return render_template("changes.xml", entries=entries[::-1], address=site.address)


def _summary(kept: Sequence[Snapshot], place: int) -> str:
    """What changed in the counts, in one sentence."""
    snapshot, earlier = kept[place], kept[place - 1] if place else None
    parts = []
    for name in COUNTED[:5]:
        count, before = snapshot.counts.get(name), earlier.counts.get(name) if earlier else None
        if isinstance(count, int):
            change = f" ({count - before:+,})" if isinstance(before, int) and before != count else ""
            parts.append(f"{count:,} {name.replace('_', ' ')}{change}")
    return ", ".join(parts)
