"""Whether a currency was still in use on the day a row is about."""

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.codefamilies import retired_currencies
from ingestion.pipeline.rules.failures import Failures, by_value
from ingestion.pipeline.rules.formulas import day_number
from ingestion.pipeline.rules.frame import Frame, Mask
from ingestion.pipeline.rules.rule import Rule


def in_use(rule: Rule, frame: Frame) -> Failures | None:
    """No currency that had been replaced on the day of the row."""
    retired = retired_currencies()
    column = frame.column(rule.field)
    ends = {place: retired[code].day for place, code in enumerate(column.values) if code in retired}
    if not ends:
        return None
    end = np.full(column.distinct, np.inf)
    end[list(ends)] = [day_number(day) for day in ends.values()]
    late: Mask = end[column.codes] <= _days(frame)

    def explain(code: str) -> str | None:
        if code not in retired:
            return None
        day, successor = retired[code]
        return f"{code} was replaced by {successor} on {day.isoformat()}."

    return by_value(frame, rule.field, explain, late)


def _days(frame: Frame) -> npt.NDArray[np.float64]:
    """The day each row is about: its valuation date, else its reporting date, else the day of the check."""
    days = np.full(frame.rows, np.nan)
    for part in ("valuation_date", "reporting_date"):
        if field := frame.pack.index_card.get(part):
            days = np.where(np.isnan(days), frame.days(field), days)
    return np.where(np.isnan(days), day_number(frame.today), days)
