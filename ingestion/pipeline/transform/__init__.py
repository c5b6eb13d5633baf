"""From text cells to the common schema: one set of typed tables whatever template a file came in."""

from ingestion.pipeline.transform.schema import kinds
from ingestion.pipeline.transform.tables import Tables, targets, transform
from ingestion.pipeline.transform.values import unfit

__all__ = ["Tables", "kinds", "targets", "transform", "unfit"]
