"""Damage sound files for a while and read them: each is read or refused with a code, never anything else.

It goes on for FUZZ_SECONDS (180). A file that fails is kept in fuzz-found/.
"""

import hashlib
import os
import random
import time
from pathlib import Path

from ingestion.pipeline import UnreadableFile, inspect_file, parse_file
from ingestion.pipeline.codes import CODES
from tests.fuzz.mutations import damaged, sound_files

FOUND = Path("fuzz-found")
SLOW = 10.0
"""Seconds that no file may take."""


def read(data: bytes) -> str:
    """How it ended: `read`, or a code. Raises whatever else happens."""
    try:
        parse_file(data, inspect_file(data))
    except UnreadableFile as error:
        if error.code not in CODES:
            raise AssertionError(error.code) from error
        return error.code
    return "read"


def damage(seconds: float, seed: int) -> dict[str, int]:
    """Number of files by how they ended."""
    rng = random.Random(seed)
    files = sound_files()
    ends: dict[str, int] = {}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        data = damaged(files[rng.choice(list(files))], rng, list(files.values()))
        start = time.monotonic()
        try:
            end = read(data)
            if time.monotonic() - start > SLOW:
                raise AssertionError("too slow")
        except BaseException:
            FOUND.mkdir(exist_ok=True)
            (FOUND / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
            raise
        ends[end] = ends.get(end, 0) + 1
    return ends


def main() -> None:
    """Run for as long as asked."""
    seconds = int(os.environ.get("FUZZ_SECONDS", "180"))
    seed = int(os.environ.get("FUZZ_SEED", str(time.time_ns() % 10**6)))
    print(f"Damaging files for {seconds} seconds, seed {seed}.")
    for end, number in sorted(damage(seconds, seed).items()):
        print(f"{number:8,}  {end}")


if __name__ == "__main__":
    main()
