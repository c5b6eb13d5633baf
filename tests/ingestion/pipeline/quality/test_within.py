"""Within one file: repetitions and outliers."""

from ingestion.pipeline.quality import snapshots
from tests.ingestion.pipeline.quality.support import ISIN, delivery, details, emt, ept, found, fund, holdings


def shares(count: int = 30, **odd: str) -> list[dict[str, str]]:
    rows = [emt(f"LU{i:010d}", **{"07100": f"{0.01 + i * 0.0002:.4f}"}) for i in range(count)]
    rows[7] |= odd
    return rows


def test_a_file_without_repetition_gives_no_finding() -> None:
    for template, rows in [("TPT", fund()), ("HOLDINGS", holdings()), ("EMT", shares()), ("EPT", [ept()])]:
        assert found(delivery(template, rows)) == []


def test_a_share_class_on_two_rows_is_told_on_the_second() -> None:
    (finding,) = details(delivery("EMT", [emt(), emt("LU0000000025"), emt()]))
    assert (finding["rule"], finding["row"], finding["value"]) == ("EMT-Q01-DUPLICATE-CLASS", 3, ISIN)
    assert "row 1" in finding["message"]
    assert found(delivery("EMT", [emt(), emt(day="2025-07-31")])) == []


def test_capitals_do_not_make_another_share_class() -> None:
    assert found(delivery("EMT", [emt(), emt(ISIN.lower())])) == [("Q01-DUPLICATE-CLASS", 2)]


def test_a_portfolio_in_two_files_of_a_zip_is_told_and_read_once() -> None:
    both = delivery("TPT", fund(), fund(), names=["a.csv", "b.csv"])
    (finding,) = details(both)
    assert (finding["rule"], finding["row"], finding["file"]) == ("TPT-Q01-DUPLICATE-CLASS", 0, "b.csv")
    assert "a.csv" in finding["message"]
    assert snapshots(both)[0].to_bytes() == snapshots(delivery("TPT", fund()))[0].to_bytes()
    assert found(delivery("TPT", fund(), fund(day="2025-07-31"), names=["a.csv", "b.csv"])) == []


def test_a_share_class_in_two_files_of_a_zip_is_told_with_its_file() -> None:
    (finding,) = details(delivery("EMT", [emt()], [emt("LU0000000025"), emt()], names=["a.csv", "b.csv"]))
    assert (finding["row"], finding["file"]) == (2, "b.csv")
    assert "row 1 of a.csv" in finding["message"]


def test_a_portfolio_whose_positions_are_all_twice_is_one_finding() -> None:
    assert found(delivery("TPT", fund() + fund())) == [("Q01-DUPLICATE-CLASS", 0)]
    assert found(delivery("HOLDINGS", holdings() + holdings())) == [("Q01-DUPLICATE-CLASS", 0)]


def test_a_copied_position_of_a_list_is_told_on_its_row() -> None:
    rows = holdings()
    (finding,) = details(delivery("HOLDINGS", [*rows, rows[4]]))
    assert (finding["rule"], finding["row"]) == ("HOLDINGS-Q02-DUPLICATE-POSITION", 31)
    assert finding["value"] == rows[4]["isin"]
    assert "row 5" in finding["message"]
    assert found(delivery("HOLDINGS", [*rows, rows[4] | {"quantity": "77"}])) == []


def test_a_bond_in_another_unit_stands_out() -> None:
    rows = fund(60)
    rows[10]["22"] = repr(float(rows[10]["22"]) * 100)
    (finding,) = details(delivery("TPT", rows))
    assert (finding["rule"], finding["row"], finding["field"]) == ("TPT-Q03-BOND-PRICE-OUTLIER", 11, "24")
    rows[10]["22"] = repr(float(rows[10]["22"]) / 100 * 0.3)  # a bond in default is no unit error
    assert found(delivery("TPT", rows)) == []


def test_a_share_has_no_price_to_compare_with_others() -> None:
    rows = fund(60)
    rows[11]["22"] = repr(float(rows[11]["22"]) * 100)
    assert found(delivery("TPT", rows)) == []


def test_a_cost_in_percent_stands_out() -> None:
    (finding,) = details(delivery("EMT", shares(**{"07100": "1.15"})))
    assert (finding["rule"], finding["row"], finding["field"]) == ("EMT-Q03-COST-OUTLIER", 8, "07100")
    assert finding["value"] == "1.15"
    assert found(delivery("EMT", shares(**{"07100": "0.03"}))) == []
    assert found(delivery("EMT", shares(**{"07100": "0"}))) == []


def test_few_share_classes_have_no_outlier() -> None:
    assert found(delivery("EMT", shares(19, **{"07100": "1.15"}))) == []
    assert found(delivery("EMT", shares(20, **{"07100": "1.15"}))) == [("Q03-COST-OUTLIER", 8)]
