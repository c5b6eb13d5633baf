"""A zip with some of its files written anew: the others are carried over byte by byte."""

import io
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from ingestion.pipeline.corrections.files import CannotBeWritten, written
from ingestion.pipeline.delivery import Delivery, Part, of_member
from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.readers import open_source
from ingestion.pipeline.readers.zip_files import ZipSource

MAX_INFLATED = 64 * 1024 * 1024
"""Bytes of all files together: here a person waits."""


def rebuilt(original: bytes, delivery: Delivery, parts: Collection[int]) -> bytes:
    """The zip with these files (from 1) as the delivery has them, in the old order, under their old names.

    Only the ending follows where a file became another kind. Raises CannotBeWritten.
    """
    try:
        package = open_source(original)
        if not isinstance(package, ZipSource) or package.inflated > MAX_INFLATED:
            raise CannotBeWritten
        anew = {delivery.parts[part - 1].name: _written(delivery, part) for part in parts}
        return _packed(package, anew)
    except UnreadableFile:
        raise CannotBeWritten from None


def _written(delivery: Delivery, part: int) -> tuple[bytes, str]:
    """One of its files, and its kind."""
    here = delivery.parts[part - 1]
    rows = slice(here.start, here.start + here.rows)
    member = next(one for one in delivery.inspection.members if one["name"] == here.name)
    columns = {key: column.piece(rows.start, rows.stop) for key, column in delivery.columns.items()}
    alone = replace(
        delivery,
        inspection=of_member(delivery.inspection, member),
        row_numbers=delivery.row_numbers[rows],
        # a column that only other files of the zip have is no column of this one
        columns={key: one for key, one in columns.items() if key in member["mapped"] or any(one.values)},
        parts=[Part("", 0, here.rows)],
    )
    return written(alone, "xlsx" if member["sheet"] is not None else "csv")


def _packed(package: ZipSource, anew: dict[str, tuple[bytes, str]]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in _files(package, anew):
            # without the time of day: the same corrections make the same zip
            made.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def _files(package: ZipSource, anew: dict[str, tuple[bytes, str]]) -> Iterator[tuple[str, bytes]]:
    taken = set(package.members)
    for name in package.members:
        if name not in anew:
            yield name, package.content(name)
            continue
        body, kind = anew[name]
        better = str(PurePosixPath(name).with_suffix(f".{kind}"))
        yield name if better in taken else better, body
