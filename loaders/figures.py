"""Printed figures: the digits that a source really gives, the sums and numbers of goods that a text names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?|\d+(?:,\d+)?")
_TRILLIONS = re.compile(r"\d+兆[\d,]+億")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORDS = {word: number for number, word in enumerate(_NUMBERS, start=1)}
_SCALES = {
    "": Decimal(1),
    "million": Decimal(10) ** 6,
    "mil": Decimal(10) ** 6,
    "m": Decimal(10) ** 6,
    "millions": Decimal(10) ** 6,
    "billion": Decimal(10) ** 9,
    "milliard": Decimal(10) ** 9,
    "milliards": Decimal(10) ** 9,
    "miliar": Decimal(10) ** 9,
    "trillion": Decimal(10) ** 12,
}
# A sum is a currency sign before or a currency word after a number.
_SIGNS = {
    "₱": "PHP", "PHP": "PHP", "P": "PHP", "RM": "MYR", "US$": "USD", "US $": "USD", "$US": "USD",
    "USD": "USD", "$": "USD", "K": "PGK", "Rp": "IDR", "€": "EUR",
}  # fmt: skip
_UNIT_WORDS = {
    "ringgit": "MYR", "U.S. dollars": "USD", "US dollars": "USD", "USD": "USD", "dollars": "USD",
    "Sri Lankan rupees": "LKR", "pesos": "PHP", "kina": "PGK", "euros": "EUR",
}  # fmt: skip
# In the press of these countries a bare "$" or "dollars" is their own.
OWN_DOLLARS = {
    "Fiji": "FJD", "Australia": "AUD", "New Zealand": "NZD", "Singapore": "SGD", "Canada": "CAD",
    "Taiwan": "TWD",
}  # fmt: skip
_BARE_DOLLARS = ("$", "dollars")
_SMALLEST_SUM = 1000  # below this the scale was in a language that we do not read
_SIGN = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNIT_WORDS, key=len, reverse=True))
_WORD = "|".join(_NUMBERS)
_SCALE = r"(?P<scale>millions?|billion|trillion|miliar|milliards?|mil|m)?\b"
_SIGNED = re.compile(rf"(?<![A-Za-z])(?P<sign>{_SIGN})\s?(?P<number>\d[\d,]*(?:\.\d+)?)\s?-?{_SCALE}")
_WORDED = re.compile(rf"(?P<number>\d[\d,]*(?:\.\d+)?|{_WORD})\s?{_SCALE}\s(?P<unit>{_UNIT})")
_SPELLED = re.compile(rf"\b({_WORD})\s[a-z]*illions?\b")
_ABOUT = re.compile(r"(?:about|approximately|approx|around|some|約|sekitar|environ)\W*$", re.IGNORECASE)
_AT_LEAST = re.compile(r"at least\s*$", re.IGNORECASE)
_COUNTED = re.compile(
    r"(?<![\w,.])(?P<number>\d{1,3}(?:,\d{3}){1,3}|\d{1,12}|"
    + "|".join(_WORDS)
    + r")\s+(?:\d+-\w+\s+)?(?=(?P<rest>[A-Za-z][^;,.()]*))",
    re.IGNORECASE,
)


class Sum(NamedTuple):
    """A sum in another currency than the row's own: `amount` in whole units, `currency` by ISO 4217."""

    amount: Decimal
    currency: str
    digits: int
    printed: str
    approximate: bool


class Counted(NamedTuple):
    """A number of goods, and how it is limited: "", "about" or "at_least"."""

    number: int
    hedge: str


def printed_digits(amount: Decimal, printed: str, multiplier: Decimal | None) -> int | None:
    """How many digits of an amount the source prints, found by the figure or by its unit.

    >>> printed_digits(Decimal(8100000000), "8.1 billion yen", None)
    2
    >>> printed_digits(Decimal(6000000), "six million dollars", None)
    1
    """
    text = unicodedata.normalize("NFKC", printed)
    # "9兆353億" is one figure whose last digit is worth a unit of 億.
    if not _TRILLIONS.search(text):
        for match in _NUMBER.finditer(text):
            number = _as_number(match.group())
            if number and _same_digits(number, amount):
                return len(number.as_tuple().digits)
    spelled = _SPELLED.search(text.lower())
    if spelled and amount and _same_digits(Decimal(_WORDS[spelled[1]]), amount):
        return len(str(_WORDS[spelled[1]]))
    if multiplier and amount:
        return len(_plain((amount / multiplier).normalize()).as_tuple().digits)
    return None


def other_sums(text: str, country: str = "") -> Iterator[Sum]:
    """The sums that a text gives in currencies other than yen; `country` is that of its publisher.

    >>> [(str(s.amount), s.currency) for s in other_sums("600 million yen (about P235 million)")]
    [('235000000', 'PHP')]
    """
    for pattern in (_SIGNED, _WORDED):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            unit = groups.get("sign") or groups["unit"]
            code = _SIGNS.get(unit) or _UNIT_WORDS[unit]
            if unit in _BARE_DOLLARS:
                code = OWN_DOLLARS.get(country, code)
            number = _as_number(groups["number"])
            amount = _plain(number * _SCALES[groups["scale"] or ""])
            if amount < _SMALLEST_SUM:
                continue
            about = bool(_ABOUT.search(text[: match.start()]))
            yield Sum(amount, code, len(number.as_tuple().digits), match.group().strip(), about)


def counted_goods(text: str, names: Sequence[str], heads: frozenset[str], alone: bool) -> Counted | None:
    """How many goods of a class a remark counts, or None.

    `names` are the class's spellings. Where the class stands `alone` in its row, any counted goods are
    meant: a phrase that ends in one of `heads`, the nouns of all classes.
    """
    for match in _COUNTED.finditer(text):
        words = _phrase(match.group("rest"))
        before = text[: match.start()]
        if words[:1] in (["or"], ["type"]) or before.rstrip().endswith((" or", " type")):
            continue
        named = any(_contains(words, _singular(name)) for name in names)
        if named or (alone and any(word in heads for word in words)):
            hedge = "about" if _ABOUT.search(before) else "at_least" if _AT_LEAST.search(before) else ""
            return Counted(_as_count(match.group("number")), hedge)
    return None


def head_nouns(names: Sequence[str]) -> frozenset[str]:
    """The last word of each name, in the singular."""
    return frozenset(words[-1] for name in names if (words := _singular(name)))


def _phrase(text: str) -> list[str]:
    """The words after a number, up to the next number: "UAVs" of "14 UAVs and seven rescue boats"."""
    words = _singular(text)
    end = next((place for place, word in enumerate(words) if word in _WORDS), len(words))
    return words[: min(end, 7)]


def _singular(text: str) -> list[str]:
    words = re.findall(r"[a-z][a-z-]*", text.lower())
    return [_one(word) for word in words]


def _one(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _contains(words: list[str], name: list[str]) -> bool:
    width = len(name)
    return any(words[start : start + width] == name for start in range(len(words) - width + 1))


def _as_count(text: str) -> int:
    return _WORDS.get(text.lower()) or int(text.replace(",", ""))


def _as_number(text: str) -> Decimal:
    """A number as printed, trailing zeros kept: they are digits of the figure."""
    if text.lower() in _WORDS:
        return Decimal(_WORDS[text.lower()])
    # "1,9 miliar" is the Indonesian and French way; "1,600" is thousands.
    if re.fullmatch(r"\d+,\d{1,2}", text):
        text = text.replace(",", ".")
    return Decimal(text.replace(",", "").lstrip("0") or "0")


def _same_digits(number: Decimal, amount: Decimal) -> bool:
    shifted = amount / number if number else Decimal(0)
    return shifted >= 1 and _plain(shifted).normalize().as_tuple().digits == (1,)


def _plain(number: Decimal) -> Decimal:
    """The number without an exponent, so that its digits can be counted."""
    return Decimal(int(number)) if number == number.to_integral_value() else number
