"""What the value of a setting may be, in the unit in which people write it; all else is refused."""

from __future__ import annotations

import ipaddress
import math
import re
from typing import Any, Final
from urllib.parse import urlsplit

import click

MEBIBYTE: Final = 1 << 20
_ADDRESS: Final = re.compile(r"[!-~]+")


class Kind(click.ParamType[Any]):
    """A kind of value: `unit` is what stands for it in the help, `written` how a value of it is given."""

    unit: str = ""

    def written(self, value: Any) -> str:
        """The value as it is given."""
        return str(value)

    def read(self, text: str) -> Any:
        """The value that a text gives.

        Raises ValueError with what it has to be instead.
        """
        raise NotImplementedError

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value of an option or of a variable of the environment, as click asks for it."""
        try:
            return self.read(str(value).strip())
        except ValueError as error:
            self.fail(f"{value!r} is not {error}.", param, ctx)


class Number(Kind):
    """A whole number between two others, multiplied by what its unit stands for."""

    name = "number"

    def __init__(self, least: int, most: int, unit: str = "N", factor: int = 1) -> None:
        self.least, self.most, self.unit, self._factor = least, most, unit, factor

    def written(self, value: Any) -> str:
        """The value in its unit."""
        return str(value // self._factor)

    def read(self, text: str) -> int:
        """The value, multiplied."""
        # Very long numbers are costly to read, and none is as long as that.
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
        if not self.least <= number <= self.most:
            raise ValueError(f"a whole number from {self.least:,} to {self.most:,}")
        return number * self._factor


class Mebibytes(Number):
    """A size, given in MiB."""

    name = "mebibytes"

    def __init__(self, least: int, most: int = 1 << 20) -> None:
        super().__init__(least, most, "MIB", MEBIBYTE)


class Seconds(Kind):
    """A duration; neither nothing nor forever."""

    name = "seconds"
    unit = "SECONDS"

    def __init__(self, least: float = 0.05, most: float = 86_400) -> None:
        self.least, self.most = least, most

    def written(self, value: Any) -> str:
        """The value without a point where it needs none."""
        return f"{value:g}"

    def read(self, text: str) -> float:
        """The value; what is no number of this world lies between no two others."""
        try:
            seconds = float(text)
        except ValueError:
            seconds = math.nan
        if not self.least <= seconds <= self.most:
            raise ValueError(f"a number of seconds from {self.least:g} to {self.most:,.0f}")
        return seconds


class Text(Kind):
    """A text of visible ASCII characters."""

    name = "text"
    unit = "TEXT"

    def read(self, text: str) -> str:
        """The text itself."""
        if not _ADDRESS.fullmatch(text):
            raise ValueError("a name or an address without blanks")
        return text


class Url(Kind):
    """An address that begins with one of some schemes."""

    name = "url"
    unit = "URL"

    def __init__(self, *schemes: str) -> None:
        self._schemes = schemes

    def read(self, text: str) -> str:
        """The address as it was given."""
        if not self._is_one(text):
            schemes = " or ".join(f"{scheme}:" for scheme in self._schemes)
            raise ValueError(f"an address that begins with {schemes}")
        return text

    def _is_one(self, text: str) -> bool:
        try:
            parts = urlsplit(text)
            rest = parts.path if parts.scheme == "mailto" else parts.hostname
        except ValueError:
            return False
        return parts.scheme in self._schemes and bool(rest) and _ADDRESS.fullmatch(text) is not None


class Network(Kind):
    """A network, or one address: `10.0.0.0/8`, `127.0.0.1`, `fd00::/8`."""

    name = "network"
    unit = "NETWORK"

    def read(self, text: str) -> str:
        """The network as it was given."""
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError as error:
            raise ValueError(f"a network such as 10.0.0.0/8 ({error})") from error
        return text
