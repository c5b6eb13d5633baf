"""What an institution decided and a command may follow: a saved column mapping, a rulebook."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from ingestion.pipeline.cli_opening import not_opened, read_file
from ingestion.pipeline.errors import UnreadableFile

if TYPE_CHECKING:
    from ingestion.pipeline.rulebook import Rulebook


_PARTS = {"mapping": {"columns", "fingerprint"}, "rulebook": {"rules", "own", "profiles"}}
"""Parts that only the one document has."""


class Refused(Exception):
    """A file cannot be opened, or a decision not be followed; the text says why."""


def read_or_refuse(name: str) -> bytes:
    """The content of a file. Raises Refused."""
    from ingestion.pipeline.report import clean  # imported here: a wrong argument is answered at once

    try:
        return read_file(name)
    except OSError as error:
        raise Refused(not_opened(clean(name, 400), error)) from None


def _decision(kind: str, name: str) -> bytes:
    try:
        return read_or_refuse(name)
    except Refused as error:
        raise Refused(f"The {kind} cannot be read. {error}") from None


def _check_kind(kind: str, document: Any) -> None:
    """One is easily given for the other. Raises Refused."""
    for other, parts in _PARTS.items():
        if other != kind and isinstance(document, dict) and parts & set(document):
            raise Refused(f"This is a {other}, not a {kind}; give it with --{other}.")


def read_mapping(name: str | None) -> dict[str, Any] | None:
    """A saved column mapping. Raises Refused."""
    from ingestion.pipeline.mapping import check_mapping

    if name is None:
        return None
    try:
        document = json.loads(_decision("mapping", name).decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused("The mapping is not JSON in UTF-8.") from None
    _check_kind("mapping", document)
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
    data = _decision("rulebook", name)
    with suppress(ValueError, RecursionError):  # what is no JSON has a message of its own
        _check_kind("rulebook", json.loads(data))
    try:
        return read_rulebook(data)
    except RuleError as error:
        raise Refused(f"The rulebook cannot be followed. {error}") from None
