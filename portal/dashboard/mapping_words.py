"""What changed between two versions of a column mapping, in sentences."""

from django.utils.translation import gettext as _

from ingestion.pipeline.mapping_changes import MappingChange


def said(change: MappingChange, headers: list[str]) -> str:
    """One difference; columns with their headers, where these are known."""
    if change.part == "column":
        return _of_column(change, headers)
    if change.part == "decimal":
        words = {".": _("point"), ",": _("comma"), "": _("as the numbers show")}
        now, before = (words[str(one or "")] for one in (change.after, change.before))
        return _("Decimal sign: %(now)s; before: %(before)s") % {"now": now, "before": before}
    sentence = {
        "template": _(
            "Read as %(now)s; before: %(before)s. Its fields are others, so columns are not compared."
        ),
        "header_row": _("The headers are in row %(now)s; before: row %(before)s"),
        "sheet": _("Sheet %(now)s; before: %(before)s"),
    }[change.part]
    return sentence % {"now": change.after or "–", "before": change.before or "–"}


def column_named(number: int, headers: list[str]) -> str:
    """A column by its number, from 1, and its header."""
    header = headers[number - 1] if number <= len(headers) else ""
    if header:
        return _("column %(number)s (%(header)s)") % {"number": number, "header": header}
    return _("column %(number)s") % {"number": number}


def _of_column(change: MappingChange, headers: list[str]) -> str:
    now, before = (
        column_named(int(one), headers) if one is not None else "" for one in (change.after, change.before)
    )
    said = {"field": change.label, "now": now, "before": before}
    if not before:
        return _("%(field)s: %(now)s; before: not used") % said
    if not now:
        return _("%(field)s: no longer used; before: %(before)s") % said
    return _("%(field)s: %(now)s; before: %(before)s") % said
