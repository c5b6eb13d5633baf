"""Downloads of the large delivery: seconds to the first byte and the last, size, memory of the portal."""

import time
from urllib.parse import urljoin

from tests.bench.pages.deliveries import Delivered
from tests.bench.pages.memory import Memory

FIRST_BYTE = 1.0
"""Seconds at most."""
MOST_MEMORY = 100
"""Megabytes that a download may add to the portal's process while it runs."""
FILES = (
    "findings.csv",
    "findings.json",
    "findings.xlsx",
    "annotated.xlsx",
    "tables/holdings.csv",
    "tables/holdings.parquet",
    "original",
    "receipt.json",
    "receipt.pdf",
)
_PIECE = 64 * 1024
_PATIENCE = 300  # seconds until the annotated workbook is there


def downloaded(delivered: Delivered, memory: Memory) -> bool:
    """Prints a line for each; whether all limits were kept."""
    _wait_for_workbook(delivered)
    reached = [_one(delivered, name, memory) for name in FILES]  # each of them, also behind one that failed
    return all(reached)


def _one(delivered: Delivered, name: str, memory: Memory) -> bool:
    held = memory.now
    memory.watch()
    begun = time.perf_counter()
    address = urljoin(delivered.person.url, delivered.page + name)
    size, first = 0, 0.0
    with delivered.person.session.get(address, stream=True, timeout=120) as answer:
        if answer.status_code != 200:
            raise SystemExit(f"{name}: {answer.status_code}")
        for piece in answer.iter_content(_PIECE):
            first = first or time.perf_counter() - begun
            size += len(piece)
    whole, added = time.perf_counter() - begun, memory.most - held
    reached = first <= FIRST_BYTE and added <= MOST_MEMORY
    print(
        f"  {name:<24} first byte {first:5.2f} s (at most {FIRST_BYTE:.0f}), whole {whole:5.2f} s, "
        f"{size / 1e6:6.1f} MB, memory +{added:3.0f} MB (at most {MOST_MEMORY}): "
        + ("yes" if reached else "NO"),
        flush=True,
    )
    return reached


def _wait_for_workbook(delivered: Delivered) -> None:
    deadline = time.monotonic() + _PATIENCE
    while delivered.person.get(f"{delivered.page}annotated.xlsx", stream=True).status_code != 200:
        if time.monotonic() > deadline:
            raise SystemExit("there is no annotated workbook")
        time.sleep(1)
