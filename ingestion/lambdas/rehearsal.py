"""A tiny delivery that goes the stages' whole way through the core: a warm-up loads what a run needs."""

from ingestion.pipeline.pack import packs


def tiny_csv() -> bytes:
    """Header and one row with a value in each column, of the first template there is."""
    pack = next(iter(packs().values()))
    rows = [[f"{key}_{field.name}" for key, field in pack.fields.items()], ["1"] * len(pack.fields)]
    return "\n".join(";".join(row) for row in rows).encode()
