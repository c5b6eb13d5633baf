"""An exception in the log: types and places in the code, never its text, which may quote a value."""

import logging
import traceback
from types import TracebackType
from typing import Any

_MOST_CAUSES = 5
_ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


class LineFormatter(logging.Formatter):
    """One line per event; an exception follows as its type and frames, its causes after it."""

    def __init__(self, format: str | None = None, style: Any = "%") -> None:
        super().__init__(format, style=style)

    def formatException(self, ei: _ExcInfo | Any) -> str:  # noqa: N802 - logging's own name
        lines: list[str] = []
        error: BaseException | None = ei[1]
        for _ in range(_MOST_CAUSES):
            if error is None:
                break
            lines.append(f"{type(error).__module__}.{type(error).__qualname__}, raised in")
            frames = traceback.extract_tb(error.__traceback__)
            lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)
