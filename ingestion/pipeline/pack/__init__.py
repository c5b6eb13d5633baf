"""Template packs: the data folders under packs/, read on first use; anything unknown in one refuses it."""

from ingestion.pipeline.pack.lists import SHARED, cic_table, code_set
from ingestion.pipeline.pack.model import Field, Pack, Profile, Trigger
from ingestion.pipeline.pack.reading import PACKS, load_pack
from ingestion.pipeline.pack.registry import find_pack, pack_names, packs

__all__ = [
    "PACKS",
    "SHARED",
    "Field",
    "Pack",
    "Profile",
    "Trigger",
    "cic_table",
    "code_set",
    "find_pack",
    "load_pack",
    "pack_names",
    "packs",
]
