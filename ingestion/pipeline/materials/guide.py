"""The field guide of a pack as Markdown: every field with type, list and presence."""

from collections.abc import Iterator
from itertools import groupby

from ingestion.pipeline.materials.wording import codes_of, presence_of, type_of
from ingestion.pipeline.pack import Field, Pack


def field_guide(pack: Pack) -> str:
    """The whole page."""
    return "\n".join(_lines(pack)) + "\n"


def _lines(pack: Pack) -> Iterator[str]:
    yield f"# {pack.template} {pack.version}: field guide"
    yield ""
    yield f"{pack.title}. {len(pack.fields)} fields, one column each, named in the header row as here."
    if pack.checked_as:
        yield f"Types and lists are those of version {pack.checked_as}, whose rules this version shares."
    for section, fields in groupby(pack.fields.values(), key=lambda field: field.section):
        yield ""
        yield f"## {section}"
        yield ""
        yield "| field | column name | type | presence | codes |"
        yield "|---|---|---|---|---|"
        for field in fields:
            yield _line(pack, field)


def _line(pack: Pack, field: Field) -> str:
    cells = [field.key, field.name, type_of(field), presence_of(pack, field), "; ".join(codes_of(field))]
    return "| " + " | ".join(cell.replace("|", "or") for cell in cells) + " |"
