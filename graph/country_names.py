"""What countries are called in some 160 languages: which code of ISO 3166-1 somebody means by a name.

The names are those of Unicode's CLDR, as Babel has them, and of the iso-codes project, as pycountry has them:
the short and the official names with their translations. They help to find a country. They are nobody's claim
and become no fact. All of them are read at the first question, in a second.
"""

from __future__ import annotations

import functools
import gettext
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pycountry
from babel import localedata
from rapidfuzz import fuzz, process

from graph.label_text import fold

DOMAIN: Final = "iso3166-1"
FIELDS: Final = ("name", "official_name", "common_name")
ARTICLE: Final = "the "
LETTERS: Final = 3
# Shorter names in letters without accents are no names but codes, or like too many others.
SHORTEST: Final = 3
LEAST_LETTERS: Final = 4
# A country by the form of its state, as in "Commonwealth of Australia".
FORM: Final = re.compile(
    r"(?:.* )?(?:commonwealth|dominion|federation|kingdom|principality|republic|states?|sultanate|union)"
    r" of (?:the )?(?P<name>.+)"
)
FORMAL: Final = 95.0
LEAST_LIKENESS: Final = 80
MOST_NEAR: Final = 20


class Near(NamedTuple):
    """A country with a name that is nearly so, and how nearly: 100 is the same."""

    code: str
    likeness: float


def codes_called(text: str) -> Sequence[str]:
    """The two-letter codes of the countries that are called so in some language, but for case and accents.

    Where languages differ, those countries that most of them mean.

    >>> codes_called("Deutschland"), codes_called("the Philippines"), codes_called("Atlantis")
    (('DE',), ('PH',), ())
    """
    folded = fold(text)
    known = _names()
    return known.get(folded) or known.get(folded.removeprefix(ARTICLE)) or ()


def codes_near(text: str, codes: frozenset[str]) -> Sequence[Near]:
    """Those of some countries with a name in some language that is spelled nearly so, the nearest first.

    >>> codes_near("Phillipines", frozenset({"PH", "PL"}))[0].code
    'PH'
    """
    folded = fold(text).removeprefix(ARTICLE)
    if len(folded) < LEAST_LETTERS:
        return ()
    formal = FORM.fullmatch(folded)
    if formal and (meant := codes.intersection(codes_called(formal["name"]))):
        return [Near(code, FORMAL) for code in sorted(meant)]
    found = process.extract(
        folded, _spellings(codes), scorer=fuzz.ratio, score_cutoff=LEAST_LIKENESS, limit=MOST_NEAR
    )
    best: dict[str, float] = {}
    for name, likeness, _ in found:
        for code in codes.intersection(_names()[name]):
            best[code] = max(likeness, best.get(code, 0))
    return [Near(code, best[code]) for code in sorted(best, key=lambda code: (-best[code], code))]


def code_of_three(text: str) -> str | None:
    """The two-letter code of the country with a three-letter code, in capitals.

    >>> code_of_three("FJI"), code_of_three("fji")
    ('FJ', None)
    """
    return _three_letters().get(text) if len(text) == LETTERS else None


@functools.cache
def _three_letters() -> Mapping[str, str]:
    return {country.alpha_3: country.alpha_2 for country in pycountry.countries}


@functools.cache
def _names() -> Mapping[str, tuple[str, ...]]:
    """The codes of each name; some 43,000 names."""
    meant: dict[str, Counter[str]] = defaultdict(Counter)
    for code, name in (*_of_cldr(), *_of_iso()):
        folded = fold(name)
        if len(folded) >= SHORTEST or not folded.isascii():
            meant[folded][code] += 1
    return {name: _most(codes) for name, codes in meant.items()}


@functools.lru_cache(maxsize=4)
def _spellings(codes: frozenset[str]) -> Sequence[str]:
    """The names of some countries that are long enough to be misspelled."""
    return [
        name for name, meant in _names().items() if len(name) >= LEAST_LETTERS and not codes.isdisjoint(meant)
    ]


def _of_cldr() -> Iterator[tuple[str, str]]:
    """Each code with a name, in every script of the languages that both projects have."""
    languages = {path.name.partition("_")[0] for path in Path(pycountry.LOCALES_DIR).iterdir()}
    for identifier in localedata.locale_identifiers():
        language, _, variant = identifier.partition("_")
        if language in languages and len(variant) in (0, len("Hant")):
            names = localedata.load(identifier, merge_inherited=False).get("territories", {})
            yield from ((code, name) for code, name in names.items() if len(code) == 2 and code.isalpha())


def _of_iso() -> Iterator[tuple[str, str]]:
    """The same, in English and every language that iso-codes is translated to."""
    written = [(country.alpha_2, name) for country in pycountry.countries for name in _english(country)]
    yield from written
    for path in sorted(Path(pycountry.LOCALES_DIR).glob(f"*/LC_MESSAGES/{DOMAIN}.mo")):
        with path.open("rb") as file:
            translation = gettext.GNUTranslations(file)
        yield from ((code, translation.gettext(name)) for code, name in written)


def _english(country: object) -> set[str]:
    # pycountry warns where one asks for a name that a country has not.
    names = {getattr(country, field) for field in FIELDS if field in dir(country)}
    # The standard sorts by the noun: "Korea, Republic of".
    return names | {" ".join(reversed(name.split(", "))) for name in names}


def _most(codes: Counter[str]) -> tuple[str, ...]:
    """Those that most languages mean by a name; a slip in one translation counts for nothing."""
    most = max(codes.values())
    return tuple(sorted(code for code, number in codes.items() if number == most))
