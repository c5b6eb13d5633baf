"""A tiny delivery that goes the stages' whole way through the core: a warm-up loads what a run needs."""

from ingestion.pipeline.pack import find_pack, pack_names


def tiny_csv() -> bytes:
    """Header and one row with a value in each column, of the newest TPT."""
    pack = find_pack(*pack_names()[-1])
    rows = [[field.name for field in pack.fields.values()], ["1"] * len(pack.fields)]
    return "\n".join(";".join(row) for row in rows).encode()
