"""Where the things of a take-out lie in the buckets, and what they are called in it."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from ingestion.aws.layout import CHECKS, Area
from ingestion.aws.versions import Version, versions

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ORIGINAL = re.compile(rf"({_UUID})/original")
_RESULT = re.compile(rf"({_UUID})/(\d+)/(.+)")
_MARKER = re.compile(rf"{_UUID}/\d+/stages/[a-z_]+\.json")
MOST_NAME = 120


@dataclass(frozen=True)
class Shelf:
    """One bucket: which prefixes are jumped over, and which keys count.

    Left out is what was only checked, which is deleted after a week, and what is made of the deliveries:
    snapshots by fund, and what the steps of a run hand to each other.
    """

    area: Area
    but: tuple[str, ...] = (CHECKS,)
    wanted: Callable[[str], Any] = bool


SHELVES: dict[str, Shelf] = {
    "landing": Shelf("landing"),
    "results": Shelf("results", ("by-fund/", CHECKS)),
    "interim": Shelf("interim", wanted=_MARKER.fullmatch),
}


def kept(
    s3: Any, bucket: str, shelf: Shelf, before: datetime, *, after: str = "", until: str = ""
) -> Iterator[tuple[str, list[Version]]]:
    """Key by key the versions that were there at a moment, the newest first."""
    found = versions(s3, bucket, after=after, until=until, but=shelf.but)
    for key, group in groupby(found, key=lambda version: version.key):
        there = [version for version in group if version.modified <= before]
        yield key, there if shelf.wanted(key) else []


def submission_of(key: str) -> str:
    """The id of the submission that an object belongs to, "" for one that belongs to none."""
    found = _ORIGINAL.fullmatch(key) or _RESULT.fullmatch(key)
    return found[1] if found else ""


def path_of(key: str, number: int | None, file_name: str) -> str:
    """What the newest version of an object is called: by the number of its submission, if that is known."""
    if number is None:
        parts = [*(() if key.startswith("control/") else ("other",)), *key.split("/")]
    elif found := _RESULT.fullmatch(key):
        parts = ["submissions", f"{number:06d}", f"attempt-{found[2]}", *found[3].split("/")]
    else:
        return f"submissions/{number:06d}/original/{tame(file_name)}"
    return "/".join(map(_told_apart, parts))


def earlier(path: str, version_id: str) -> str:
    """What an earlier version of the same object is called."""
    stem, dot, ending = path.rpartition(".")
    named = f".version-{tame(version_id)}"
    return f"{stem}{named}.{ending}" if dot and "/" not in ending else f"{path}{named}"


def _told_apart(name: str) -> str:
    """A tame name; two that were different stay so."""
    plain = tame(name)
    return plain if plain == name else f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def tame(name: str) -> str:
    """A name that came from outside as every file system takes it; it leads to no other folder."""
    plain = re.sub(r"[^\w ()+,=@.-]", "_", name).strip(". ")
    return plain[-MOST_NAME:].strip(". ") or "unnamed"
