"""Template and version from the header row alone; a list of holdings where no template fits."""

import re
from dataclasses import dataclass, replace

from ingestion.pipeline.headings import CODED, Found, Headings, headings, normalise
from ingestion.pipeline.pack.heads import Head
from ingestion.pipeline.sentences import Said, said

HEADER_ROWS = 40
HEADER_COLUMNS = 2_000
MIN_FIELDS = 8
SURE = 0.95
"""Confidence at which nothing better is looked for."""
MIN_BARE_NUMBERS = 20
MIN_KEYS = 3
MIN_LIST = 3
LIST = "HOLDINGS"
_CODED_TEMPLATES = ("EMT", "EPT", "EET")
_NUMBERED_TEMPLATES = ("TPT",)
_WAYS = {
    "number": said("by number"),
    "name": said("by name"),
    "path": said("by path"),
    "position": said("by place"),
}
_VERSION = re.compile(r"(?<!\d)(\d{1,2})((?:\.\d+)*)(?!\d)")


@dataclass(frozen=True)
class Fit:
    """One version that fits a header row: field -> column in the order of its fields, and by what.

    `named` counts the fields whose header says so; the others are known by their place.
    """

    head: Head
    mapped: dict[str, int]
    named: int
    how: list[Said]

    @property
    def keys(self) -> int:
        """How many of the fields are there without which a table is not this template."""
        return sum(key in self.mapped for key in self.head.key_fields)

    @property
    def complete(self) -> bool:
        return len(self.mapped) == len(self.head.names)


@dataclass(frozen=True)
class Match:
    """A header row and the versions it fits, likeliest first. `score` orders rows, `confidence` is 0 to 1."""

    row: int
    headers: list[str]
    fitting: tuple[Fit, ...]
    score: float
    confidence: float

    @property
    def template(self) -> str:
        return self.fitting[0].head.template


def best_match(head: list[list[str]]) -> Match | None:
    """The most likely header row among the first rows, or None when no template fits."""
    match = _likeliest(head)
    return match and _last_of_several(match, head)


def _last_of_several(match: Match, head: list[list[str]]) -> Match:
    """The last of the rows that all say the same, such as paths, then names: below it the data begin."""
    for i, row in enumerate(head[match.row + 1 : match.row + 4], match.row + 1):
        again = _match(i, row[:HEADER_COLUMNS], headings(match.template))
        if again is None or again.fitting[0].mapped != match.fitting[0].mapped:
            break
        match = replace(again, confidence=max(match.confidence, again.confidence))
    return match


def _likeliest(head: list[list[str]]) -> Match | None:
    best: Match | None = None
    for i, row in enumerate(head[:HEADER_ROWS]):
        headers = row[:HEADER_COLUMNS]
        if headers in (earlier[:HEADER_COLUMNS] for earlier in head[:i]):
            continue
        for template in _plausible(headers):
            match = _match(i, headers, headings(template))
            if match and (best is None or match.score > best.score):
                best = match
                if match.confidence > SURE:
                    return best
    return best


def list_match(head: list[list[str]]) -> Match | None:
    """A header row of a plain list of holdings: what is held, and how much of it."""
    best: Match | None = None
    index = headings(LIST)
    for i, row in enumerate(head[:HEADER_ROWS]):
        headers = row[:HEADER_COLUMNS]
        written = sum(bool(text.strip()) for text in headers)
        if written < MIN_LIST:
            continue
        mapped = index.by_name(headers)
        what = "isin" in mapped or "name" in mapped
        amount = any(key in mapped for key in ("quantity", "market_value", "weight"))
        if what and amount and len(mapped) >= MIN_LIST and len(mapped) * 2 >= written:
            share = len(mapped) / written
            if best is None or share > best.score:
                fit = Fit(index.versions[-1], mapped, len(mapped), [_way("name", len(mapped))])
                best = Match(i, headers, (fit,), share, 0.5 + 0.4 * share)
    return best


def _plausible(headers: list[str]) -> list[str]:
    """Templates a row may belong to, likeliest first; none for rows that hold too little."""
    written = [text for text in headers if text.strip()]
    if len(written) < MIN_FIELDS:
        return []
    coded = sum(bool(CODED.match(text.strip())) for text in written)
    if coded * 2 > len(written):
        start = " ".join(written[:5]).upper()
        return sorted(_CODED_TEMPLATES, key=lambda template: template not in start)
    return [*_NUMBERED_TEMPLATES, *_CODED_TEMPLATES]


def _match(row: int, headers: list[str], index: Headings) -> Match | None:
    written = sum(bool(text.strip()) for text in headers)
    # Half of the headers may be unknown, or any number beside half of the template.
    found = index.map(headers, allowed=max(written // 2, written - len(index.official) // 2))
    bare = sum(not entry.bare for _, entry in found.values()) < MIN_FIELDS
    if len(found) < (MIN_BARE_NUMBERS if bare else MIN_FIELDS):
        return None
    fits = [_fit(head, headers, found) for head in index.versions]
    fits = [
        fit
        for fit in fits
        if fit.keys >= MIN_KEYS and len(fit.mapped) * 2 >= min(written, len(fit.head.names))
    ]
    if not fits:
        return None
    # A field only one version has decides. Versions that explain equally many headers fit equally well,
    # unless one of them is complete.
    most = max(fit.named for fit in fits)
    fits = [fit for fit in fits if fit.named == most]
    fits = [fit for fit in fits if fit.complete] or fits
    # Of equals: one with rules of its own before one that borrows them, then the one that lacks least.
    newest_first = fits[::-1]
    fits = sorted(newest_first, key=lambda fit: (bool(fit.head.checked_as), len(fit.head.names)))
    share = fits[0].keys / len(fits[0].head.key_fields)
    mapped = len(fits[0].mapped)
    confidence = (0.6 if bare else 0.8) * min(
        mapped / min(written, len(fits[0].head.names)), 1.0
    ) + 0.2 * share
    return Match(row, headers, tuple(fits), mapped + confidence, confidence)


def _fit(head: Head, headers: list[str], found: dict[str, tuple[int, Found]]) -> Fit:
    """What one version makes of the headers."""
    mapped = {key: found[key][0] for key in head.names if key in found}
    counts = {"number": 0, "name": 0, "path": 0, "position": 0}
    for key in mapped:
        counts[found[key][1].by] += 1
    keys = list(head.names)
    # Blank columns behind the last field are surplus.
    fitting = len(headers) >= len(keys) > len(mapped) and not any(map(str.strip, headers[len(keys) :]))
    if fitting and counts["path"] * 2 > len(mapped):
        in_place = sum(keys[column] == key for key, column in mapped.items())
        if in_place * 10 >= len(mapped) * 9 and len(mapped) * 2 >= len(keys):
            # All columns in the official order: unnamed ones (no path) are known by place.
            used = set(mapped.values())
            places = {key: i for i, key in enumerate(keys) if key not in mapped and i not in used}
            counts["position"] = len(places)
            mapped = {key: mapped.get(key, i) for i, key in enumerate(keys) if key in mapped or key in places}
    named = len(mapped) - counts["position"]
    how = [_way(what, count) for what, count in counts.items() if count]
    return Fit(head, mapped, named, how)


def _way(what: str, count: int) -> Said:
    """By what so many headers were known."""
    return said("{way} ({count})", way=_WAYS[what], count=count)


def version_in(text: str) -> str | None:
    """`V7.0 (official) dated 25 November 2024` -> `7.0`; `V7` -> `7.0`; `V1.1.3` -> `1.1.3`; else None."""
    found = _VERSION.search(text)
    return f"{int(found[1])}{found[2] or '.0'}" if found else None


def names_version(head: Head, text: str) -> bool:
    """Whether a version cell means this version: by its number, or by a text of its own such as V21."""
    plain = normalise(text)
    return version_in(text) == head.version or any(normalise(known) == plain for known in head.version_texts)
