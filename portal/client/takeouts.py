"""Fetches a take-out part by part into a folder and proves every file; run again, it goes on."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from portal.client.api import Api

NAME = "take-out.json"
PIECE = 1 << 20
Say = Callable[[str], None]


def fetched(api: Api, folder: Path, say: Say) -> list[str]:
    """What is wrong with the files, in sentences: nothing, if all is well. ApiError, OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    takeout = _begun(api, folder)
    while takeout["state"] != "ready":
        takeout = api.count_takeout(takeout["id"])
        say(f"{sum(part['objects_counted'] for part in takeout['parts']):,} objects counted")
    wrong = []
    for part in takeout["parts"]:
        file = folder / f"part-{part['number']:04d}.zip"
        if not file.exists():
            unfinished = file.with_suffix(".unfinished")
            with unfinished.open("wb") as target:
                api.takeout_part(takeout["id"], part["number"], target)
            unfinished.rename(file)
        found = problems_of(file)
        say(f"{file.name}: {'; '.join(found) or 'every file is as its hash says'}")
        wrong += [f"{file.name}: {problem}" for problem in found]
    return wrong


def problems_of(file: Path) -> list[str]:
    """What a part's own list of hashes says against its files, and where its manifest tells of trouble."""
    with file.open("rb") as content:
        return _problems(content, file.stem)


def _problems(content: BinaryIO, stem: str) -> list[str]:
    try:
        with zipfile.ZipFile(content) as part:
            return [*_wrong(part, stem), *_told(part, stem)]
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, OSError, RuntimeError):
        # the last two: a number or a flag is flipped, and it begins before the file, or says it is encrypted
        return ["this is no whole part; delete it and fetch it again"]


def _begun(api: Api, folder: Path) -> dict[str, Any]:
    """The take-out that was begun into this folder, or a new one."""
    noted = folder / NAME
    if noted.exists():
        return api.takeout(str(json.loads(noted.read_text())["id"]))
    takeout = api.begin_takeout()
    noted.write_text(json.dumps({"id": takeout["id"]}))
    return takeout


def _wrong(part: zipfile.ZipFile, stem: str) -> list[str]:
    found = []
    for line in part.read(f"{stem}.sha256").decode().splitlines():
        expected, path = line[:64], line[66:]
        digest = hashlib.sha256()
        with part.open(path) as content:
            while piece := content.read(PIECE):
                digest.update(piece)
        if digest.hexdigest() != expected:
            found.append(f"{path} is not what its hash says")
    return found


def _told(part: zipfile.ZipFile, stem: str) -> list[str]:
    manifest = json.loads(part.read(f"{stem}.manifest.json"))
    found = [
        f"{each['path']} is not the file whose hash was recorded"
        for each in manifest["files"]
        if each.get("recorded_sha256") not in (None, each["sha256"])
    ]
    if manifest["missing"]:
        found.append(f"{manifest['missing']} objects were deleted by their retention meanwhile")
    return found
