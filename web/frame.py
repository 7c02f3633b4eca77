"""What every page has around its content: where one can go, which view and snapshot it is of, languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from flask import Flask, current_app, request

from graph.datadir import Snapshot
from graph.errors import KnowledgeGraphError
from graph.view_cache import View
from graph.views import perspectives
from web.language import LANGUAGES, language_here
from web.site import Site
from web.terms import LINKED
from web.views import PARAMETERS, VIEW, here, is_of_a_view

# Shown where they are there: a plain dataset has none of them.
PAGES: Final = (
    ("/search", "Search"),
    ("/browse", "Browse"),
    ("/explore", "Explore"),
    ("/contradictions", "Contradictions"),
    ("/sources", "Sources"),
    ("/queries", "Questions"),
    ("/query", "Query"),
    ("/ontology", "Ontology"),
    ("/about", "About"),
)
LONGEST_VALUE: Final = 2000


class Choice(NamedTuple):
    """One of several addresses: its text, and whether it is the one that is shown."""

    text: str
    href: str
    is_chosen: bool
    language: str = ""


@dataclass(frozen=True)
class Frame:
    """The frame of one page."""

    site: Site

    @property
    def pages(self) -> list[Choice]:
        """The pages that there are, for the head."""
        path = request.path
        return [
            Choice(text, here(rule), path == rule or path.startswith(f"{rule}/"))
            for rule, text in PAGES
            if has_page(rule)
        ]

    @property
    def view(self) -> View | None:
        """The view that the page is of; None for the whole dataset."""
        found: View | None = request.environ.get(VIEW)
        return found

    @property
    def snapshot(self) -> Snapshot | None:
        """The snapshot that the page is of; None where it cannot be read."""
        try:
            return self.site.here() if self.view is None else self.site.current()
        except KnowledgeGraphError:
            return None

    @property
    def made(self) -> str:
        """The day on which the current snapshot was made; nothing where nobody knows."""
        snapshot = self.snapshot
        return (snapshot.made or "")[:10] if snapshot else ""

    @property
    def language(self) -> str:
        """The language of the labels."""
        return language_here()

    @property
    def languages(self) -> list[Choice]:
        """This page with its labels in each language."""
        chosen = language_here()
        return [Choice(name, address(lang=code), code == chosen, code) for code, name in LANGUAGES.items()]

    @property
    def has_choices(self) -> bool:
        """Whether the reader of the page may choose a language and a theme."""
        return has_page("/queries") and request.method == "GET"

    @property
    def may_have_views(self) -> bool:
        """Whether the page differs from view to view."""
        return self.has_choices and is_of_a_view(request.path)

    @property
    def whole(self) -> str:
        """This page as all sources have it."""
        return address(**dict.fromkeys(PARAMETERS))

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The parameters of this page that the form for another view has to repeat."""
        pairs = request.args.items(multi=True)
        return [
            (name, value) for name, value in pairs if name not in PARAMETERS and len(value) < LONGEST_VALUE
        ]

    @property
    def scope(self) -> list[tuple[str, str]]:
        """The parameters for the view and the language, for forms that keep them."""
        names = (*PARAMETERS, "lang")
        return [(name, value) for name in names if (value := request.args.get(name))]

    @property
    def is_partial(self) -> bool:
        """Whether a view was asked for, be it there or not."""
        return any(request.args.get(name) for name in PARAMETERS)

    @property
    def as_of(self) -> str:
        """The day that was asked for."""
        return request.args.get("as-of", "")

    @property
    def perspectives(self) -> Iterator[Choice]:
        """The perspectives that can be chosen."""
        chosen = request.args.get("perspective", "")
        for query in perspectives():
            yield Choice(query.name.replace("-", " "), query.name, query.name == chosen)

    @property
    def address(self) -> str:
        """The whole address of this page, to be cited and printed."""
        return f"{self.site.address}{request.full_path.rstrip('?')}"

    @property
    def report(self) -> str | None:
        """Where an error on this page is reported; None where nobody has said so."""
        target = self.site.settings.report_url
        if not target:
            return None
        if target.startswith("mailto:"):
            return f"{target}?{urlencode({'subject': f'Error on {self.address}'})}"
        return target if LINKED.match(target) else None


def has_page(rule: str) -> bool:
    """Whether there is a page at a path."""
    return any(known.rule == rule for known in current_app.url_map.iter_rules())


def address(**changes: str | None) -> str:
    """The address of this page with other parameters; None takes one away."""
    args = {name: request.args.getlist(name) for name in request.args if name not in changes}
    args.update({name: [value] for name, value in changes.items() if value is not None})
    return f"{request.path}?{urlencode(args, doseq=True)}" if args else request.path


def add_frame(app: Flask, site: Site) -> None:
    """Give all templates `frame`, and what says which pages there are."""

    @app.context_processor
    def framed() -> dict[str, Any]:
        return {"frame": Frame(site), "has_page": has_page}
