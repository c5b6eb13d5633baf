"""Types and flags of a field in words, the same in workbook and guide."""

from ingestion.pipeline.pack import Field, Pack

PRESENCE = {"M": "mandatory", "C": "conditional", "O": "optional", "I": "indicative"}
_TYPES = {
    "decimal": "number",
    "fraction": "number, 0.05 = 5 %",
    "integer": "whole number",
    "date": "date, 2025-12-31",
    "datetime": "date and time, 2025-12-31 06:00:00 (UTC)",
    "currency": "currency, ISO 4217",
    "country": "country, ISO 3166-1 (two letters)",
    "country_list": "countries, ISO 3166-1 (two letters)",
    "language": "language, ISO 639",
    "language_list": "languages, ISO 639",
    "nace": "NACE code",
    "enum": "one of a list",
    "enum_multi": "codes of a list",
    "decimal_or_enum": "number, or one of a list",
    "alnum": "text",
    "text": "text",
    "identifier": "identifier",
    "lei": "LEI",
    "cic": "CIC (four characters)",
    "version": "version",
    "email": "e-mail address",
    "url": "web address",
}


def type_of(field: Field) -> str:
    """The type with length, range and how several values are written."""
    words = [_TYPES[field.type]]
    if field.max_length and field.type not in ("lei", "cic"):
        words.append(f"at most {field.max_length} characters")
    low, high = field.range
    if low is not None and high is not None:
        words.append(f"{low} to {high}")
    elif low is not None:
        words.append(f"{low} or more")
    elif high is not None:
        words.append(f"at most {high}")
    if field.multi:
        words.append("several separated by ;")
    return ", ".join(words)


def presence_of(pack: Pack, field: Field) -> str:
    """`Solvency II: mandatory; SST: optional`, and in which cases the field's section counts."""
    flags = [(pack.profiles[name].title, PRESENCE.get(flag, "")) for name, flag in field.presence.items()]
    used = [(title, word) for title, word in flags if word]
    if len(pack.profiles) == 1:
        text = used[0][1] if used else "not used"
    else:
        text = "; ".join(f"{title}: {word}" for title, word in used) or "not used"
    if field.applies_to:
        text += f" (only {', '.join(kind.replace('_', ' ') for kind in field.applies_to)})"
    return f"{text} (where {field.when})" if field.when else text


def codes_of(field: Field) -> list[str]:
    """`1 = ISIN`, one per code."""
    return [f"{code} = {meaning}" if meaning else code for code, meaning in field.codes.items()]
