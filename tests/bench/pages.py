"""`make bench-pages`: a submission with 100,000 findings on the local system, as its reader meets it.

Prints seconds of the submission's page (also until a browser paints it), of the next page of findings, of
filters and orders and of a row, and the memory of the portal. What is measured comes last in each round trip:
the store is asked anew each time, nothing is kept between two requests.
"""

import csv
import io
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from infra.local import browser as finder
from infra.local import demo
from tests.fixtures.browser import Visitor
from tests.fixtures.plain_browser import PlainBrowser
from tests.fixtures.system import System, free_port, start, stop
from tests.tools.generate_samples import tpt_csv

ROUNDS = 7
FIRST_PAINT, ANSWER = 1.0, 0.3  # seconds at most
MEGABYTES = 10
DAMAGE = {"21": "EURO{}", "52": "X{}", "47": "5299{}", "14": "FR{}", "54": "none {}", "56": "no {}",
          "39": "soon {}"}  # fmt: skip
"""What is written into these fields of every row, so that the file has 100,000 findings and more."""
ASKED = {
    "next page": "?page=2",
    "page 2,000": "?page=2000",
    "one severity": "?severity=error",
    "one rule, with its rows": "?rule={rule}",
    "one rule, whole rows": "?rule={rule}&columns=all",
    "one field": "?field=52",
    "a CIC class": "?cic=2",
    "a text": "?text=EURO",
    "by value": "?order=-value",
    "by row, of a text, page 3": "?order=row&text=XX&page=3",
}


def main() -> None:
    """Start a fresh system, upload, measure, print, stop it."""
    with tempfile.TemporaryDirectory(prefix="fundgate-bench-") as folder:
        system = start(Path(folder) / "home", free_port(), free_port())
        try:
            reached = measure(system)
        finally:
            stop(system)
    sys.exit(0 if reached else 1)


def measure(system: System) -> bool:
    """All figures; whether all limits were kept."""
    api = system.api()
    sent = api.submit("many.csv", io.BytesIO(faulty()))
    done = api.wait(sent["id"], seconds=300)
    counts = done["counts"]
    print(f"{MEGABYTES} MB TPT 7.0, {sum(counts.values()):,} findings counted: {counts}")
    person = PlainBrowser(system.url, demo.PASSWORD)
    person.sign_in(system.email("alpine-am", "uploader"))
    page = f"/submissions/{sent['id']}/"
    found = api.session.get(
        f"{system.url}/api/v1/submissions/{sent['id']}/findings/", params={"size": 1}
    ).json()
    rule = found["results"][0]["rule"]
    before = _resident(system)
    limits = [_timed(person, "page of the submission", page, FIRST_PAINT)]
    limits += [
        _timed(person, name, f"{page}findings/{query.format(rule=rule)}", ANSWER, htmx=True)
        for name, query in ASKED.items()
    ]
    limits.append(_timed(person, "one row with its findings", f"{page}rows/7001/", ANSWER))
    painted = _painted(system, page)
    if painted is None:
        print("no browser was found: the first paint was not measured")
    else:
        limits.append(_told("first paint in a browser", painted, FIRST_PAINT))
    print(f"memory of the portal: {before:.0f} MB before, {_resident(system):.0f} MB after, "
          f"{_resident(system, 'VmHWM'):.0f} MB at most")  # fmt: skip
    return all(limits)


def faulty() -> bytes:
    """A large delivery with the same faults in every row."""
    rows = list(csv.reader(io.StringIO(tpt_csv(MEGABYTES, seed=77).decode("utf-8-sig")), delimiter=";"))
    places = {heading.split("_")[0]: place for place, heading in enumerate(rows[0])}
    for number, row in enumerate(rows[1:], start=1):
        for key, text in DAMAGE.items():
            row[places[key]] = text.format(number)
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _timed(person: PlainBrowser, name: str, address: str, limit: float, *, htmx: bool = False) -> bool:
    headers = {"HX-Request": "true"} if htmx else {}
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        answer = person.get(address, headers=headers)
        taken.append(time.perf_counter() - begun)
        if answer.status_code != 200:
            raise SystemExit(f"{name}: {answer.status_code}")
    return _told(name, taken, limit)


def _told(name: str, taken: list[float], limit: float) -> bool:
    middle = statistics.median(taken)
    said = "yes" if middle <= limit else "NO"
    print(f"  {name:<28} median {middle * 1000:5.0f} ms, slowest {max(taken) * 1000:5.0f} ms, "
          f"at most {limit * 1000:.0f} ms: {said}")  # fmt: skip
    return middle <= limit


def _painted(system: System, address: str) -> list[float] | None:
    """Seconds until the first content is painted; None without a browser."""
    if not (path := finder.find()):
        return None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        visitor = Visitor(browser, system).sign_in()
        taken = []
        for _ in range(ROUNDS):
            visitor.page.goto(address)
            taken.append(_first_paint(visitor.page))
        browser.close()
    return taken


def _first_paint(page: Page) -> float:
    """Seconds from the request to the first content on the screen."""
    for _ in range(100):
        paint = page.evaluate(
            "performance.getEntriesByName('first-contentful-paint').map(each => each.startTime)"
        )
        if paint:
            return float(paint[0]) / 1000
        page.wait_for_timeout(20)
    raise SystemExit("the browser painted nothing")


def _resident(system: System, what: str = "VmRSS") -> float:
    """Megabytes of the portal's largest process."""
    leader = system.pids()["portal"]
    sizes = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:
            continue
        if leader in (int(lines["Pid"]), int(lines["PPid"])) and what in lines:
            sizes.append(int(lines[what].split()[0]) / 1024)
    return max(sizes)
