"""The language that a reader wants labels in. The pages' own words are English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import request

from web.negotiation import read_accept

ENGLISH: Final = "en"
# The languages that the graph has labels in, each by its own name.
LANGUAGES: Final[Mapping[str, str]] = MappingProxyType({ENGLISH: "English", "ja": "日本語"})


def language_here() -> str:
    """The language of this request: its parameter `lang`, else what the browser likes best, else English."""
    chosen = request.args.get("lang", "")
    if chosen in LANGUAGES:
        return chosen
    return preferred_language(request.headers.get("Accept-Language"))


def preferred_language(header: str | None) -> str:
    """The one of our languages that an Accept-Language header likes best, English where it names none.

    >>> preferred_language("de, ja-JP;q=0.8, en;q=0.5"), preferred_language("fr"), preferred_language(None)
    ('ja', 'en', 'en')
    """
    if not header:
        return ENGLISH
    qualities: dict[str, float] = {}
    for item in read_accept(header):
        language = item.pattern.partition("-")[0]
        if language in LANGUAGES and item.quality > qualities.get(language, 0):
            qualities[language] = item.quality
    return max(qualities, key=qualities.__getitem__, default=ENGLISH)
