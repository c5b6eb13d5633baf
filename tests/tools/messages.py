"""python -m tests.tools.messages: bring the catalogues of translations up to date, and compile them.

Texts are taken from Python files and templates. What is not translated yet is listed. Both forms are kept in
the project, so that running it needs no compiler: the readable one (po) and the one Django loads (mo).
"""

import io
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from gettext import GNUTranslations
from itertools import chain
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from ingestion.pipeline.codes import CODES
from ingestion.web.uploads.refusals import OWN

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "portal" / "locale"
STATE_MACHINE = ROOT / "infra" / "statemachine" / "pipeline.asl.json"
LANGUAGES = ("de", "fr")
Text = str | tuple[str, ...]
_BEGUN = datetime(2026, 11, 22, tzinfo=UTC)
_SOURCES = ("portal", "ingestion/web", "ingestion/review", "ingestion/schedule", "sharing")
_OF_THE_CORE = {"said": None, "UnreadableFile": (2,)}
"""The core has no gettext: it keeps the form of a sentence for whoever shows it."""
_KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "noop": None,
    "said": None,
    "lazy": None,
    "_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


@cache
def extracted() -> Catalog:
    """Every text that pages and code mark for translation."""
    found = Catalog(charset="utf-8")
    for name, text, context in marked():
        flags = ["python-format"] if "%(" in str(text) else []
        found.add(text, None, [(name, 1)], flags=flags, context=context)
    return found


@cache
def marked() -> tuple[tuple[str, Text, str | None], ...]:
    """File, text (singular and plural where it counts) and context of each marked place."""
    return tuple(_marked())


def _marked() -> Iterator[tuple[str, Text, str | None]]:
    for name, source in _sources():
        for _, text, _, context in extract("python", io.BytesIO(source.encode()), _KEYWORDS):
            yield name, text, context
    for path in sorted((ROOT / "ingestion" / "pipeline").rglob("*.py")):
        for _, text, _, _ in extract("python", io.BytesIO(path.read_bytes()), _OF_THE_CORE):
            yield path.relative_to(ROOT).as_posix(), text, None
    for text in _comments(json.loads(STATE_MACHINE.read_text("utf-8"))["States"]):
        yield STATE_MACHINE.relative_to(ROOT).as_posix(), text, None
    for name, codes in (("ingestion/pipeline/codes.py", CODES), ("ingestion/web/uploads/refusals.py", OWN)):
        for text in chain.from_iterable(codes.values()):
            yield name, text, None


def _comments(states: dict[str, Any]) -> Iterator[str]:
    """What the state machine says its states are for."""
    yield from (body["Comment"] for body in states.values() if "Comment" in body)


def _sources() -> Iterator[tuple[str, str]]:
    for folder in _SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in (".html", ".txt"):
            yield path.relative_to(ROOT).as_posix(), _calls(path.read_text("utf-8"))


def _calls(template: str) -> str:
    """The translations of a template as calls; what is between them must only not disturb a tokenizer."""
    return "\n".join(line.strip() for line in templatize(template).splitlines())


def catalogue(language: str) -> Catalog:
    """The readable catalogue of a language; an empty one before there is any."""
    path = _folder(language) / "django.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def compiled(language: str) -> GNUTranslations:
    """The catalogue that Django loads."""
    with (_folder(language) / "django.mo").open("rb") as file:
        return GNUTranslations(file)


def untranslated(catalog: Catalog) -> list[str]:
    """Texts without a translation, or with one that was only guessed."""
    return [
        str(message.id)
        for message in catalog
        if message.id and (message.fuzzy or not all(_forms(message.string)))
    ]


def _forms(text: object) -> list[str]:
    return [str(form) for form in text] if isinstance(text, (list, tuple)) else [str(text or "")]


def main() -> int:
    """Update and compile; the exit code says whether everything is translated."""
    template = extracted()
    missing = 0
    for language in LANGUAGES:
        catalog = catalogue(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        _head(catalog)
        folder = _folder(language)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "django.po").open("wb") as file:
            write_po(file, catalog, width=110, sort_output=False, omit_header=False, include_lineno=False)
        with (folder / "django.mo").open("wb") as file:
            write_mo(file, catalog)
        left = untranslated(catalog)
        missing += len(left)
        print(f"{language}: {len(catalog)} texts, {len(left)} not translated")
        for text in left[:20]:
            print(f"  {text}")
    return 1 if missing else 0


def _head(catalog: Catalog) -> None:
    """The same words whenever it is written: what changed shows in the texts alone."""
    catalog.project, catalog.version, catalog.fuzzy = "Fundgate", "1", False
    catalog.creation_date = catalog.revision_date = _BEGUN
    catalog.last_translator = catalog.language_team = "Fundgate"
    catalog.msgid_bugs_address = ""
    catalog.header_comment = "# Texts of the pages."


def _folder(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES"


if __name__ == "__main__":
    sys.exit(main())
