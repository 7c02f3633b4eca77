"""Neighbours as nodes and links, for programs that draw them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from web.addresses import page_address
from web.explore_scene import Scene
from web.neighbours import Group, Link
from web.views import here

Address = Callable[..., str]


def picture(scene: Scene, grouping: str, remainder: Address, expand: Address) -> dict[str, Any]:
    """The scene as nodes and links for a program that draws: `grouping` is "property", "type" or nothing.

    `remainder` gives the address of all links of a thing and a group, `expand` that of one more thing.
    """
    folded = _folded(scene, grouping)
    inside = {other for _, _, others in folded for other in others}
    nodes = [_node(scene, iri, expand) for iri in scene.things if iri not in inside]
    links = [_link(scene, link) for link in scene.links if not {link.source, link.target} & inside]
    for iri, group in ((hood.iri, group) for hood in scene.hoods for group in hood.groups if group.more):
        number = f"{'at least ' if group.is_least else ''}{group.more}"
        nodes.append(
            {
                "id": f"more {iri} {group.predicate} {group.is_forward}",
                "label": f"+{number} more: {scene.phrase(group)}",
                "isGroup": True,
                "href": remainder(iri, group),
            }
        )
        links.append(_grouped(scene, iri, nodes[-1]["id"], group))
    for place, (iri, group, others) in enumerate(folded):
        name = scene.phrase(group) if grouping == "property" else scene.kind(others[0]) or "other things"
        kind = scene.classes.get(others[0]) if grouping == "type" else None
        nodes.append(
            {"id": f"group {place}", "label": f"{len(others)}: {name}", "isGroup": True, "type": kind}
        )
        links.append(_grouped(scene, iri, nodes[-1]["id"], group))
    return {"nodes": nodes, "links": links}


def _folded(scene: Scene, grouping: str) -> list[tuple[str, Group, list[str]]]:
    """Which neighbours stand together as one node: those with a single thing to be linked to."""
    if grouping not in ("property", "type"):
        return []
    ends: dict[str, set[str]] = defaultdict(set)
    for link in scene.links:
        ends[link.source].add(link.target)
        ends[link.target].add(link.source)
    taken: set[str] = set()
    found = []
    for hood in scene.hoods:
        bundles: dict[str, tuple[Group, list[str]]] = {}
        for place, group in enumerate(hood.groups):
            for link in group.links:
                other = link.other(hood.iri)
                if other in scene.chosen or other in taken or len(ends[other]) > 1:
                    continue
                key = str(place) if grouping == "property" else scene.classes.get(other, "")
                bundles.setdefault(key, (group, []))[1].append(other)
                taken.add(other)
        found += [(hood.iri, group, others) for group, others in bundles.values() if len(others) > 1]
    return found


def _node(scene: Scene, iri: str, expand: Address) -> dict[str, Any]:
    label = scene.labels.of(iri)
    return {
        "id": iri,
        "label": scene.labels.text(iri),
        "lang": label.language if label else None,
        "type": scene.classes.get(iri),
        "typeLabel": scene.kind(iri),
        "degree": scene.degrees.get(iri, 0),
        "isChosen": iri in scene.chosen,
        "href": here(page_address(iri)),
        "expand": expand(iri),
    }


def _link(scene: Scene, link: Link) -> dict[str, Any]:
    return {
        "source": link.source,
        "target": link.target,
        "property": link.predicate,
        "label": scene.labels.text(link.predicate),
        "contested": link.is_contested,
        "inferred": link.is_inferred,
        "accepted": not link.is_open,
    }


def _grouped(scene: Scene, iri: str, node: str, group: Group) -> dict[str, Any]:
    source, target = (iri, node) if group.is_forward else (node, iri)
    return _link(scene, Link(source, group.predicate, target))
