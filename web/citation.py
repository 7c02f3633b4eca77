"""How a page is cited: as text, as BibTeX and as CSL-JSON, with the snapshot and a hash of what it said."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from flask import request

from graph.datadir import Snapshot
from web.site import Site
from web.views import PARAMETERS, view_here

AUTHOR: Final = "osagraph"
# Characters that mean something to TeX, and how they are written instead.
TEX: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: f"\\{character}" for character in "&%$#_{}"},
    }
)


@dataclass(frozen=True)
class Citation:
    """What a citation names; `made` is the day of the snapshot, `sha256` that of its N-Triples, if known."""

    title: str
    address: str
    snapshot: int
    made: str
    sha256: str | None
    view: str | None = None

    @property
    def note(self) -> str:
        """The snapshot, the view and the hash."""
        parts = [f"snapshot {self.snapshot}" + (f" of {self.made}" if self.made else "")]
        parts += [f"view {self.view}"] if self.view else []
        parts += [f"SHA-256 of the N-Triples {self.sha256}"] if self.sha256 else []
        return ", ".join(parts)

    @property
    def text(self) -> str:
        """For people."""
        return f"“{self.title}”. {AUTHOR}, {self.note}. {self.address}"

    @property
    def bibtex(self) -> str:
        """For LaTeX; the address is as it is, in a field that is read verbatim."""
        key = re.sub(r"[^A-Za-z0-9]+", "-", self.title).strip("-").lower() or "thing"
        fields = {
            "title": f"{{{self.title.translate(TEX)}}}",
            "author": f"{{{AUTHOR}}}",
            **({"year": self.made[:4]} if self.made else {}),
            "note": self.note.translate(TEX),
            "url": self.address,
        }
        lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
        return f"@misc{{{AUTHOR}-{key},\n{lines}}}"

    @property
    def csl(self) -> str:
        """For reference managers.

        Spec: https://docs.citationstyles.org/en/stable/specification.html
        """
        item: dict[str, Any] = {
            "id": self.address,
            "type": "entry",
            "title": self.title,
            "author": [{"literal": AUTHOR}],
            "container-title": AUTHOR,
            "version": str(self.snapshot),
            "note": self.note,
            "URL": self.address,
        }
        if self.made:
            item["issued"] = {"date-parts": [[int(part) for part in self.made.split("-")]]}
        return json.dumps([item], ensure_ascii=False, indent=2)


def citation_of(site: Site, title: str, path: str, at: Snapshot, sha256: str | None = None) -> Citation:
    """The citation of the page at a path of this site, in the view that the request is about."""
    view = view_here()
    chosen = {name: request.args[name] for name in PARAMETERS if request.args.get(name)}
    return Citation(
        title=title,
        address=f"{site.address}{path}{f'?{urlencode(chosen)}' if chosen else ''}",
        snapshot=at.number,
        made=(site.current().made or "")[:10],
        sha256=sha256,
        view=view.choice.text if view else None,
    )
