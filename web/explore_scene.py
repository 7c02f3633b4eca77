"""What the page of neighbours shows: the chosen things and what is around them, as groups and as picture."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pyoxigraph import NamedNode

from graph.datadir import Snapshot
from ontology.class_depths import Depths
from web.labels import Labels, labels_of
from web.neighbour_reading import read_neighbours
from web.neighbours import Group, Link, Neighbourhood
from web.phrases import phrase
from web.site import Site, count_of, text_of

# At most so many neighbours at first, and fewer with each thing that is chosen after the first.
FIRST: Final = 59
NEXT: Final = 30
# As the query of degrees has it.
MOST_DEGREE: Final = 50
Address = Callable[..., str]


@dataclass(frozen=True)
class Scene:
    """The chosen things with their neighbours, in the order of choice; None for what nothing is known of.

    `classes` has the most special class of each thing, `degrees` how many links it has.
    """

    chosen: Mapping[str, Neighbourhood | None]
    labels: Labels
    classes: Mapping[str, str]
    degrees: Mapping[str, int]

    @property
    def things(self) -> list[str]:
        """Everything that is shown, each once."""
        return list(dict.fromkeys((*self.chosen, *_others(self.hoods))))

    @property
    def hoods(self) -> list[Neighbourhood]:
        """The neighbourhoods that there are."""
        return [hood for hood in self.chosen.values() if hood is not None]

    @property
    def links(self) -> list[Link]:
        """All links that are shown, each once, whichever ends are chosen."""
        return list(dict.fromkeys(link for hood in self.hoods for link in hood.links))

    def kind(self, iri: str) -> str:
        """What a thing is, in a word; nothing where nobody knows."""
        return self.labels.text(self.classes[iri]) if iri in self.classes else ""

    def phrase(self, group: Group) -> str:
        """What a group says of its thing."""
        return phrase(group.predicate, group.is_forward, self.labels.text(group.predicate))

    def counted_properties(self) -> Counter[str]:
        """How many links there are of each property."""
        return Counter(link.predicate for link in self.links)

    def counted_classes(self) -> Counter[str]:
        """How many neighbours there are of each class."""
        return Counter(
            self.classes[iri] for iri in self.things if iri in self.classes and iri not in self.chosen
        )


def read_scene(site: Site, iris: Sequence[str], also: Collection[str], depths: Depths, at: Snapshot) -> Scene:
    """The things and what is around them.

    Raises what `Site.rows` raises.
    """
    chosen = {
        iri: read_neighbours(site, iri, NEXT if place else FIRST, also, at) for place, iri in enumerate(iris)
    }
    return described(site, chosen, depths, at)


def described(site: Site, chosen: Mapping[str, Neighbourhood | None], depths: Depths, at: Snapshot) -> Scene:
    """The scene of some neighbourhoods: with names, classes and degrees.

    Raises what `Site.rows` raises.
    """
    hoods = [hood for hood in chosen.values() if hood is not None]
    things = list(dict.fromkeys((*chosen, *_others(hoods))))
    classes = classes_of(site, things, depths, at)
    properties = {group.predicate for hood in hoods for group in hood.groups}
    named = sorted({*things, *properties, *classes.values()})
    degrees = {
        text_of(row, "thing"): count_of(row, "number")
        for row in site.rows("neighbours-degrees", {"thing": [NamedNode(iri) for iri in things]}, at)
    }
    return Scene(chosen, labels_of(site, map(NamedNode, named), at=at), classes, degrees)


def classes_of(site: Site, things: Sequence[str], depths: Depths, at: Snapshot) -> dict[str, str]:
    """The most special class of each thing that has one.

    Raises what `Site.rows` raises.
    """
    found: dict[str, list[str]] = defaultdict(list)
    if things:
        for row in site.rows("neighbours-classes", {"thing": [NamedNode(iri) for iri in things]}, at):
            found[text_of(row, "thing")].append(text_of(row, "class"))
    special = {iri: depths.most_special(classes) for iri, classes in found.items()}
    return {iri: each for iri, each in special.items() if each}


def narrowed(scene: Scene, without: Collection[str], property: str | None, kind: str | None) -> Scene:
    """The scene without some things, and only with links of a property or to things of a class."""

    def stays(iri: str, link: Link) -> bool:
        other = link.other(iri)
        return other not in without and (
            not kind or other in scene.chosen or scene.classes.get(other) == kind
        )

    def rest(iri: str, group: Group) -> Group:
        kept = [link for link in group.links if stays(iri, link)]
        return replace(group, links=kept, number=group.number - len(group.links) + len(kept))

    chosen = {
        iri: hood
        and replace(
            hood,
            groups=[
                left
                for group in hood.groups
                if (left := rest(iri, group)).links or (left.more and not kind)
                if property in (None, group.predicate)
            ],
        )
        for iri, hood in scene.chosen.items()
    }
    return replace(scene, chosen=chosen)


def _others(hoods: Iterable[Neighbourhood]) -> Iterator[str]:
    for hood in hoods:
        for link in hood.links:
            yield link.other(hood.iri)
