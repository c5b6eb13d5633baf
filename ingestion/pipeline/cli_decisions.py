"""What an institution decided and a command may follow: a saved column mapping, a rulebook."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from ingestion.pipeline.cli_opening import not_opened, read_file
from ingestion.pipeline.errors import UnreadableFile

if TYPE_CHECKING:
    from ingestion.pipeline.rulebook import Rulebook


class Refused(Exception):
    """A file cannot be opened, or a decision not be followed; the text says why."""


def read_or_refuse(name: str) -> bytes:
    """The content of a file. Raises Refused."""
    from ingestion.pipeline.report import clean  # imported here: a wrong argument is answered at once

    try:
        return read_file(name)
    except OSError as error:
        raise Refused(not_opened(clean(name, 400), error)) from None


def read_mapping(name: str | None) -> dict[str, Any] | None:
    """A saved column mapping. Raises Refused."""
    from ingestion.pipeline.mapping import check_mapping

    if name is None:
        return None
    try:
        document = json.loads(read_or_refuse(name).decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused("The mapping is not JSON in UTF-8.") from None
    if problems := check_mapping(document):
        raise Refused(f"The mapping cannot be used. {' '.join(problems)}")
    return cast(dict[str, Any], document)


def recall_of(mapping: dict[str, Any] | None) -> Callable[[str], dict[str, Any] | None] | None:
    """Answers with the mapping if it is for this shape."""
    if mapping is None:
        return None
    return lambda fingerprint: mapping if mapping.get("fingerprint") == fingerprint else None


def with_mapping(error: UnreadableFile, mapping: dict[str, Any] | None) -> UnreadableFile:
    """The error; of an unknown layout it also says why the given mapping was not used."""
    from ingestion.pipeline.mapping import check_mapping

    if mapping is None or error.layout is None:
        return error
    why = " ".join(check_mapping(mapping, error.layout))
    return UnreadableFile(error.code, f"{error.detail} The mapping was not used. {why}".strip(), error.layout)


def rulebook_of(name: str | None) -> "Rulebook | None":
    """A rulebook. Raises Refused."""
    from ingestion.pipeline.errors import RuleError
    from ingestion.pipeline.rulebook import read_rulebook

    if name is None:
        return None
    try:
        return read_rulebook(read_or_refuse(name))
    except RuleError as error:
        raise Refused(f"The rulebook cannot be followed. {error}") from None
