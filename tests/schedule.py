"""The order of the test modules: workers that take them one by one are all at work until the end.

Modules that mostly wait, for servers and browsers, and modules that compute take turns, so that the
processors have something to do throughout; of each kind the longest come first, so that none is left over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

WAITING: Final = frozenset(["browser", "contract", "fuzz", "hostile", "protocol", "reliability"])
# Seconds on a quiet machine with two cores, of modules that take long; nothing depends on them but the order.
SECONDS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "browser/test_explore.py": 15,
        "browser/test_hostile.py": 32,
        "browser/test_page_types.py": 16,
        "cli/test_bad_input.py": 14,
        "cli/test_commands.py": 22,
        "cli/test_curation.py": 20,
        "cli/test_snapshot_commands.py": 22,
        "competency/test_receipts_of_named_queries.py": 8,
        "contract/test_mirror.py": 25,
        "contract/test_product_on_engines.py": 60,
        "contract/test_publishing.py": 30,
        "fuzz/test_fuzz.py": 15,
        "ontology/test_inference_oracle.py": 9,
        "ontology/test_reasoning.py": 22,
        "ontology/test_shapes.py": 11,
        "protocol/test_conformance.py": 17,
        "protocol/test_rights.py": 15,
        "protocol/test_streaming.py": 12,
        "protocol/test_views_over_http.py": 11,
        "reliability/test_kill.py": 47,
        "test_architecture.py": 7,
        "unit/graph/test_explanation.py": 7,
        "unit/graph/test_revision.py": 7,
        "unit/graph/test_view_build.py": 9,
        "unit/graph/test_view_cache.py": 8,
        "unit/graph/test_view_desk.py": 7,
        "unit/loaders/test_build.py": 13,
        "unit/loaders/test_curating.py": 15,
        "unit/loaders/test_dataset_writes.py": 15,
        "unit/loaders/test_inferred.py": 25,
        "unit/loaders/test_operations.py": 9,
        "unit/loaders/test_purging.py": 15,
        "unit/loaders/test_rdf_loader.py": 15,
        "unit/loaders/test_wikidata_loader.py": 9,
        "unit/web/test_entity_pages.py": 15,
    }
)
# What others take, by their folder.
USUAL: Final[Mapping[str, float]] = MappingProxyType(
    {"browser": 9, "cli": 4, "contract": 8, "hostile": 12, "protocol": 2, "reliability": 17}
)


def seconds_of(module: str) -> float:
    """About how long a module takes; it is named by its path below `tests`."""
    return SECONDS.get(module, USUAL.get(module.partition("/")[0], 1))


def in_turns(modules: Iterable[str]) -> dict[str, tuple[float, str]]:
    """The key to sort each module by."""
    kinds: dict[bool, list[str]] = {True: [], False: []}
    for module in modules:
        kinds[module.partition("/")[0] in WAITING].append(module)
    return {module: key for kind in kinds.values() for module, key in _shares(kind)}


def _shares(modules: Sequence[str]) -> Iterator[tuple[str, tuple[float, str]]]:
    """Each module with the share of all the time of its kind that is over when it begins."""
    total = sum(map(seconds_of, modules))
    over = 0.0
    for module in sorted(modules, key=lambda module: (-seconds_of(module), module)):
        yield module, (over / total, module)
        over += seconds_of(module)
