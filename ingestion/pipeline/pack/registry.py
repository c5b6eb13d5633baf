"""Which packs there are. Each is read on first use: a big one takes some milliseconds."""

import re
from functools import cache
from types import MappingProxyType

from ingestion.pipeline.errors import PackError
from ingestion.pipeline.pack.model import Pack
from ingestion.pipeline.pack.reading import PACKS, load_pack

_FOLDER = re.compile(r"([a-z]+)-(\d+(?:\.\d+)*)")


@cache
def pack_names() -> tuple[tuple[str, str], ...]:
    """(template, version) of every pack, oldest version first. Raises PackError."""
    names = []
    for path in PACKS.glob("*/pack.toml"):
        found = _FOLDER.fullmatch(path.parent.name)
        if found is None:
            raise PackError(f"{path.parent.name} is not named after a template and a version")
        names.append((found[1].upper(), found[2]))
    return tuple(sorted(names, key=lambda name: (name[0], [int(part) for part in name[1].split(".")])))


@cache
def find_pack(template: str, version: str) -> Pack:
    """The pack of a template version. Raises PackError."""
    if (template, version) not in pack_names():
        raise PackError(f"no pack for {template} {version}")
    pack = load_pack(PACKS / f"{template.lower()}-{version}")
    if (pack.template, pack.version) != (template, version):
        raise PackError(f"{template.lower()}-{version}: pack.toml is about {pack.name}")
    return pack


@cache
def packs() -> MappingProxyType[str, Pack]:
    """All packs by name (`TPT-7.0`), oldest version first. Raises PackError."""
    return MappingProxyType({f"{name[0]}-{name[1]}": find_pack(*name) for name in pack_names()})
