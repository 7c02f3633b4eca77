"""How much of everything a text may hold, so that the engine can parse and plan it within about a second.

Beyond some number of patterns the engine plans for minutes; beyond some nesting or length of a chain its
stack overflows and its process ends. What counts is taken from the tokens and is rather too high than too
low. Lists of values, templates and the triples of INSERT DATA may be as long as they like.
"""

from __future__ import annotations

import functools
import re
from typing import Final

from graph.errors import QuerySyntaxError
from graph.sparql_tokens import (
    AUTHORITY,
    COMMENT,
    IRI,
    LANGUAGE,
    NAME,
    NUMBER,
    SPACE,
    STRING,
    TOKEN,
    VARIABLE,
    is_twofold,
    place,
)

# Measured with oxigraph 0.5.13 and a stack of 8 MB: aggregates and EXISTS overflow from 800 on, function
# calls from 900, groups from 2,000, parentheses from 4,400.
DEEPEST_NESTING: Final = 200
# Triple patterns, blocks in braces and steps of paths, all joined: 75 to 110 take 1 s of planning, and time
# grows with the cube. UNION takes 1 s from 1,000 on; MINUS overflows from 2,600.
MOST_PATTERNS: Final = 100
# Keywords, operators, brackets, what is selected or described: comparisons with "||" between them take 1 s
# from 1,000 on (3,000 signs), FILTER from 1,000, aggregates from 1,500; BIND, AS and DESCRIBE overflow from
# 2,600, "+" from 6,400, "!" from 8,800.
MOST_STEPS: Final = 1000
# Of one operation, in characters, without its data.
LONGEST_OPERATION: Final = 100_000
# Of the data of one text: 100,000 blocks in INSERT DATA take seconds to look at and to carry out.
MOST_BLOCKS: Final = 10_000
# Of one update: 10,000 that create a graph take the engine 5 s.
MOST_OPERATIONS: Final = 1000

EXPRESSION: Final = "(e"
COLLECTION: Final = "(c"
STRAY: Final = "This quote or backslash belongs to no string that ends; or write blanks around <."
_WORDS_BEFORE_DATA: Final = frozenset(["VALUES", "CONSTRUCT", "DATA", "INSERT", "DELETE"])
# Between these and the next brace stand expressions and variables only.
_WORDS_OF_CLAUSES: Final = frozenset(["SELECT", "GROUP", "ORDER", "HAVING"])
_WORDS_AS_TERMS: Final = frozenset(["a", "true", "false"])
_TERMS: Final = frozenset(["iri", "name", "variable", "string", "number"])
_SIGNS: Final = "{[.;,/~<"
_SIGNS_OF_COLLECTIONS: Final = " \t\r\n(\"'>?$:)]}+-"
_PLAIN: Final = (
    rf"{SPACE}|{COMMENT}|{IRI}|{STRING}|{VARIABLE}|{LANGUAGE}|{NUMBER}|{NAME}|[^{{}}()\[\]\"'<|\\]"
)


# Both take long to compile, and only some texts need them.
@functools.cache
def _token() -> re.Pattern[str]:
    """Blanks and comments belong to the token behind them."""
    return re.compile(rf"(?:{SPACE}|{COMMENT})*+(?:{TOKEN})", re.DOTALL)


@functools.cache
def _data() -> re.Pattern[str]:
    """A row of values, or brackets with none inside, go in one step."""
    return re.compile(rf"(?:{_PLAIN}|[(\[](?:{_PLAIN})*+[)\]])*+")


def require_moderate(text: str) -> None:
    """Nothing, where a query, or each operation of an update, stays within the limits.

    Raises QuerySyntaxError with the place where it goes beyond.
    """
    if not _is_surely_moderate(text):
        _Counter(text).run()


def _is_surely_moderate(text: str) -> bool:
    """Whether no reading of a short text finds too much: a pattern begins or ends at one of these signs.

    None counts as more than two, and a step has a character of its own.
    """
    signs = _SIGNS + _SIGNS_OF_COLLECTIONS if "(" in text else _SIGNS
    return len(text) < MOST_STEPS and 2 * sum(map(text.count, signs)) < MOST_PATTERNS


class _Counter:
    """Goes through the tokens once, and stops with QuerySyntaxError where there is too much of something."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._brackets: list[str] = []
        self._patterns = self._steps = 0
        self._start = self._operations = self._blocks = 0
        self._word = self._previous = ""
        self._triple_starts = self._in_clause = False

    def run(self) -> None:
        """Count to the end of the text."""
        position = 0
        while match := _token().match(self._text, position):
            position, kind = match.end(), match.lastgroup or "other"
            token, self._at = match[kind], match.start(kind)
            if kind in _TERMS or token in _WORDS_AS_TERMS:
                self._count_term(kind, token)
            elif kind == "open":
                position = self._count_open(token, position)
            elif kind == "close":
                self._count_close()
            elif kind == "word":
                self._count_word(token.upper())
            elif kind == "other":
                self._count_sign(token)
            length = position - self._start
            if self._patterns > MOST_PATTERNS or self._steps > MOST_STEPS or length > LONGEST_OPERATION:
                raise self._too_many(length)

    def _too_many(self, length: int) -> QuerySyntaxError:
        for count, most, what in (
            (self._patterns, MOST_PATTERNS, "patterns and blocks"),
            (self._steps, MOST_STEPS, "keywords, operators and brackets"),
        ):
            if count > most:
                return self._refused(f"Too many {what}: at most {most} are taken.")
        return self._refused(f"Too long: {length} characters without data; at most {LONGEST_OPERATION}.")

    def _require_shallow(self, depth: int) -> None:
        if depth > DEEPEST_NESTING:
            raise self._refused(f"Nested too deeply: at most {DEEPEST_NESTING} brackets may be open.")

    def _refused(self, message: str) -> QuerySyntaxError:
        return QuerySyntaxError(message, *place(self._text, self._at))

    @property
    def _bracket(self) -> str:
        return self._brackets[-1] if self._brackets else ""

    def _count_term(self, kind: str, token: str) -> None:
        if self._triple_starts:
            self._patterns += 1
        elif self._bracket in (EXPRESSION, COLLECTION):
            self._count_in_parentheses(kind, token)
        elif not self._brackets:
            self._steps += 1
        self._triple_starts, self._previous = False, "term"

    def _count_in_parentheses(self, kind: str, token: str) -> None:
        """In a collection terms stand side by side, and make two triples each; in an expression none do."""
        is_signed = kind == "number" and self._previous in ("+", "-")
        if self._previous != "term" and not is_signed:
            return
        if kind == "iri" and not AUTHORITY.match(token):
            if is_twofold(token):
                raise self._refused("This may be an IRI or a comparison: write blanks around <.")
            self._steps += len(token)
        if self._bracket == COLLECTION:
            self._patterns += 2
        else:
            self._steps += 1

    def _count_word(self, word: str) -> None:
        self._in_clause = self._in_clause or word in _WORDS_OF_CLAUSES
        self._word, self._previous, self._triple_starts = word, "word", False
        self._steps += 1

    def _count_open(self, token: str, position: int) -> int:
        """The position to go on: behind the block, where it is one of data."""
        self._require_shallow(len(self._brackets) + 1)
        if token == "{" and self._word in _WORDS_BEFORE_DATA:
            self._word, self._previous, self._triple_starts = "", "}", True
            end = self._after_data(position)
            self._start += end - position
            self._patterns += 1
            return end
        if token == "(":
            token = self._parenthesis()
        else:
            self._patterns += (2 if token == "{|" else 1) + (token == "[" and self._triple_starts)
            self._word, self._in_clause = "", False
        self._steps += 1
        self._triple_starts, self._previous = False, token
        self._brackets.append(token)
        return position

    def _parenthesis(self) -> str:
        """What it opens: an expression, a path and a list of variables count as EXPRESSION."""
        is_listed = self._in_clause and self._bracket != COLLECTION
        is_operand = self._previous in ("word", "!", "^", "/", "|") and not self._triple_starts
        if self._bracket == EXPRESSION or is_operand or is_listed:
            return EXPRESSION
        self._patterns += 2
        return COLLECTION

    def _after_data(self, position: int) -> int:
        depth = 1
        while depth and (fill := _data().match(self._text, position)):
            match = _token().match(self._text, fill.end())
            if match is None:
                return len(self._text)
            position, self._at = match.end(), match.start(match.lastgroup or "other")
            depth += (match.lastgroup == "open") - (match.lastgroup == "close")
            self._blocks += match.lastgroup == "open"
            if self._blocks > MOST_BLOCKS:
                raise self._refused(f"Too many blocks of data: at most {MOST_BLOCKS} are taken at once.")
            self._require_shallow(len(self._brackets) + depth)
            if match["other"] in ("'", '"', "\\"):
                raise self._refused(STRAY)
        return position

    def _count_close(self) -> None:
        closed = self._brackets.pop() if self._brackets else ""
        self._in_clause = self._in_clause and closed in (EXPRESSION, COLLECTION)
        self._triple_starts = self._bracket not in (EXPRESSION, COLLECTION) and closed != "["
        self._previous = "term"

    def _count_sign(self, token: str) -> None:
        if token in ".;,":
            self._triple_starts = self._bracket not in (EXPRESSION, COLLECTION)
            if token == ";" and not self._brackets:
                self._patterns = self._steps = 0
                self._start = self._at
                self._operations += 1
                if self._operations > MOST_OPERATIONS:
                    raise self._refused(f"Too many operations: at most {MOST_OPERATIONS} are taken at once.")
        elif token in "'\"\\":
            raise self._refused(STRAY)
        else:
            self._steps += 1
            self._patterns += token in "/~" or token == self._previous == "<"
        self._previous = token
