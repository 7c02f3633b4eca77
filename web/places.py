"""Where things are: countries by their codes, bodies by the state that they speak for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pyoxigraph import NamedNode

from graph.datadir import Snapshot
from ontology.namespaces import OSA
from web.site import Site, text_of
from web.world import Country, countries


def codes_of(site: Site, places: Iterable[str], at: Snapshot) -> dict[str, str]:
    """The two letters of each of the places that is a country. Raises what `Site.rows` raises."""
    return _codes(_values(site, places, at))


def states_of(site: Site, places: Iterable[str], at: Snapshot) -> dict[str, tuple[str, str]]:
    """The country of each place and its two letters: itself, or the only state that it speaks for."""
    wanted = [*places]
    values = _values(site, wanted, at)
    known = _codes(values)
    spoken = {
        iri: found[OSA.speaksFor.value] for iri, found in values.items() if OSA.speaksFor.value in found
    }
    missing = {state for states in spoken.values() for state in states} - known.keys()
    known |= codes_of(site, missing, at) if missing else {}
    found = {iri: (iri, known[iri]) for iri in wanted if iri in known}
    for iri, states in spoken.items():
        if iri not in found and len(states) == 1 and states[0] in known:
            found[iri] = (states[0], known[states[0]])
    return found


def country(code: str) -> Country | None:
    """Where the country with two letters is; None where nobody knows."""
    return countries().get(code)


def _values(site: Site, places: Iterable[str], at: Snapshot) -> dict[str, dict[str, list[str]]]:
    things = [NamedNode(iri) for iri in dict.fromkeys(places)]
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    if things:
        for row in site.rows("places-described", {"place": things}, at):
            found[text_of(row, "place")][text_of(row, "property")].append(text_of(row, "value"))
    return found


def _codes(values: Mapping[str, Mapping[str, list[str]]]) -> dict[str, str]:
    key = OSA.iso3166Alpha2.value
    return {iri: min(found[key]) for iri, found in values.items() if key in found}
