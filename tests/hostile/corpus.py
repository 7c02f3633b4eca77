"""All hostile queries and updates by name. `python tests/hostile/corpus.py` counts them."""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter

from tests.hostile.attack import Attack
from tests.hostile.chains import chains, long_tokens
from tests.hostile.federation import federation
from tests.hostile.nesting import nesting
from tests.hostile.products import paths, planner, products, strings
from tests.hostile.updates import destruction, updates


def corpus(listener: str, *, seed: int | None = None) -> list[Attack]:
    """Every attack, by family; shuffled if a seed is given. What destroys data is last in any case.

    `listener`: an address such as `http://127.0.0.1:4711/`, which the texts with SERVICE and LOAD name.
    """
    attacks = [
        *products(),
        *paths(),
        *strings(),
        *planner(),
        *nesting(),
        *chains(),
        *long_tokens(),
        *federation(listener),
        *updates(),
    ]
    if seed is not None:
        random.Random(seed).shuffle(attacks)
    return [*attacks, *destruction()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", metavar="NAME", help="print the text of one attack")
    parser.add_argument("--names", action="store_true", help="print every name")
    options = parser.parse_args()
    attacks = corpus("http://127.0.0.1:9/")
    if options.show:
        sys.stdout.write(next(attack.text for attack in attacks if attack.name == options.show))
    elif options.names:
        print("\n".join(attack.name for attack in attacks))
    else:
        families = Counter(attack.family for attack in attacks)
        print("\n".join(f"{count:5} {family}" for family, count in families.items()))
        print(f"{len(attacks):5} in all, {sum(attack.is_heavy for attack in attacks)} of them heavy")


if __name__ == "__main__":
    main()
