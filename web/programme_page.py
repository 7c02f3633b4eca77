"""What the page of a programme tells beside its statements: money, recipients, projects, places, events.

Everything comes from the ontology's properties, so it is the same for any programme; a part without data is
left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import NamedNode

from graph.datadir import Snapshot
from graph.results import ResultTerm
from ontology.namespaces import OSA
from web.dated import PUBLISHED, Item, about, marked
from web.frame import address
from web.labels import Labels
from web.map import world_address
from web.map_picture import Spot, draw_map
from web.places import codes_of, country
from web.programme_budget import Budget, charts, read_budget
from web.programme_projects import COLUMNS, Projects, read_projects
from web.programme_recipients import Recipients, read_recipients
from web.site import Site, text_of
from web.terms import short_iri
from web.timeline import MOST_ABOUT
from web.timeline_picture import draw_timeline

# So many events are listed, the latest; the timeline has all of them.
SHOWN_EVENTS: Final = 12
DRAWN_EVENTS: Final = 400
MOST_PLACES: Final = 300
# How far a recipient has come; the number is that of its mark on the map.
STANDINGS: Final = ("a project is agreed", "a project is planned", "named for it")
AGREED, PLANNED, NAMED = range(3)


@dataclass(frozen=True)
class Programme:
    """All that is told of a programme.

    `places` are the letters and the standing of each recipient that is a country, `elsewhere` are the other
    recipients; `rules` are the instruments whose events are told with its own.
    """

    iri: str
    budget: Budget
    recipients: Recipients
    projects: Projects
    places: Sequence[tuple[str, str, int]]
    elsewhere: Sequence[str]
    rules: Sequence[str]
    events: Sequence[Item]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        told = (
            self.budget.lines,
            self.recipients.years,
            self.recipients.counts,
            self.projects.all,
            self.events,
        )
        return not any(told)

    def terms(self) -> Iterator[ResultTerm]:
        """Everything that is named."""
        yield from self.budget.terms()
        yield from self.recipients.terms()
        yield from self.projects.terms()
        yield from (each.recipient for each in self.projects.all if each.recipient is not None)
        yield from map(NamedNode, (*(iri for iri, _, _ in self.places), *self.elsewhere, *self.rules))
        for event in self.events:
            yield from event.terms()


def read_programme(site: Site, iri: str, at: Snapshot) -> Programme:
    """All that is told of a programme.

    Raises InvalidParameterError and NotFound as `read_projects` does, and what `Site.rows` raises.
    """
    recipients = read_recipients(site, iri, at)
    projects = read_projects(site, iri, at)
    standings = _standings(recipients, projects)
    letters = codes_of(site, [*standings][:MOST_PLACES], at)
    placed = {place: code for place, code in letters.items() if country(code)}
    rules = _rules(site, iri, at)
    events = [item for item in about(site, [iri, *rules], at) if item.predicate != PUBLISHED.value]
    return Programme(
        iri,
        read_budget(site, iri, at),
        recipients,
        projects,
        [(place, placed[place], standings[place]) for place in standings if place in placed],
        [place for place in standings if place not in placed],
        rules,
        [*events[:-SHOWN_EVENTS][-DRAWN_EVENTS:], *marked(site, events[-SHOWN_EVENTS:], at)],
    )


def _standings(recipients: Recipients, projects: Projects) -> dict[str, int]:
    """How far each recipient has come, the furthest first."""
    found = dict.fromkeys(recipients.actors, NAMED)
    for project in projects.all:
        if isinstance(project.recipient, NamedNode):
            reached = AGREED if project.is_agreed else PLANNED
            found[project.recipient.value] = min(found.get(project.recipient.value, NAMED), reached)
    return dict(sorted(found.items(), key=lambda pair: (pair[1], pair[0])))


def _rules(site: Site, iri: str, at: Snapshot) -> list[str]:
    """What the programme rests on, and what changed or replaced that; as many as a timeline takes."""
    base = [row["rule"] for row in site.rows("programme-rules", {"programme": NamedNode(iri)}, at)]
    named = [term for term in base if isinstance(term, NamedNode)]
    around = site.rows("rules-around", {"base": named}, at) if named else []
    found = [*(term.value for term in named), *(text_of(row, "rule") for row in around)]
    return [each for each in dict.fromkeys(found) if each != iri][: MOST_ABOUT - 1]


def shown_programme(programme: Programme, labels: Labels) -> dict[str, Any]:
    """What the template of a programme's page is filled with."""
    listed = programme.events[-SHOWN_EVENTS:]
    return {
        "programme": programme,
        "charts": charts(programme.budget, labels),
        "years": _years(programme),
        "map_picture": draw_map(_spots(programme, labels)),
        "standings": STANDINGS,
        "events": listed,
        "timeline": draw_timeline(programme.events, labels),
        "world": world_address(),
        "columns": [
            (name, text, *_sorting(name, programme.projects.order)) for name, text in COLUMNS.items()
        ],
        "equipment": OSA.equipment,
        "beneficiary": OSA.beneficiary,
        "amount": OSA.amount,
        "recipient_count": OSA.recipientCount,
        "programme_name": short_iri(programme.iri),
        "about": [short_iri(each) for each in (programme.iri, *programme.rules)],
    }


def _spots(programme: Programme, labels: Labels) -> list[Spot]:
    found = []
    for iri, code, standing in programme.places:
        known = country(code)
        if known is not None:
            outline = known.number if known.has_outline else None
            name = labels.name(NamedNode(iri))
            found.append(Spot(name.text, known.place, outline, standing, 1, name.language))
    return found


def _years(programme: Programme) -> list[tuple[str, Any, Any, Any]]:
    """Each year with its participants, its agreed projects and its planned ones; without a year last."""
    participants = {year.year: year for year in programme.recipients.years}
    projects = programme.projects.by_year()
    years = sorted({*participants, *projects}, key=lambda year: (not year, year))
    return [(year, participants.get(year), *projects.get(year, ([], []))) for year in years]


def _sorting(name: str, order: str) -> tuple[str, str]:
    """How the table is sorted by a column now, as ARIA says it, and where it is sorted by it otherwise."""
    known = {name: "ascending", f"-{name}": "descending"}.get(order, "none")
    target = f"-{name}" if known == "ascending" else name
    return known, f"{address(sort=target, page=None)}#projects"
