"""Template and version from the header row alone: by number, then by normalised text, then by position."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache

from ingestion.pipeline.pack import SHARED, Pack, packs
from ingestion.pipeline.readers.source import Candidate

HEADER_ROWS = 40
HEADER_COLUMNS = 2_000
MIN_FIELDS = 8
SURE = 0.95
"""Confidence at which nothing better is looked for."""
MIN_BARE_NUMBERS = 20
_NUMBERED = re.compile(r"0*(\d{1,4}[a-z]?)(?![a-z0-9])[\s_.:)\-–]*(.*)", re.IGNORECASE | re.DOTALL)
_VERSION = re.compile(r"(?<!\d)(\d{1,2})(?:\.(\d+))?(?!\d)")
_FIVE_DIGITS = re.compile(r"\d{5,6}(?!\d)")


@dataclass(frozen=True)
class Match:
    """A header row and the templates it fits. `score` orders candidates, `confidence` is between 0 and 1."""

    row: int
    headers: list[str]
    fitting: tuple[Pack, ...]
    score: float
    confidence: float
    how: str

    def mapped_to(self, pack: Pack) -> dict[str, int]:
        """Field -> column for one of the fitting packs."""
        return map_headers(pack, self.headers)[0]


def best_match(head: list[list[str]]) -> Match | None:
    """The most likely header row among the first rows, or None when no template fits."""
    best: Match | None = None
    for i, row in enumerate(head[:HEADER_ROWS]):
        match = _match(i, row[:HEADER_COLUMNS])
        if match and (best is None or match.score > best.score):
            best = match
            if match.confidence > SURE:
                break
    return best


def _match(row: int, headers: list[str]) -> Match | None:
    written = sum(bool(text.strip()) for text in headers)
    if written < MIN_FIELDS:
        return None
    ranked = []
    for pack in packs().values():
        mapped, strong, how = map_headers(pack, headers)
        bare = strong < MIN_FIELDS
        keys = sum(key in mapped for key in pack.key_fields)
        if len(mapped) < (MIN_BARE_NUMBERS if bare else MIN_FIELDS) or keys < 3 or len(mapped) * 2 < written:
            continue
        exact = len(mapped) / (len(pack.fields) + written - min(written, len(mapped)))
        share = min(len(mapped) / written, 1.0)
        confidence = (0.6 if bare else 0.8) * share + 0.2 * keys / len(pack.key_fields)
        ranked.append((len(mapped), exact, confidence, how, pack))
    if not ranked:
        return None
    most = max(entry[0] for entry in ranked)
    # A field only one version has decides. Versions that explain equally many headers fit equally well,
    # unless one of them is complete.
    ranked = sorted((entry for entry in ranked if entry[0] == most), key=lambda entry: -entry[1])
    complete = [entry for entry in ranked if entry[0] == len(entry[4].fields)]
    _, _, confidence, how, _ = ranked[0]
    fitting = tuple(entry[4] for entry in complete or ranked)
    return Match(row, headers, fitting, most + confidence, confidence, how)


def map_headers(pack: Pack, headers: list[str]) -> tuple[dict[str, int], int, str]:
    """Field -> column, how many were recognised by more than a bare number, and in words by what."""
    index = _index(pack)
    mapped: dict[str, int] = {}
    counts = {"number": 0, "name": 0, "path": 0, "position": 0}
    bare = 0
    for column, header in enumerate(headers):
        found = _field_of(index, header, mapped)
        if found and found[0] not in mapped:
            mapped[found[0]] = column
            counts[found[1]] += 1
            bare += found[2]
    keys = list(pack.fields)
    in_place = sum(column < len(keys) and keys[column] == key for key, column in mapped.items())
    if len(headers) == len(keys) and in_place * 10 >= len(mapped) * 9 and len(mapped) * 2 >= len(keys):
        # All columns in the official order: unnamed ones (fields without a path) are known by their place.
        used = set(mapped.values())
        for column, key in enumerate(keys):
            if key not in mapped and column not in used:
                mapped[key] = column
                counts["position"] += 1
    order = {key: mapped[key] for key in keys if key in mapped}
    how = ", ".join(f"{what} ({count})" for what, count in counts.items() if count)
    return order, len(mapped) - bare, how


@dataclass(frozen=True)
class _Index:
    numbers: dict[str, str]
    names: dict[str, str]
    paths: dict[str, list[str]]
    texts: dict[str, str]


@cache
def _index(pack: Pack) -> _Index:
    numbers: dict[str, str] = {}
    names: dict[str, str] = {}
    texts: dict[str, str] = {}
    paths: dict[str, list[str]] = {}
    for key, field in pack.fields.items():
        numbered = _NUMBERED.fullmatch(field.name)
        text = normalise(numbered[2] if numbered else field.name)
        numbers[key] = key
        names.setdefault(text, key)
        texts[key] = text
        if field.path:
            paths.setdefault(normalise(field.path), []).append(key)
    return _Index(numbers, names, paths, texts)


def _field_of(index: _Index, header: str, taken: dict[str, int]) -> tuple[str, str, bool] | None:
    """(field, by what, only by a bare number) for one header."""
    header = header.strip()
    numbered = _NUMBERED.fullmatch(header)
    if numbered and not _FIVE_DIGITS.match(header):
        key = numbered[1].lower()
        if key in index.numbers:
            text = normalise(numbered[2])
            if not text:
                return key, "number", True
            if _alike(text, index.texts[key]) or key in index.paths.get(text, ()):
                return key, "number", False
            # A number with foreign words: another layout that happens to number its columns.
            return (index.names[text], "name", False) if text in index.names else None
    text = normalise(header)
    if text in index.names:
        return index.names[text], "name", False
    for key in index.paths.get(text, ()):  # two fields may share a path: first come, first served
        if key not in taken:
            return key, "path", False
    return None


def _alike(text: str, official: str) -> bool:
    """Same beginning, one inside the other, or mostly the same letter pairs: spellings differ."""
    if text[:6] == official[:6] or text in official or official in text:
        return True
    pairs = [{word[i : i + 2] for i in range(len(word) - 1)} for word in (text, official)]
    return len(pairs[0] & pairs[1]) * 2 > max(len(pairs[0] | pairs[1]), 1)


def normalise(text: str) -> str:
    """Letters and digits only, lower case, no accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(filter(str.isalnum, plain))


def version_in(text: str) -> str | None:
    """`V7.0 (official) dated 25 November 2024` -> `7.0`; `V7` -> `7.0`; None when there is no number."""
    found = _VERSION.search(text)
    return f"{int(found[1])}.{found[2] or 0}" if found else None


def describe(candidates: list[Candidate]) -> str:
    """What was seen instead of a known template, in one or two sentences. Quotes no cell below a header."""
    rows = [row[:HEADER_COLUMNS] for candidate in candidates for row in candidate.head[:HEADER_ROWS]]
    for family in _families():
        for row in rows:
            texts = [normalise(_FIVE_DIGITS.sub("", text, count=1)) for text in row]
            if any(mark in text for mark in family["marks"] for text in texts):
                return f"This looks like an {family['name']} ({family['title']}), which is not checked yet."
    widest = max(rows, key=lambda row: sum(bool(text.strip()) for text in row), default=[])
    columns = sum(bool(text.strip()) for text in widest)
    coded = sum(bool(_FIVE_DIGITS.match(text.strip())) for text in widest)
    if coded * 2 > columns:
        return "The five-digit codes look like an EMT, EPT or EET file, which is not checked yet."
    known = max((len(map_headers(pack, widest)[0]) for pack in packs().values()), default=0)
    return f"The widest row has {columns} columns; {known} of their headers are TPT fields."


@cache
def _families() -> list[dict[str, list[str] | str]]:
    return list(tomllib.loads((SHARED / "families.toml").read_text("utf-8"))["family"])
