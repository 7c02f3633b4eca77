"""How large an XML document becomes once its entities are put in: a few hundred bytes can grow to gigabytes.

The engine puts them in before anybody sees a triple, so the size is worked out beforehand, from the text.
Spec: https://www.w3.org/TR/xml/#sec-entity-decl
"""

from __future__ import annotations

import re
from typing import Final

# Where this stands nowhere, nothing grows.
MARK: Final = b"<!ENTITY"
DECLARATION: Final = re.compile(rb"<!ENTITY\s+(?P<name>[^\s%\"'>]+)\s+(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)')")
REFERENCE: Final = re.compile(rb"&([^\s;&#<>\"']+);")
ENDLESS: Final = 1 << 40


def entity_growth(text: bytes) -> int:
    """How many bytes the entities of a document stand for, counted at each mention.

    >>> entity_growth(b'<!DOCTYPE a [<!ENTITY b "xx">]><a>&b;&b;</a>')
    4
    """
    sizes = entity_sizes(text)
    return sum(sizes.get(name, 0) for name in REFERENCE.findall(text))


def entity_sizes(text: bytes) -> dict[bytes, int]:
    """The number of bytes that each entity stands for; one that contains itself has no end.

    >>> entity_sizes(b'<!ENTITY a "xx"> <!ENTITY b "&a;&a;!">')
    {b'a': 2, b'b': 5}
    """
    values = {match["name"]: match["a"] or match["b"] or b"" for match in DECLARATION.finditer(text)}
    waiting = {name: REFERENCE.findall(value) for name, value in values.items()}
    sizes: dict[bytes, int] = {}
    # Inner entities first: each round settles at least one, and what is left over has no end.
    while waiting:
        settled = [
            name
            for name, inner in waiting.items()
            if all(each in sizes or each not in values for each in inner)
        ]
        if not settled:
            return sizes | dict.fromkeys(waiting, ENDLESS)
        for name in settled:
            inner = [each for each in waiting.pop(name) if each in values]
            plain = len(values[name]) - sum(len(each) + 2 for each in inner)
            sizes[name] = min(ENDLESS, plain + sum(sizes[each] for each in inner))
    return sizes
