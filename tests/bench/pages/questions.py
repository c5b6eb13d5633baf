"""What is asked of a submission: pages and filters of its findings, a row, changes, trends, corrections."""

import re
import time
from collections.abc import Iterator

from tests.bench.pages.deliveries import Delivered
from tests.bench.pages.figures import FIRST_PAINT, ROUNDS, Figure, answered
from tests.fixtures.plain_browser import TIMEOUT, fields_of


def questions(delivered: Delivered) -> dict[str, str]:
    """Addresses by what they show; each is answered within ANSWER."""
    page, rule, fund = delivered.page, delivered.rule, delivered.fund
    findings = {
        "next page": "?page=2",
        "page 2,000": "?page=2000",
        "one severity": "?severity=error",
        "one rule, with its rows": f"?rule={rule}",
        "one rule, whole rows": f"?rule={rule}&columns=all",
        "one field": "?field=52",
        "one fund": f"?fund={fund}",
        "one fund and rule, by value": f"?fund={fund}&rule={rule}&order=value",
        "a CIC class": "?cic=2",
        "a text": "?text=EURO",
        "by value": "?order=-value",
        "by row, of a text, page 3": "?order=row&text=XX&page=3",
    }
    changes = {
        "what changed, counts": "changes/summary/",
        "what changed, by rule": "changes/",
        "what changed, new, page 50": "changes/?kind=new&page=50",
        "what changed, fixed, of a rule": f"changes/?kind=fixed&rule={rule}",
        "what changed, still there, page 900": "changes/?kind=still&page=900",
    }
    return {
        **{name: f"{page}findings/{query}" for name, query in findings.items()},
        "a row with its findings": f"{page}rows/7001/",
        "a row deep in the file": f"{page}rows/15500/",
        **{name: page + address for name, address in changes.items()},
        **_trends(delivered),
    }


def corrected(delivered: Delivered) -> Iterator[Figure]:
    """The page of corrections, and the rules on a corrected copy; both check the whole file anew."""
    person, address = delivered.person, f"{delivered.middling}correct/"
    yield answered(person, "corrections, opened", address, FIRST_PAINT)
    page = person.get(address).text
    cell = re.search(r'name="(cell\.\d+\.\w+)"', page)
    assert cell, "a cell can be corrected"
    said = fields_of(page) | {cell[1]: "", "check": "1"}
    seconds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        answer = person.session.post(person.url + address, data=said, timeout=TIMEOUT)
        seconds.append(time.perf_counter() - begun)
        assert answer.status_code == 200, answer.status_code
    yield Figure("corrections, a cell checked again", seconds, FIRST_PAINT)


def _trends(delivered: Delivered) -> dict[str, str]:
    """The trend of the large fund, and that of all deliveries of the template."""
    offered = re.findall(r'<option value="([^"]*)"', delivered.person.get("/trends/").text)
    whole = next(each for each in offered if each and "." not in each)
    fund = next(each for each in offered if "." in each)
    return {"trends of a template": f"/trends/?of={whole}", "trends of a fund": f"/trends/?of={fund}"}
