"""`make bench-pages`: a submission with 100,000 findings on the local system, as its reader meets it.

Prints seconds of its pages, filters, changes, corrections and downloads beside their limits, and what each
download adds to the memory of the portal. The store is asked anew in each round: nothing is kept between two
requests.
"""

import sys
import tempfile
from pathlib import Path

from tests.bench.pages.deliveries import Delivered, deliver
from tests.bench.pages.downloads import downloaded
from tests.bench.pages.figures import ANSWER, FIRST_PAINT, Figure, answered, told
from tests.bench.pages.memory import Memory
from tests.bench.pages.paint import painted
from tests.bench.pages.questions import corrected, questions
from tests.fixtures.ports import free_port
from tests.fixtures.system import System, start, stop

__all__ = ["main"]


def main() -> None:
    """Start a fresh system, upload, measure, print, stop it; exit code 1 where a limit was missed."""
    with tempfile.TemporaryDirectory(prefix="fundgate-bench-") as folder:
        system = start(Path(folder) / "home", free_port(), free_port())
        try:
            reached = measure(system)
        finally:
            stop(system)
    sys.exit(0 if reached else 1)


def measure(system: System) -> bool:
    """All figures; whether all limits were kept."""
    delivered = deliver(system)
    memory = Memory(system.pids()["portal"])
    before = memory.now
    figures = list(_pages(delivered))
    if paints := painted(system, delivered.page):
        figures.append(told(Figure("first paint in a browser", paints, FIRST_PAINT)))
    else:
        print("no browser was found: the first paint was not measured")
    print(
        f"memory of the portal: {before:.0f} MB before, {memory.now:.0f} MB after, "
        f"{memory.most:.0f} MB at most"
    )
    reached = downloaded(delivered, memory)
    return reached and all(figure.reached for figure in figures)


def _pages(delivered: Delivered) -> list[Figure]:
    person = delivered.person
    figures = [told(answered(person, "page of the submission", delivered.page, FIRST_PAINT))]
    for name, address in questions(delivered).items():
        figures.append(told(answered(person, name, address, ANSWER)))
    return [*figures, *map(told, corrected(delivered))]
