"""Which version of a template a header row is, where the headers leave a choice."""

from ingestion.pipeline.notes import Note, note
from ingestion.pipeline.pack.heads import heads
from ingestion.pipeline.recognise import Fit, Match, names_version, version_in
from ingestion.pipeline.sentences import said


def choose_version(match: Match, head: list[list[str]]) -> tuple[Fit, list[Note]]:
    """By the header set; only where it fits several versions equally may the version cell decide."""
    first = match.fitting[0]
    below = head[match.row + 1 :]
    for fit in match.fitting:
        if any(names_version(fit.head, cell) for cell in dict.fromkeys(_version_cells(fit, below))):
            return fit, []
    cells = _version_cells(first, below)
    found = version_in(cells[0]) if cells else None
    newest = max(match.fitting, key=lambda fit: _parts(fit.head.version))
    if found and len(found) < 10 and _newer(found, newest):
        template = f"{newest.head.template} {newest.head.version}"
        if _parts(found)[0] < 10:
            text = said(
                "The version cell names version {version}, which is not known here; "
                "the file is read as {template}, the nearest known version.",
                version=found,
                template=template,
            )
        else:
            text = said(
                "The version cell names a version that is not known here; "
                "the file is read as {template}, the nearest known version.",
                template=template,
            )
        return newest, [note("NEAREST_VERSION", text)]
    if len(match.fitting) > 1 and not cells:
        own = [fit for fit in match.fitting if not fit.head.checked_as] or match.fitting
        latest = max(own, key=lambda fit: _parts(fit.head.version))
        text = said(
            "The columns fit the versions {versions} equally and no version cell is filled; "
            "the file is read as {version}.",
            versions=sorted(fit.head.version for fit in match.fitting),
            version=latest.head.version,
        )
        return latest, [note("VERSION_ASSUMED", text)]
    return first, []


def _version_cells(fit: Fit, rows: list[list[str]]) -> list[str]:
    """The filled cells of the version column."""
    column = fit.mapped.get(fit.head.version_field)
    if column is None:
        return []
    return [row[column] for row in rows if column < len(row) and row[column].strip()]


def _newer(found: str, newest: Fit) -> bool:
    """Whether a version is beyond all known ones; texts such as V21 are no such number."""
    known = heads(newest.head.template)
    texts = {version_in(text) for head in known for text in head.version_texts}
    return found not in texts and _parts(found) > max(_parts(head.version) for head in known)


def _parts(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]
