"""What one version of a mapping says otherwise than the one before."""

from typing import Any

from ingestion.pipeline.mapping_changes import MappingChange, mapped_fields, mapping_changes

BEFORE: dict[str, Any] = {
    "format": 1, "fingerprint": "ab" * 32, "template": "HOLDINGS", "version": "1.0", "header_row": 1,
    "sheet": None, "columns": {"quantity": 4, "isin": 2, "name": 3}, "decimal": None,
}  # fmt: skip


def test_columns_that_came_went_and_moved_are_named_in_the_order_of_the_template() -> None:
    after = BEFORE | {"columns": {"isin": 5, "name": 3, "price": 6}}
    assert mapping_changes(BEFORE, after) == [
        MappingChange("column", 3, 6, "isin", "ISIN"),
        MappingChange("column", 5, None, "quantity", "Quantity"),
        MappingChange("column", None, 7, "price", "Price"),
    ]
    assert mapping_changes(BEFORE, dict(BEFORE)) == []


def test_what_else_is_said_otherwise_is_named_too() -> None:
    after = BEFORE | {"decimal": ",", "header_row": 3, "sheet": "Positions"}
    assert [(one.part, one.before, one.after) for one in mapping_changes(BEFORE, after)] == [
        ("header_row", 1, 3), ("sheet", None, "Positions"), ("decimal", None, ","),
    ]  # fmt: skip


def test_columns_of_another_template_are_not_compared() -> None:
    after = BEFORE | {"template": "TPT", "version": "7.0", "columns": {"14": 2, "17": 3, "26": 4}}
    assert mapping_changes(BEFORE, after) == [MappingChange("template", "HOLDINGS 1.0", "TPT 7.0")]


def test_the_first_mapping_of_a_layout_changes_nothing() -> None:
    assert mapping_changes(None, BEFORE) == []


def test_a_mapping_of_a_template_that_is_gone_can_still_be_read() -> None:
    assert mapped_fields(BEFORE | {"version": "0.1"})[0] == ("quantity", "quantity", 5)
    assert mapped_fields(BEFORE)[0] == ("isin", "ISIN", 3)
