"""The data of the Quality step against the packs."""

from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.quality.facts import fact_sources, position_fields
from tests.ingestion.pipeline.quality.support import VERSIONS

KINDS = {
    "number": {"decimal", "fraction", "integer", "enum"},
    "code": {"enum"},
    "lei": {"lei", "alnum", "identifier"},
}


def test_every_fact_is_stated_by_a_field_of_its_kind() -> None:
    for name, source in fact_sources().items():
        for template, field in source.fields.items():
            assert find_pack(template, VERSIONS[template]).fields[field].type in KINDS[source.type], name


def test_every_column_of_a_position_is_a_field() -> None:
    for template in ("TPT", "HOLDINGS"):
        columns = position_fields(template)
        assert columns is not None
        fields = find_pack(template, VERSIONS[template]).fields
        assert {field for named in columns.values() for field in named} <= set(fields)
    assert position_fields("EMT") is None
