"""The annotated workbook as it is downloaded: opened elsewhere it holds what was sent and nothing more."""

import io
import time

import pytest

from tests.fixtures.hostile_cells import as_read, hostile
from tests.fixtures.reopened import as_text, reopened
from tests.fixtures.system import System

pytestmark = pytest.mark.system


def test_the_annotated_workbook_of_a_hostile_delivery_reopens_with_its_cells(system: System) -> None:
    table, api = hostile(rows=12, seed=5), system.api()
    done = api.wait(api.submit("hostile.csv", io.BytesIO(table.csv()))["id"])
    assert done["verdict"] == "failed"
    address = f"{system.url}/api/v1/submissions/{done['id']}/files/annotated.xlsx"
    deadline = time.monotonic() + 60
    while not (answer := api.session.get(address, timeout=20)).ok:
        assert time.monotonic() < deadline, "no annotated workbook was made"
        time.sleep(0.3)
    head, *lines = reopened(answer.content)["TPT 7.0"]
    assert head == table.headers
    for line, row in zip(lines, table.rows, strict=True):
        sent = [as_read(cell) for cell in table.cells(row)]
        assert [as_text(cell) for cell in line] == sent[: len(line)] and not any(sent[len(line) :])
