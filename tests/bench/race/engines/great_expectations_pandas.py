"""great_expectations on pandas: one expectation per rule, complete results.

Columns that an expectation needs and the file lacks (numbers, the class inside a CIC, flags for what has no
expectation) are derived with pandas; that is counted.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics import ColumnMapMetricProvider, column_condition_partial
from great_expectations.expectations.row_conditions import Column

from tests.bench.race.engines import pandas_plain as plain
from tests.bench.race.identifiers import CHECKS
from tests.bench.race.rules import BY_ID, NUMBER, RULES, Rule

Found = tuple[str, int, str, object]


class _IsinMetric(ColumnMapMetricProvider):
    condition_metric_name = "column_values.race_isin"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series, **_: Any) -> pd.Series:  # noqa: N805
        return column.map(CHECKS["isin"])


class _LeiMetric(ColumnMapMetricProvider):
    condition_metric_name = "column_values.race_lei"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series, **_: Any) -> pd.Series:  # noqa: N805
        return column.map(CHECKS["lei"])


class ExpectRaceIsin(ColumnMapExpectation):
    """An ISIN."""

    map_metric = "column_values.race_isin"
    success_keys = ("mostly",)


class ExpectRaceLei(ColumnMapExpectation):
    """An LEI."""

    map_metric = "column_values.race_lei"
    success_keys = ("mostly",)


def parse(path: Path) -> pd.DataFrame:
    """Every cell as text, blank as missing."""
    return plain.parse(path)


def _expectation(rule: Rule, table: pd.DataFrame, derived: dict[str, pd.Series]) -> Any:
    field, params, meta = rule.field, rule.params, {"rule": rule.id}
    match rule.kind:
        case "required":
            return gxe.ExpectColumnValuesToNotBeNull(column=field, meta=meta)
        case "number":
            return gxe.ExpectColumnValuesToMatchRegex(column=field, regex=NUMBER, meta=meta)
        case "pattern":
            return gxe.ExpectColumnValuesToMatchRegex(column=field, regex=params["pattern"], meta=meta)
        case "list":
            return gxe.ExpectColumnValuesToBeInSet(column=field, value_set=params["codes"], meta=meta)
        case "date":
            return gxe.ExpectColumnValuesToMatchStrftimeFormat(
                column=field, strftime_format="%Y-%m-%d", meta=meta
            )
        case "range":
            derived[f"number of {field}"] = plain.numbers(table[field])
            return gxe.ExpectColumnValuesToBeBetween(
                column=f"number of {field}", min_value=params["low"], max_value=params["high"], meta=meta
            )
        case "isin":
            return ExpectRaceIsin(column=field, meta=meta)
        case "lei":
            return ExpectRaceLei(column=field, meta=meta)
        case "filled_if":
            driver = params["driver"]
            if params["at"] is not None:
                driver = f"{driver} at {params['at']}"
                derived[driver] = plain.driver(table, rule)
            condition = Column(driver).is_in(params["values"])
            return gxe.ExpectColumnValuesToNotBeNull(
                column=field, row_condition=condition, condition_parser="great_expectations", meta=meta
            )
        case "unique":
            return gxe.ExpectCompoundColumnsToBeUnique(
                column_list=params["keys"], ignore_row_if="any_value_is_missing", meta=meta
            )
        case "not_above":
            read = plain.numbers if params["type"] == "number" else plain.dates
            for name in (field, params["other"]):
                derived[f"{name} read"] = read(table[name])
            return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=f"{params['other']} read",
                column_B=f"{field} read",
                or_equal=True,
                ignore_row_if="either_value_is_missing",
                meta=meta,
            )
    derived[rule.id] = (~plain.failing(table, rule).fillna(False)).astype(int)
    return gxe.ExpectColumnValuesToBeInSet(column=rule.id, value_set=[1], meta=meta)


def validate(table: pd.DataFrame) -> list[Found]:
    """(rule, row, field, value)."""
    derived: dict[str, pd.Series] = {}
    suite = gx.ExpectationSuite(
        name="race", expectations=[_expectation(rule, table, derived) for rule in RULES]
    )
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("memory").add_dataframe_asset("positions")
    whole = pd.concat([table, pd.DataFrame(derived)], axis=1)
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": whole})
    found: list[Found] = []
    for result in batch.validate(suite, result_format="COMPLETE").results:
        rule = BY_ID[result.expectation_config.meta["rule"]]
        if not result.success and "unexpected_index_list" not in result.result:
            raise RuntimeError(f"{rule.id} could not be evaluated: {str(result.exception_info)[:300]}")
        rows = result.result.get("unexpected_index_list") or []
        values = plain.values(table, rule, pd.Index(rows)) if rows else ()
        found += [(rule.id, row, rule.field, value) for row, value in zip(rows, values, strict=True)]
    return found


def canonical(_: pd.DataFrame, findings: Iterable[Found]) -> Iterator[tuple[object, ...]]:
    """Missing values as None."""
    for rule, row, field, value in findings:
        yield rule, row, field, None if pd.isna(value) else value
