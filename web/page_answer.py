"""Pages that a client may keep: each has a tag, and who has it already gets 304 before anything is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from flask import Response, request

from web.answer_cache import entity_tag, is_known
from web.negotiation import HTML, content_type
from web.site import Site
from web.views import view_here

# What a page depends on besides its address: who has another browser or language gets another page.
VARY: Final = ("Accept", "Accept-Language")
NO_LINKS: Final[Mapping[str, str]] = MappingProxyType({})


def page_answer(
    site: Site,
    make: Callable[[], str | bytes],
    media_type: str = HTML,
    links: Mapping[str, str] = NO_LINKS,
    besides: str = "",
) -> Response:
    """The page that `make` makes of the snapshot or view that the request is about, or 304.

    `links` are where the same is in other media types; `besides` is what else the page depends on. Raises
    what `make` raises.
    """
    tag = page_tag(site, media_type, besides)
    if is_known(tag, request.headers.get("If-None-Match")):
        response = Response(status=304)
    else:
        response = Response(make(), content_type=content_type(media_type))
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Osagraph-Snapshot"] = str(site.here().number)
    response.vary.update(VARY)
    if links:
        response.headers["Link"] = ", ".join(
            f'<{address}>; rel="alternate"; type="{kind}"' for kind, address in links.items()
        )
    return response


def page_tag(site: Site, media_type: str = HTML, besides: str = "") -> str:
    """The ETag of what the request asks for: by snapshot, view, address, form and language."""
    view = view_here()
    snapshot = site.here()
    key = (
        request.full_path,
        site.address,
        media_type,
        request.headers.get("Accept-Language", ""),
        view.choice.text if view else "",
        snapshot.made or "",
        besides,
    )
    return entity_tag(key, snapshot.number)
