"""Walks along the tokens of a query, and hands out parts of its text as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from graph.receipts_pattern import NotFollowedError
from graph.sparql_tokens import Token, is_twofold, tokens

TWOFOLD: Final = "it can be read in two ways: put blanks around <"
UNKNOWN: Final = "it has syntax that is not followed here"
CLOSING: Final = {"{": "}", "(": ")", "[": "]"}
LONGEST_SHOWN: Final = 300


class Cursor:
    """A place in a query; blanks and comments do not count."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_counting(text))
        self._at = 0

    @property
    def token(self) -> Token:
        """The token at this place; one without text at the end."""
        return self._tokens[self._at]

    @property
    def next(self) -> Token:
        """The token behind this one."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    @property
    def place(self) -> int:
        """The number of this place, for `since`."""
        return self._at

    def take(self) -> Token:
        """The token at this place, which is left behind.

        Raises NotFollowedError at the end.
        """
        token = self.token
        if token.kind == "end":
            raise NotFollowedError(UNKNOWN)
        self._at += 1
        return token

    def accept(self, text: str) -> bool:
        """Whether this sign stood here; if so it is left behind."""
        is_here = self.token.text == text
        self._at += is_here
        return is_here

    def accept_word(self, *words: str) -> bool:
        """Whether one of these keywords stood here; if so it is left behind."""
        is_here = self.token.is_word(*words)
        self._at += is_here
        return is_here

    def expect(self, text: str) -> None:
        """Leave a sign behind that has to stand here.

        Raises NotFollowedError where it does not.
        """
        if not self.accept(text):
            raise NotFollowedError(UNKNOWN)

    def skip_brackets(self) -> None:
        """Leave a bracket behind with all that is in it.

        Raises NotFollowedError where there is none, or where it does not end.
        """
        waiting: list[str] = []
        while True:
            token = self.take()
            if token.kind == "open":
                if token.text not in CLOSING:
                    raise NotFollowedError(UNKNOWN)
                waiting.append(CLOSING[token.text])
            elif not waiting or (token.kind == "close" and token.text != waiting.pop()):
                raise NotFollowedError(UNKNOWN)
            if not waiting:
                return

    def since(self, place: int) -> str:
        """The text from an earlier place up to here, as it is."""
        if place == self._at:
            return ""
        return self._text[self._tokens[place].start : self._tokens[self._at - 1].end]

    def before(self) -> str:
        """The text before this place, as it is."""
        return self._text[: self.token.start]

    def taken_since(self, place: int) -> list[Token]:
        """The tokens from an earlier place up to here."""
        return self._tokens[place : self._at]


def shown(found: list[Token]) -> str:
    """Tokens in one line, for people; a very long one is cut."""
    pieces, end = [], found[0].start if found else 0
    for token in found:
        pieces.append(f" {token.text}" if token.start > end else token.text)
        end = token.end
    line = " ".join("".join(pieces).split())
    return line if len(line) <= LONGEST_SHOWN else f"{line[:LONGEST_SHOWN]}…"


def _counting(text: str) -> Iterator[Token]:
    """The tokens but for blanks and comments, and one for the end.

    A dot at the end of a name belongs to the sentence, not to the name.
    """
    for token in tokens(text):
        if token.kind in ("space", "comment"):
            continue
        if token.kind == "iri" and is_twofold(token.text):
            raise NotFollowedError(TWOFOLD)
        name = token.text.rstrip(".") if token.kind == "name" else token.text
        if name.endswith("\\"):
            name = f"{name}."
        yield Token(token.kind, name, token.start)
        for place in range(token.start + len(name), token.end):
            yield Token("other", ".", place)
    yield Token("end", "", len(text))
