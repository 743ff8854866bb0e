"""What models cost: a small table the user gives. None is shipped, for prices go stale."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from agentmem.errors import InvalidInput

MILLION = Decimal(1_000_000)
CURE = "write for each model what a million tokens read and written cost: 'openai:gpt-4o-mini' = [0.15, 0.60]"


@dataclass(frozen=True)
class Prices:
    """Prices of a million tokens, read and written, by model; in whatever currency.

    A model is known by its whole name (`openai:llama3@http://localhost:11434/v1`), by that without the
    address, or by its bare name (`llama3`); the longest that is there holds.

    Attributes:
        table: Name to (read, written). Floats are taken as they are written: 0.15 is 15 hundredths.

    Raises:
        InvalidInput: a price is not a number from 0 up.
    """

    table: Mapping[str, tuple[float | Decimal, float | Decimal]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        exact = {str(model).strip(): _price(str(model), price) for model, price in self.table.items()}
        object.__setattr__(self, "table", exact)

    @classmethod
    def from_file(cls, path: str | Path) -> Prices:
        """Return the prices in a file: JSON or TOML, each model with its two numbers.

        Raises:
            InvalidInput: it cannot be read, or holds something else.
        """
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8")
            table = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
        except OSError as error:
            raise InvalidInput(f"cannot read the prices in {str(path)!r}: {error.strerror}; {CURE}") from error
        except ValueError as error:
            raise InvalidInput(f"{str(path)!r} is neither JSON nor (named .toml) TOML; {CURE}") from error
        if not isinstance(table, dict):
            raise InvalidInput(f"{str(path)!r} holds a {type(table).__name__}; {CURE}")
        return cls(table)

    def money(self, model: str, *, read: int, written: int) -> Decimal | None:
        """Return what so many tokens of `model` cost; None where it has no price.

        >>> Prices({"gpt-4o-mini": (0.15, 0.60)}).money("openai:gpt-4o-mini", read=2_000_000, written=500_000)
        Decimal('0.60')
        """
        for name in _names(model):
            if name in self.table:
                dear_read, dear_written = (Decimal(price) for price in self.table[name])
                return (dear_read * read + dear_written * written) / MILLION
        return None

    def __bool__(self) -> bool:
        return bool(self.table)


def _names(model: str) -> tuple[str, ...]:
    """Return what a model may be called, the longest first.

    >>> _names("openai:llama3@http://localhost:11434/v1")
    ('openai:llama3@http://localhost:11434/v1', 'openai:llama3', 'llama3')
    """
    placeless = model.partition("@")[0]
    return model, placeless, placeless.partition(":")[2] or placeless


def _price(model: str, given: Any) -> tuple[Decimal, Decimal]:
    try:
        read, written = (Decimal(str(one)) for one in given)
    except (TypeError, ValueError, InvalidOperation):
        raise InvalidInput(f"the price of {model!r} is {given!r}; {CURE}") from None
    if not all(price.is_finite() and price >= 0 for price in (read, written)):
        raise InvalidInput(f"the price of {model!r} is {given!r}; prices are numbers from 0 up")
    return read, written
