"""Checks within the file: repetitions, and values far from all others."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.quality.comparison import Comparison, fact_of
from ingestion.pipeline.quality.facts import title_of
from ingestion.pipeline.quality.findings import Finding, shown
from ingestion.pipeline.quality.snapshot import Floats
from ingestion.pipeline.rules.rule import Rule

_SPREAD_FLOOR = 0.02
"""Smallest spread (in powers of ten) taken for normal: about 5 %."""
_MAD_TO_SIGMA = 1.4826
"""Median absolute deviation to standard deviation, for a normal distribution."""


def duplicate_class(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """The same identifier and date in two files, on two rows, or with every position repeated."""
    for comparison in comparisons:
        subject, now = comparison.subject, comparison.now
        what = f"{now.id} at {now.valuation_date}"
        if subject.holdings is None:
            for row, file in subject.again:
                where = f"row {subject.row}" + (f" of {subject.files[0]}" if file != subject.files[0] else "")
                yield Finding(rule, row, now.id, file, now.id, f"{what} is already on {where}.")
            continue
        for file in subject.files[1:]:
            message = f"{what} is also in {subject.files[0]}; this repetition is not compared with anything."
            yield Finding(rule, 0, now.id, file, now.id, message)
        if subject.holdings.twice:
            message = f"Every position of {what} is in the file more than once."
            yield Finding(rule, 0, now.id, subject.files[0], now.id, message)


def duplicate_position(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """Rows that repeat a row; where all do, the share class has one finding instead."""
    for comparison in comparisons:
        holdings, now = comparison.subject.holdings, comparison.now
        if holdings is None or holdings.twice:
            continue
        for row, original, instrument in holdings.copies:
            message = f"Says the same as row {original}."
            yield Finding(rule, row, now.id, comparison.subject.files[0], instrument, message)


def price_outlier(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """Prices per nominal far from those of the portfolio's other positions of the same CIC classes."""
    for comparison in comparisons:
        holdings, now = comparison.subject.holdings, comparison.now
        if holdings is None:
            continue
        wanted = in_classes(now.positions.cic, rule.params["classes"]) & holdings.by_nominal
        places = np.flatnonzero(wanted & (now.positions.price > 0))
        far, middle = _far(rule, now.positions.price[places])
        for place in places[far].tolist():
            price = now.positions.price[place]
            message = (
                f"Market value over nominal is {shown(price)}; the middle of the others is {shown(middle)}."
            )
            value = shown(now.positions.value[place])
            yield Finding(
                rule, int(holdings.rows[place]), now.id, comparison.subject.files[0], value, message
            )


def fact_outlier(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """A number far from what the other share classes of the file state; zero is no outlier."""
    name = rule.params["fact"]
    stated = [(comparison, fact_of(comparison.now, name)) for comparison in comparisons]
    positive = [(comparison, fact) for comparison, fact in stated if isinstance(fact, float) and fact > 0]
    far, middle = _far(rule, np.array([fact for _, fact in positive], np.float64))
    for place in np.flatnonzero(far).tolist():
        comparison, fact = positive[place]
        message = f"The {title_of(name)} is {shown(fact)}; the middle of the file is {shown(middle)}."
        yield finding(rule, comparison, shown(fact), message)


def finding(rule: Rule, comparison: Comparison, value: str, message: str) -> Finding:
    """A finding about the fund or share class: on its row, or on row 0."""
    subject = comparison.subject
    return Finding(rule, subject.row, comparison.now.id, subject.files[0], value, message)


def in_classes(cics: list[str], wanted: str) -> npt.NDArray[np.bool_]:
    """Which CIC codes are of one of these classes, written as one text such as "124"."""
    return np.array([len(cic) == 4 and cic[2] in wanted for cic in cics], np.bool_)


def _far(rule: Rule, values: Floats) -> tuple[npt.NDArray[np.bool_], float]:
    """What is far from the median by factor and by robust distance, and the median; values are positive."""
    if len(values) < rule.params["least"]:
        return np.zeros(len(values), np.bool_), 0.0
    logs = np.log10(values)
    middle = float(np.median(logs))
    away = np.abs(logs - middle)
    spread = max(float(np.median(away)) * _MAD_TO_SIGMA, _SPREAD_FLOOR)
    # The tolerance absorbs what the logarithm rounds: a factor of exactly ten counts.
    far = (away >= np.log10(rule.params["tolerance"]) - 1e-9) & (away > rule.params["distance"] * spread)
    return far, float(10**middle)
