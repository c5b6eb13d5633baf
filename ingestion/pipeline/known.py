"""Which rules this release knows: what a rulebook may name."""

import hashlib
from functools import cache

from ingestion.pipeline.engine import ENGINE_VERSION
from ingestion.pipeline.pack import PACKS
from ingestion.pipeline.quality.rules import quality_version
from ingestion.pipeline.rulebook import FORMAT


@cache
def known_rules() -> str:
    """Changes with every release that may follow other rulebooks; at most 64 characters."""
    digest = hashlib.sha256()
    for path in sorted(PACKS.rglob("*.*")):  # as they lie there: to read all packs takes longer than this
        if path.is_file():
            digest.update(str(path.relative_to(PACKS)).encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{FORMAT}.{ENGINE_VERSION}.{digest.hexdigest()[:12]}+{quality_version()}"
