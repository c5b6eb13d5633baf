"""A delivery with some cells corrected: what the rules say of it, and the file that holds it."""

from ingestion.pipeline.corrections.cells import Correction, corrected, text_at
from ingestion.pipeline.corrections.checking import check
from ingestion.pipeline.corrections.files import CannotBeWritten, written
from ingestion.pipeline.corrections.packages import rebuilt

__all__ = ["CannotBeWritten", "Correction", "check", "corrected", "rebuilt", "text_at", "written"]
