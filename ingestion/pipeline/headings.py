"""Which field a header is: by number or code, by name, by path, by everyday name. One index per template."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from ingestion.pipeline.pack.heads import Head, heads

NUMBERED = re.compile(r"0*(\d{1,4}(?:\.?[a-z])?)(?![a-z0-9])[\s_.:)\]\-–]*(.*)", re.IGNORECASE | re.DOTALL)
CODED = re.compile(r"(\d{5,6})(?!\d)[\s_.:)\]\-–]*(.*)", re.DOTALL)
_LEAD = re.compile(r"\A(?:(?:field|item|no|nr|tpt|emt|ept|eet)[\s_.:#-]*|[(\[#]\s*)(?=\d)", re.IGNORECASE)
"""What people write before the number: `Field 12`, `TPT_12`, `(12)`."""
_UNIT = re.compile(r"[\s_]*[(\[]?\s*(?:\b(?:in|en)\s+)?(?:\b[A-Z]{3}|[%€$£])\s*[)\]]?\Z")
"""What people write behind an everyday name: `in EUR`, `(USD)`, `%`."""
_ANY_CODE = re.compile(r"0*(\d{1,6})(?!\d)[\s_.:)\]\-–]*(.*)", re.DOTALL)
"""A code that may have lost its zeros in a spreadsheet, or won some."""
MANY = 1 << 30
_NOT_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Found:
    """The field a header names, by what, and whether only a bare number says so."""

    key: str
    by: str
    bare: bool = False


@dataclass(frozen=True)
class Headings:
    """All ways to write the fields of one template, over all its versions.

    `coded`: fields have five-digit codes, not numbers. `official` is key -> its normalised names.
    """

    template: str
    versions: tuple[Head, ...]
    coded: bool
    official: dict[str, tuple[str, ...]]
    names: dict[str, list[str]]
    paths: dict[str, list[str]]

    def find(self, header: str, taken: dict[str, int]) -> Found | None:
        """The field of one header; of fields that share a name the first that is not taken."""
        header = _LEAD.sub("", header.strip(), count=1) if header else ""
        if not header:
            return None
        numbered = (_ANY_CODE if self.coded else NUMBERED).fullmatch(header)
        if numbered and (self.coded or not CODED.match(header)):
            key = numbered[1].zfill(5) if self.coded else numbered[1].lower().replace(".", "")
            if key in self.official:
                return self._numbered(key, normalise(numbered[2]), taken)
        text = normalise(header)
        return self._listed(self.names, text, "name", taken) or self._listed(self.paths, text, "path", taken)

    def _numbered(self, key: str, text: str, taken: dict[str, int]) -> Found | None:
        if not text:
            return Found(key, "number", bare=True)
        alike = any(_alike(text, official) for official in self.official[key])
        if alike or key in self.paths.get(text, ()):
            return Found(key, "number")
        # A number with foreign words: another layout that happens to number its columns.
        return self._listed(self.names, text, "name", taken)

    @staticmethod
    def _listed(index: dict[str, list[str]], text: str, by: str, taken: dict[str, int]) -> Found | None:
        return next((Found(key, by) for key in index.get(text, ()) if key not in taken), None)

    def map(self, headers: list[str], allowed: int = MANY) -> dict[str, tuple[int, Found]]:
        """Field -> (column, how it was found); the first of two columns of one field counts.

        Gives up, with nothing, when more headers than `allowed` are unknown: most rows are no header.
        """
        mapped: dict[str, tuple[int, Found]] = {}
        taken: dict[str, int] = {}
        misses = 0
        for column, header in enumerate(headers):
            found = self.find(header, taken)
            if found is None and header.strip():
                misses += 1
                if misses > allowed:
                    return {}
            if found and found.key not in taken:
                taken[found.key] = column
                mapped[found.key] = column, found
        return mapped

    def by_name(self, headers: list[str]) -> dict[str, int]:
        """Field -> column by names alone; of several columns the one whose name stands first in the data."""
        ranked: dict[str, tuple[int, int]] = {}
        for column, header in enumerate(headers):
            text = normalise(header)
            if text not in self.names:
                text = normalise(_UNIT.sub("", header.strip()))
            for key in self.names.get(text, ()) if text else ():
                rank = self.official[key].index(text), column
                ranked[key] = min(ranked.get(key, rank), rank)
        return {key: ranked[key][1] for key in self.official if key in ranked}


@cache
def headings(template: str) -> Headings:
    """The index of a template."""
    versions = heads(template)
    official: dict[str, dict[str, None]] = {}
    names: dict[str, dict[str, None]] = {}
    paths: dict[str, dict[str, None]] = {}
    for head in versions:
        for key, name in head.names.items():
            numbered = CODED.fullmatch(name) or NUMBERED.fullmatch(name)
            texts = [normalise(numbered[2] if numbered else name)]
            if not numbered:
                texts += [normalise(other) for other in (key, *head.synonyms.get(key, ()))]
            for text in texts:
                official.setdefault(key, {})[text] = None
                names.setdefault(text, {})[key] = None
        for key, path in head.paths.items():
            if path:
                paths.setdefault(normalise(path), {})[key] = None
    return Headings(
        template=template,
        versions=versions,
        coded=all(key.isdigit() and len(key) >= 5 for key in official),
        official={key: tuple(texts) for key, texts in official.items()},
        names={text: list(keys) for text, keys in names.items()},
        paths={text: list(keys) for text, keys in paths.items()},
    )


def normalise(text: str) -> str:
    """Letters and digits only, lower case, no accents; a percent sign is a word."""
    if "%" in text:
        text = text.replace("%", " percent ")
    if text.isascii():
        return _NOT_WORD.sub("", text.lower())
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(filter(str.isalnum, plain))


def _alike(text: str, official: str) -> bool:
    """Same beginning, one inside the other, or mostly the same letter pairs: spellings differ."""
    if text[:6] == official[:6] or text in official or official in text:
        return True
    if not 1 < len(text) <= 3 * len(official):
        return False
    pairs, wanted = _pairs(text), _official_pairs(official)
    return len(pairs & wanted) * 2 > len(pairs | wanted)


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


@cache
def _official_pairs(text: str) -> frozenset[str]:
    """Kept, because only names of packs are asked for."""
    return _pairs(text)
