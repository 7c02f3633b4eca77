"""The columns of the reviewed tables whose rows make no claims: names, links, who speaks for whom.

`loaders/reference.py` reads them.
"""

from __future__ import annotations

from loaders.table import Column, Table

ALIASES = Table(
    "aliases",
    (
        Column("name", "text", required=True),
        Column("canonical", "text", required=True),
        Column("kind", "name_kind", required=True),
        Column("note", "text"),
    ),
)
WIKIDATA_LINKS = Table(
    "wikidata_links",
    (
        Column("entity_label", "text", required=True),
        Column("entity_kind", "name_kind", required=True),
        Column("iso3166_alpha2", "text"),
        Column("wikidata_qid", "text"),
        Column("label_ja", "text"),
        Column("evidence", "text", required=True),
        Column("confidence", "concept", scheme="Confidence", required=True),
    ),
)
NEAR_MISSES = Table(
    "near_misses",
    (
        Column("entity_label", "text", required=True),
        Column("wikidata_qid", "text", required=True),
        Column("reason", "text", required=True),
        Column("evidence", "text", required=True),
    ),
)
WIKIDATA_PROPERTIES = Table(
    "wikidata_properties",
    (
        Column("pid", "slug", required=True),
        Column("label_en", "text", required=True),
        Column("datatype", "text", required=True),
        Column("use_here", "text"),
        Column("local_or_standard_target", "text"),
        Column("evidence", "text", required=True),
        Column("confidence", "concept", scheme="Confidence", required=True),
    ),
)
GOVERNMENTS = Table(
    "governments",
    (
        Column("name", "text", required=True),
        Column("state", "text", required=True),
        Column("note", "text"),
    ),
)
COMPARISONS = Table(
    "comparisons",
    (
        Column("name", "text", required=True),
        Column("relation", "text", required=True),
        Column("other", "text", required=True),
        Column("note", "text"),
    ),
)
