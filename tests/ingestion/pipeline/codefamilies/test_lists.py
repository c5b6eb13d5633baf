"""NACE, CIC, currencies, countries, languages: the lists are complete and bad codes are explained."""

from collections import Counter
from datetime import date

import pytest

from ingestion.pipeline import codefamilies as families
from ingestion.pipeline.codefamilies.nace import nace_codes, nace_sections
from ingestion.pipeline.pack.lists import SHARED, cic_table, code_set, read_table


@pytest.mark.parametrize(
    ("revision", "sections", "divisions", "groups", "classes"),
    [("2.0", 21, 88, 272, 615), ("2.1", 22, 87, 287, 651)],
)
def test_nace_has_as_many_codes_as_published(
    revision: str, sections: int, divisions: int, groups: int, classes: int
) -> None:
    lengths = Counter(map(len, nace_codes(revision)))
    assert len(nace_sections(revision)) == sections
    assert lengths == {2: divisions, 3: groups, 4: classes}


def test_countries_and_languages_have_as_many_codes_as_published() -> None:
    languages = read_table(SHARED / "languages.csv", ["code", "bibliographic", "short"])
    assert len(code_set("countries")) == 249
    # 487 entries, one of them the range kept for local use.
    assert len(languages) == 486
    assert len([row for row in languages if row["bibliographic"]]) == 20
    assert len({row["short"] for row in languages} - {""}) == 183


@pytest.mark.parametrize("revision", ["2.0", "2.1"])
def test_every_nace_code_is_fine_in_its_revision(revision: str) -> None:
    codes = [section + digits for digits, section in nace_codes(revision).items()]
    assert families.explain_all(f"nace-{revision}", [*codes, *nace_sections(revision)]) == [None] * (
        len(codes) + len(nace_sections(revision))
    )


NACE = [
    ("2.0", "K64.19", "in capitals and without dots: K6419"),
    ("2.0", "k6419", "in capitals and without dots: K6419"),
    ("2.0", "6419", "letter of the section is missing: K6419"),
    ("2.0", "64.19", "letter of the section is missing: K6419"),
    ("2.0", "111", "letter of the section and a leading zero are missing: A0111"),
    ("2.0", "A1", "A leading zero is missing: A01"),
    ("2.0", "J6419", "does not belong to section J of NACE 2.0: K6419"),
    ("2.0", "L6419", "A code of NACE 2.1"),
    ("2.0", "K64190", "what follows is national: K6419"),
    ("2.0", "K9999", "does not know the code K9999"),
    ("2.0", "V", "A code of NACE 2.1"),
    ("2.1", "W", "has no section W"),
    ("2.1", "K6419", "A code of NACE 2.0"),
    ("2.1", "bank", "is the letter of a section"),
    ("2.1", "", "is the letter of a section"),
    ("2.1", "n/a", "sign that there is none"),
]


@pytest.mark.parametrize(("revision", "value", "message"), NACE)
def test_a_bad_nace_code_is_explained(revision: str, value: str, message: str) -> None:
    assert not families.is_nace(value, revision)
    assert message in (families.explain_nace(value, revision) or "")


@pytest.mark.parametrize("value", ["XT72", "DEA1", "XL84", "FR31", "XV21", "USB4", "XTE2"])
def test_a_good_cic_is_fine(value: str) -> None:
    assert families.is_cic(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("de11", "in capitals"),
        ("ZZ11", "ZZ is none of them"),
        ("XLFA", "Class F (credit derivative) has no sub-class A"),
        ("84", "the country of listing (or XL, XT, XV) is missing"),
        ("XT 72", "right without them"),
        ("XT7", "has 4 characters, this has 3"),
        ("XTG1", "a class from 0 to 9 or A to F"),
        ("#N/A", "sign that there is none"),
    ],
)
def test_a_bad_cic_is_explained(value: str, message: str) -> None:
    assert not families.is_cic(value)
    assert message in (families.explain_cic(value) or "")


def test_every_named_subclass_is_one_and_its_name_can_be_said() -> None:
    rows = read_table(SHARED / "cic_subclasses.csv", ["class", "subclass", "name"])
    assert len({(row["class"], row["subclass"]) for row in rows}) == len(rows)
    for row in rows:
        assert row["subclass"] in cic_table()[row["class"]][1]
    assert {row["class"] for row in rows} == set(cic_table()) - {"0"}
    assert families.name_cic("XL22") == "corporate bond: convertible"
    assert families.name_cic("XL2Z") == ""


@pytest.mark.parametrize(
    ("family", "good", "bad", "message"),
    [
        ("currency", "EUR", "eur", "in capitals and without spaces: EUR"),
        ("currency", "GBP", "GBX", "give GBP and divide by 100"),
        ("currency", "GBP", "GBp", "give GBP and divide by 100"),
        ("currency", "CNH", "RMB", "probably CNY is meant"),
        ("currency", "DEM", "RMB", "probably CNY is meant"),
        ("currency", "USD", "Dollar", "has three letters (ISO 4217), this has 6"),
        ("currency", "CHF", "XYZ", "does not know this currency"),
        ("country", "DE", "de", "in capitals and without spaces: DE"),
        ("country", "GB", "UK", "probably GB is meant"),
        ("country", "GR", "EL", "probably GR is meant"),
        ("country", "RS", "XK", "Stands for Kosovo"),
        ("country", "LU", "LUX", "has two letters (ISO 3166-1 alpha-2), this has 3"),
        ("country", "FR", "ZZ", "does not know this country"),
        ("language2", "EN", "ENG", "two letters of ISO 639-1 (en)"),
        ("language2", "de", "de-AT", "A region does not belong to it"),
        ("language3", "fra", "FR", "three letters of ISO 639-2 (fra)"),
        ("language3", "FRE", "xyz", "three letters of ISO 639-2."),
    ],
)
def test_a_bad_code_of_a_list_is_explained(family: str, good: str, bad: str, message: str) -> None:
    assert families.FAMILIES[family](good) is None
    assert message in (families.FAMILIES[family](bad) or "")


def test_a_currency_that_was_replaced_is_known_with_its_end_and_successor() -> None:
    retired = families.retired_currencies()
    assert retired["HRK"] == (date(2023, 1, 1), "EUR")
    assert retired["BGN"] == (date(2026, 1, 1), "EUR")
    assert "EUR" not in retired
    for code, (_, successor) in retired.items():
        assert families.is_currency(code) and families.is_currency(successor)
        assert successor not in retired
