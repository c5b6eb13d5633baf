"""What a later delivery is compared with: the facts and positions of one fund or share class at one date."""

import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.quality.errors import SnapshotError

Floats = npt.NDArray[np.float64]
Fact = float | str

FORMAT = 1
MAX_POSITIONS = 20_000
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TEXTS = ("template", "version", "id", "name", "currency", "valuation_date")
_POSITION_TEXTS = ("id", "leg", "name", "cic", "currency")
_POSITION_NUMBERS = ("weight", "value", "quantity", "price")


def fund_prefix(fund: str) -> str:
    """Where the snapshots of a fund or share class are kept, whatever the template: `by-fund/<sha256>/`."""
    return f"by-fund/{hashlib.sha256(fund.strip().upper().encode()).hexdigest()}/"


@dataclass(frozen=True, eq=False)
class Positions:
    """Positions column by column, largest weight first; NaN where a number is not known.

    `price` is the value of one unit in the currency of the quotation: market value over quantity or nominal.
    """

    id: list[str]
    leg: list[str]
    name: list[str]
    cic: list[str]
    currency: list[str]
    weight: Floats
    value: Floats
    quantity: Floats
    price: Floats

    def __len__(self) -> int:
        return len(self.id)

    @cached_property
    def places(self) -> dict[tuple[str, str], int]:
        """(instrument, leg) -> place; both are unique together."""
        return {key: place for place, key in enumerate(zip(self.id, self.leg, strict=True))}

    @classmethod
    def of(cls, texts: dict[str, list[str]], numbers: dict[str, Floats]) -> "Positions":
        """From columns by name."""
        columns: dict[str, Any] = {**texts, **numbers}
        return cls(**columns)

    @classmethod
    def none(cls) -> "Positions":
        """No positions: a template that describes share classes only."""
        return cls.of(
            {name: [] for name in _POSITION_TEXTS}, {name: np.zeros(0) for name in _POSITION_NUMBERS}
        )


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One fund or share class in one delivery. `classes` is the weight of each CIC class."""

    template: str
    version: str
    id: str
    name: str
    currency: str
    valuation_date: str
    facts: dict[str, Fact]
    classes: dict[str, float] = field(default_factory=dict)
    positions: Positions = field(default_factory=Positions.none)
    submission: str = ""
    """Which submission it came with; whoever stores it knows, the core does not."""

    @property
    def fund(self) -> str:
        """The identifier as it is compared: capitals do not matter."""
        return self.id.strip().upper()

    @property
    def key(self) -> str:
        """`by-fund/<sha256 of the id>/<valuation date>`."""
        return fund_prefix(self.id) + self.valuation_date

    def to_json(self) -> dict[str, Any]:
        """As plain data; null stands for a number that is not known."""
        columns: dict[str, list[Any]] = {name: getattr(self.positions, name) for name in _POSITION_TEXTS}
        for name in _POSITION_NUMBERS:
            numbers = getattr(self.positions, name).tolist()
            columns[name] = [
                number if number == number else None for number in numbers
            ]  # NaN differs from itself
        texts = {name: getattr(self, name) for name in _TEXTS}
        return {
            "format": FORMAT,
            **texts,
            "facts": dict(sorted(self.facts.items())),
            "classes": dict(sorted(self.classes.items())),
            "positions": columns if len(self.positions) else {},
            "submission": self.submission,
        }

    def to_bytes(self) -> bytes:
        """Compact JSON; the same snapshot always gives the same bytes."""
        return json.dumps(self.to_json(), ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Snapshot":
        """The reverse of `to_bytes`. Raises SnapshotError."""
        try:
            return cls.from_json(json.loads(data))
        except (ValueError, RecursionError) as error:
            raise SnapshotError("A snapshot is no readable JSON.") from error

    @classmethod
    def from_json(cls, data: Any) -> "Snapshot":
        """The reverse of `to_json`. Raises SnapshotError on what is unknown, missing or of a wrong type."""
        keys = {"format", *_TEXTS, "facts", "classes", "positions", "submission"}
        _require(isinstance(data, dict) and set(data) == keys, "keys")
        _require(type(data["format"]) is int and data["format"] == FORMAT, "format")
        for name in (*_TEXTS, "submission"):
            _require(isinstance(data[name], str), name)
        _require(_is_date(data["valuation_date"]), "valuation_date")
        _require(isinstance(data["facts"], dict), "facts")
        _require(all(isinstance(fact, str) or _finite(fact) for fact in data["facts"].values()), "facts")
        _require(isinstance(data["classes"], dict), "classes")
        _require(all(_finite(weight) for weight in data["classes"].values()), "classes")
        return cls(
            **{name: data[name] for name in (*_TEXTS, "submission")},
            facts={name: _fact(value) for name, value in data["facts"].items()},
            classes={name: float(weight) for name, weight in data["classes"].items()},
            positions=_positions(data["positions"]),
        )


def _positions(data: Any) -> Positions:
    if data == {}:
        return Positions.none()
    _require(isinstance(data, dict) and set(data) == {*_POSITION_TEXTS, *_POSITION_NUMBERS}, "positions")
    columns: list[Any] = list(data.values())
    _require(all(isinstance(column, list) for column in columns), "positions")
    _require(len({len(column) for column in columns}) == 1, "positions")
    _require(len(columns[0]) <= MAX_POSITIONS, "positions")
    for name in _POSITION_TEXTS:
        _require(all(isinstance(text, str) for text in data[name]), f"positions.{name}")
    for name in _POSITION_NUMBERS:
        _require(all(number is None or _finite(number) for number in data[name]), f"positions.{name}")
    numbers = {name: np.array(data[name], np.float64) for name in _POSITION_NUMBERS}
    return Positions.of({name: data[name] for name in _POSITION_TEXTS}, numbers)


def _is_date(text: str) -> bool:
    try:
        return _DATE.fullmatch(text) is not None and bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def _finite(number: Any) -> bool:
    return type(number) in (int, float) and -1e300 < number < 1e300


def _fact(value: Fact | int) -> Fact:
    return value if isinstance(value, str) else float(value)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise SnapshotError(f"A snapshot has an unexpected {what}.")
