"""What is measured: two large deliveries of the same funds, a middling one, months of a small one."""

import csv
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from infra.local import demo
from portal.client.api import Api
from tests.fixtures.plain_browser import PlainBrowser
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt_csv

LARGE, MIDDLING, SMALL = 10, 2.3, 0.05
"""Megabytes; the middling one has nearly as many cells as can be corrected in the browser."""
MONTHS = [f"2025-{month:02d}-28" for month in range(1, 11)]
DAMAGE = {"21": "EURO{}", "52": "X{}", "47": "5299{}", "14": "FR{}", "54": "none {}", "56": "no {}",
          "39": "soon {}"}  # fmt: skip
"""What is written into these fields, so that a large file has 90,000 findings and more."""
SPARED = 12
"""One row in so many stays as it should be, another one in each of the two."""
_DATES = ("6", "7")


@dataclass(frozen=True)
class Delivered:
    """The person who looks, the addresses of the large and of the middling delivery, a rule and a fund."""

    person: PlainBrowser
    page: str
    middling: str
    rule: str
    fund: str


def deliver(system: System) -> Delivered:
    """Upload them all and wait for their verdicts."""
    api = system.api()
    large = [
        _checked(api, _faulty(LARGE, 77, date, i)) for i, date in enumerate(("2025-11-28", "2025-12-31"))
    ]
    print(
        f"two TPT 7.0 of {LARGE} MB, findings counted: "
        + ", ".join(f"{sum(counts.values()):,}" for _, counts in large)
    )
    middling, counts = _checked(api, _faulty(MIDDLING, 78, "2025-12-31", 0))
    print(f"one of {MIDDLING} MB: {sum(counts.values()):,}; {len(MONTHS)} months of a fund")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda date: _checked(system.api(), _faulty(SMALL, 79, date, 0)), MONTHS))
    person = PlainBrowser(system.url, demo.PASSWORD)
    person.sign_in(system.email("alpine-am", "uploader"))
    identifier = large[1][0]
    first = api.session.get(
        f"{system.url}/api/v1/submissions/{identifier}/findings/", params={"size": 200}
    ).json()["results"]
    fund = next(finding["portfolio"] for finding in first if finding["portfolio"])
    return Delivered(
        person, f"/submissions/{identifier}/", f"/submissions/{middling}/", first[0]["rule"], fund
    )


def _checked(api: Api, content: bytes) -> tuple[str, dict[str, int]]:
    """Its id and the counts of its verdict."""
    sent = api.submit("many.csv", io.BytesIO(content))
    done = api.wait(sent["id"], seconds=300)
    if done["state"] != "COMPLETED":
        raise SystemExit(f"the check of a delivery ended as {done['state']}")
    return str(sent["id"]), done["counts"]


def _faulty(megabytes: float, seed: int, date: str, spared: int) -> bytes:
    """A delivery of this day with the same faults in nearly every row."""
    rows = csv.reader(io.StringIO(tpt_csv(megabytes, seed=seed).decode("utf-8-sig")), delimiter=";")
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\n").writerows(_damaged(rows, date, spared))
    return out.getvalue().encode()


def _damaged(rows: Iterator[list[str]], date: str, spared: int) -> Iterator[list[str]]:
    head = next(rows)
    places = {heading.split("_")[0]: place for place, heading in enumerate(head)}
    yield head
    for number, row in enumerate(rows, start=1):
        for key in _DATES:
            row[places[key]] = date
        if number % SPARED != spared:
            for key, text in DAMAGE.items():
                # an instrument keeps its wrong code from one delivery to the next, other values change
                row[places[key]] = text.format(number if key == "14" else number + spared)
        yield row
