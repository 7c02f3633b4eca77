"""Values in the grammar of QuickStatements, as both of its formats take them.

Its reader splits lines at tabs and bars without regard to quotes, straightens curly quotes and trims texts.
So a text that it would change is refused here, never written down as something else.
Spec: https://www.wikidata.org/wiki/Help:QuickStatements
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlsplit

from pyoxigraph import Literal

from graph.terms import is_date, is_number

# Wikidata's precision of a date by the length of its text, and what completes it.
_DATES: Final = {4: ("-00-00", 9), 7: ("-00", 10), 10: ("", 11)}
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[a-z]+)*")
_LONGEST_TEXT: Final = 400
_LONGEST_URL: Final = 500
# Controls and line ends, bars, curly quotes, and what begins a comment.
_CHANGED: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029|“”]|/\*")
_URL: Final = re.compile(r"https?://[^/?#\s]+\S*")
# Left as they are in an address; all else but letters and digits is percent-encoded, bars and quotes too.
_SAFE: Final = "/?#[]@!$&'()+,;=:%~-._"


class NotCarriedError(ValueError):
    """QuickStatements has no way to write this value; the message says why."""


def item_value(iri: str) -> str:
    """An item by its number.

    >>> item_value("http://www.wikidata.org/entity/Q17")
    'Q17'
    """
    return iri.rsplit("/", 1)[-1]


def time_value(literal: Literal) -> str:
    """A date with the precision that it has: March 2024 is `+2024-03-00T00:00:00Z/10`.

    Raises NotCarriedError for what is no date of day, month or year.
    """
    if not is_date(literal) or len(literal.value) not in _DATES:
        raise NotCarriedError("the value is no date")
    completed, precision = _DATES[len(literal.value)]
    return f"+{literal.value}{completed}T00:00:00Z/{precision}"


def quantity_value(literal: Literal) -> str:
    """A number without a unit.

    Raises NotCarriedError for what is none.
    """
    if not is_number(literal) or not re.fullmatch(r"[+-]?[0-9]+(?:\.[0-9]+)?", literal.value):
        raise NotCarriedError("the value is no number")
    return literal.value


def text_value(text: str) -> str:
    """A text in quotes.

    >>> text_value('the "Three Principles"')
    '"the "Three Principles""'

    Raises NotCarriedError for one that the reader would not read back as it is.
    """
    is_wrapped = text.startswith('""') and text.endswith('""')
    if not text or text != text.strip() or is_wrapped or _CHANGED.search(text):
        raise NotCarriedError("the text has characters that QuickStatements would change")
    if len(text) > _LONGEST_TEXT:
        raise NotCarriedError(f"the text is longer than {_LONGEST_TEXT} characters")
    return f'"{text}"'


def monolingual_value(literal: Literal) -> str:
    """A text with its language.

    Raises NotCarriedError for one without, and as `text_value` does.
    """
    language = (literal.language or "").lower()
    if not _LANGUAGE.fullmatch(language):
        raise NotCarriedError("the text has no language")
    return f"{language}:{text_value(literal.value)}"


def url_value(address: str) -> str:
    """An address of the web in quotes.

    >>> url_value("https://example.org/a|b")
    '"https://example.org/a%7Cb"'

    Raises NotCarriedError for what is none, or too long for Wikidata.
    """
    written = quote(address.strip(), safe=_SAFE)
    if not host_of(address) or not _URL.fullmatch(address.strip()) or len(written) > _LONGEST_URL:
        raise NotCarriedError("the address is none of the web, or too long")
    return f'"{written}"'


def host_of(address: str) -> str:
    """The host in an address; nothing where it has none."""
    try:
        return urlsplit(address.strip()).hostname or ""
    except ValueError:  # brackets that hold no address
        return ""


def typed_value(literal: Literal, datatype: str) -> str:
    """A literal as a value of one of Wikidata's types.

    Raises NotCarriedError where it is none of that type.
    """
    if datatype == "Time":
        return time_value(literal)
    if datatype == "Quantity":
        return quantity_value(literal)
    if datatype == "Monolingualtext":
        return monolingual_value(literal)
    if datatype == "Url":
        return url_value(literal.value)
    if datatype in ("String", "ExternalId"):
        return text_value(literal.value)
    raise NotCarriedError(f"the property takes values of the type {datatype}")
