"""What currencies are called: QUDT's units for money, by the names of Unicode's CLDR, as Babel has them.

The dataset has no labels for them. The names are nobody's claim and become no fact.
"""

from __future__ import annotations

import functools
from typing import Final

from babel import localedata

from ontology.namespaces import PREFIXES

UNIT: Final = f"{PREFIXES['unit']}CCY_"
ENGLISH: Final = "en"


def currency_name(iri: str, language: str = ENGLISH) -> str | None:
    """The name of the currency that a unit is, in English where CLDR has no other; None for other units.

    >>> currency_name(UNIT + "JPY"), currency_name(UNIT + "JPY", "ja"), currency_name(UNIT + "QQQ")
    ('Japanese Yen', '日本円', None)
    """
    if not iri.startswith(UNIT):
        return None
    code = iri.removeprefix(UNIT)
    return _names(language).get(code) or _names(ENGLISH).get(code)


@functools.lru_cache(maxsize=8)
def _names(language: str) -> dict[str, str]:
    if not localedata.exists(language):
        return {}
    return dict(localedata.load(language).get("currency_names", {}))
