"""What a person has before them who says which column is which."""

from dataclasses import dataclass
from typing import Any

from ingestion.pipeline.layout import Layout
from ingestion.web.models import Submission


@dataclass(frozen=True)
class MappingDesk:
    """A layout to be mapped, the mapping saved for it so far (None: none), and whose verdict shows it.

    `based_on` is the object version that stands now, "" for none; `is_change` says that one was saved before.
    """

    layout: Layout
    saved: dict[str, Any] | None
    shown_by: Submission
    attempt: int
    based_on: str = ""
    is_change: bool = False
