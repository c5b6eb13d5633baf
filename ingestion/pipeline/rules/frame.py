"""What checks see of a delivery: encoded columns, numbers and masks, each computed once and shared."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.pipeline import codefamilies as families
from ingestion.pipeline.codefamilies import detect
from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.grouping import agreeing
from ingestion.pipeline.pack import Field, Pack
from ingestion.pipeline.readers.source import Codes, Column
from ingestion.pipeline.rules.conditions import Condition
from ingestion.pipeline.rules.formulas import OR_ZERO, Formula, day_number
from ingestion.pipeline.rules.values import Floats, days_of, numbers_of, plain_code

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]
_CODED = frozenset(["enum", "integer", "decimal_or_enum"])


class Groups:
    """Portfolios of a file: rows that share the portfolio key, in order of first appearance.

    `index` is the group of each row, `first` its first row, `sizes` its number of rows, `labels` its id.
    """

    def __init__(
        self, index: Codes, first: Positions, sizes: npt.NDArray[np.intp], labels: list[str]
    ) -> None:
        self.index = index
        self.first = first
        self.sizes = sizes
        self.labels = labels


class Frame:
    """A delivery as the checks read it. Blank means empty after trimming, or one of the words of `blanks`.

    `today` is the day of the check.
    """

    def __init__(
        self,
        pack: Pack,
        delivery: Delivery,
        today: dt.date | None = None,
        blanks: frozenset[str] = frozenset(),
    ) -> None:
        self.pack = pack
        self.delivery = delivery
        self.blanks = blanks
        self.broken = ""
        """What is broken in the structure of the file, in a sentence; known when structure was checked."""
        self.rows = len(delivery.row_numbers)
        self.today = today or dt.datetime.now(dt.UTC).date()
        self._columns: dict[str, Column] = {}
        self._numbers: dict[str, tuple[Floats, Floats]] = {}
        self._dates: dict[str, Floats] = {}
        self._days: dict[str, Floats] = {}
        self._filled: dict[str, Mask] = {}
        self._families: dict[tuple[str, int], str | None] = {}
        self._masks: dict[str, Mask] = {}

    def has(self, field: str) -> bool:
        """Whether the file has this column at all."""
        return field in self.delivery.columns

    def column(self, field: str) -> Column:
        """The column with trimmed values; an absent one is blank on every row."""
        if field not in self._columns:
            raw = self.delivery.columns.get(field)
            if raw is None:
                raw = Column(np.zeros(self.rows, np.int32), [""])
            column = raw.trimmed()
            if (words := self.blanks_of(field)) and words & set(column.values):
                column = Column(raw.codes, ["" if value in words else value for value in column.values])
            if field in self.pack.fields and self.pack.fields[field].type in _CODED:
                column = Column(raw.codes, [plain_code(value) for value in column.values])
            self._columns[field] = column
        return self._columns[field]

    def blanks_of(self, field: str) -> frozenset[str]:
        """The words that mean nothing in this field: all but its codes."""
        known = self.pack.fields.get(field)
        return self.blanks - set(known.codes) if self.blanks and known else frozenset()

    def filled(self, field: str) -> Mask:
        """Per row: something is written in the cell."""
        if field not in self._filled:
            column = self.column(field)
            self._filled[field] = column.spread(~column.empty)
        return self._filled[field]

    def blank(self, field: str) -> Mask:
        """Per row: nothing is written in the cell."""
        return ~self.filled(field)

    def one_of(self, field: str, wanted: Collection[str]) -> Mask:
        """Per row: the cell holds one of these values."""
        return self.spread(field, [value in wanted for value in self.column(field).values])

    def matching(self, field: str, test: Callable[[str], bool]) -> Mask:
        """Per row: something is written in the cell, and the test holds for it."""
        if not self.has(field):
            return np.zeros(self.rows, np.bool_)
        return self.spread(field, [bool(value) and test(value) for value in self.column(field).values])

    def fitting(self, field: str, test: Callable[[pa.Array], Mask]) -> Mask:
        """As `matching`, by a test that takes all distinct values at once."""
        column = self.column(field)
        return column.spread(test(column.texts) & ~column.empty)

    def family(self, field: str, place: int) -> str | None:
        """The family of codes that one of the distinct values belongs to."""
        if (field, place) not in self._families:
            self._families[field, place] = detect(self.column(field).at(place))
        return self._families[field, place]

    def classes(self, field: str, wanted: tuple[str, ...]) -> Mask:
        """Per row: the CIC in the cell is of one of these classes, or classes with sub-class."""
        whole = frozenset(word for word in wanted if len(word) == 1)
        part = frozenset(word for word in wanted if len(word) == 2)
        return self.matching(
            field, lambda value: len(value) == 4 and (value[2] in whole or value[2:] in part)
        )

    def same_text(self, field: str, other: str) -> Mask:
        """Per row: both cells hold the same text."""
        one, two = self.column(field), self.column(other)
        place = {value: i for i, value in enumerate(one.values)}
        translated = np.array([place.get(value, -1) for value in two.values], np.int64)
        return np.asarray(one.codes == translated[two.codes])

    def spread(self, field: str, verdicts: list[bool]) -> Mask:
        """From a verdict per distinct value to a verdict per row."""
        return self.column(field).spread(np.array(verdicts, np.bool_))

    def parsed(self, field: str) -> Floats:
        """Numbers of the distinct values; NaN for a blank, infinity for what is no number."""
        return self._parse(field)[0]

    def numbers(self, field: str) -> Floats:
        """Numbers per row; NaN where there is none to compute with."""
        return self._parse(field)[1]

    def days(self, field: str) -> Floats:
        """Days since 1970 per row; NaN where there is no date."""
        if field not in self._days:
            column = self.column(field)
            self._days[field] = self.dates(field)[column.codes]
        return self._days[field]

    def dates(self, field: str) -> Floats:
        """Days since 1970 of the distinct values; NaN for what is no date."""
        if field not in self._dates:
            self._dates[field] = days_of(self.column(field).texts)
        return self._dates[field]

    def quantities(self, field: str) -> Floats:
        """What comparisons compare: days of a date field, numbers of any other."""
        if field == "today":
            return np.array(day_number(self.today))
        if field.endswith(OR_ZERO):
            field = field.removesuffix(OR_ZERO)
            return np.where(self.blank(field), 0.0, self.quantities(field))
        known = self.pack.fields.get(field)
        if known is None:
            return self.numbers(field)
        return self.days(field) if known.type in ("date", "datetime") else self._within(known)

    def _within(self, field: Field) -> Floats:
        """Numbers of a field; NaN also for one outside the field's range, which has a finding of its own."""
        low, high = field.range
        numbers = self.numbers(field.key)
        if low is None and high is None:
            return numbers
        outside = np.zeros(len(numbers), np.bool_)
        outside |= False if low is None else numbers < float(low)
        outside |= False if high is None else numbers > float(high)
        return np.where(outside, np.nan, numbers)

    def typed(self, field: str) -> Mask:
        """Per row: the cell is filled with what its field is for; what is not has a finding of its own."""
        match self.pack.fields[field].type:
            case "decimal" | "fraction" | "integer":
                return ~np.isnan(self.numbers(field))
            case "date":
                return ~np.isnan(self.days(field))
            case "currency" | "country" as kind:
                known = families.is_currency if kind == "currency" else families.is_country
                codes = self.pack.fields[field].codes
                return self.matching(field, lambda value: value in codes or known(value))
            case "enum":
                return self.one_of(field, self.pack.fields[field].codes.keys())
        return self.filled(field)

    def value_of(self, formula: Formula, like: str = "") -> Floats:
        """A formula's value, one per row."""
        value: Floats = np.broadcast_to(formula.value(self.quantities), self.rows)
        return value

    def mask(self, condition: Condition | None) -> Mask:
        """Per row: the condition surely holds. No condition holds always."""
        if condition is None:
            return np.ones(self.rows, np.bool_)
        if condition.text not in self._masks:
            self._masks[condition.text] = condition.answer(self).yes
        return self._masks[condition.text]

    def _parse(self, field: str) -> tuple[Floats, Floats]:
        if field not in self._numbers:
            column = self.column(field)
            distinct = numbers_of(column.texts, self.delivery.decimal)
            usable = np.where(np.isfinite(distinct), distinct, np.nan)
            self._numbers[field] = (distinct, usable[column.codes])
        return self._numbers[field]

    def combined(self, fields: Sequence[str], start: Codes | None = None) -> npt.NDArray[np.int64]:
        """Per row a number; rows with equal numbers agree in all these fields (and in `start`)."""
        index = np.zeros(self.rows, np.int64) if start is None else start.astype(np.int64)
        return agreeing(map(self.column, fields), index)

    @cached_property
    def file(self) -> Groups:
        """All rows as one group, of no portfolio."""
        return Groups(np.zeros(self.rows, np.int32), np.zeros(1, np.intp), np.array([self.rows]), [""])

    @cached_property
    def groups(self) -> Groups:
        """Rows by portfolio, labelled with the portfolio's id."""
        _, first, inverse, sizes = np.unique(
            self.combined(self.pack.portfolio_key), return_index=True, return_inverse=True, return_counts=True
        )
        ids = self.column(self.pack.portfolio_key[0])
        labels = [ids.at(ids.codes[row]) for row in first]
        return Groups(inverse.astype(np.int32), first, sizes, labels)


def noted(frame: Frame, code: str) -> str:
    """What was noted under this code when the file was looked at."""
    return " ".join(note["text"] for note in frame.delivery.inspection.notes if note["code"] == code)
