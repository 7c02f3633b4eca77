"""Quotes are found in a text whatever its white space, with the place where they begin."""

from __future__ import annotations

import pytest

from graph.embedded import EmbeddedStore
from graph.errors import UnknownResourceError
from loaders.replay import Workshop
from loaders.verify import QuoteCheck, check_quotes, quotes_of

TEXT = "First line,\r\nthen  6億円\n\n of help.\tThe end"


@pytest.mark.parametrize(
    ("quote", "offset", "line", "column"),
    [
        ("First line", 0, 1, 1),
        ("line, then", 6, 1, 7),
        ("6億円 of help.", 19, 2, 7),
        (" of  help. The ", 25, 4, 2),
        ("end", 38, 4, 15),
    ],
)
def test_a_quote_is_found_across_white_space(quote: str, offset: int, line: int, column: int) -> None:
    assert list(check_quotes([(quote, 2)], TEXT)) == [QuoteCheck(quote, 2, True, offset, line, column)]


@pytest.mark.parametrize("quote", ["first line", "line then", "the end.", "6億 円"])
def test_a_quote_in_other_words_is_missing(quote: str) -> None:
    assert list(check_quotes([(quote, 1)], TEXT)) == [QuoteCheck(quote, 1, found=False)]


def test_quotes_are_counted_by_their_claims(shipped_store: EmbeddedStore) -> None:
    quotes = quotes_of(shipped_store, "seed-000-pla-ams")
    assert list(quotes) == sorted(quotes) and len(quotes) > 30
    assert quotes["18.1 billion yen"] >= 1


def test_a_source_without_quotes_has_none_and_an_unknown_one_is_refused(built_workshop: Workshop) -> None:
    store = EmbeddedStore(built_workshop.data.current().store, read_only=True)
    assert quotes_of(store, "s1") == {}
    with pytest.raises(UnknownResourceError) as caught:
        quotes_of(store, "s3")
    assert str(caught.value) == "There is no source 's3'. See: osagraph sources"
