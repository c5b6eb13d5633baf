"""Every act of a person leaves a record that names them: read from the database after a day's work."""

import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from urllib.parse import urljoin

import pytest

from infra.local import demo
from infra.local.home import Home
from infra.local.platform import process_environment
from ingestion.aws.layout import LATER, STAGES
from tests.fixtures.plain_browser import PlainBrowser, fields_of
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt

pytestmark = pytest.mark.system


def records(system: System, after: int) -> list[tuple[str, str, str]]:
    """(tag, subject, e-mail of the actor) in order."""
    query = """SELECT tag, subject_id, coalesce(email, '') FROM audit_auditrecord a
               LEFT JOIN accounts_user u ON u.id = a.actor_id WHERE a.id > ? ORDER BY a.id"""
    with closing(sqlite3.connect(system.home / "portal.sqlite3", timeout=20)) as database:
        return database.execute(query, [after]).fetchall()


def finish_after_the_verdict(system: System, identifier: str, attempts: int) -> None:
    """Waits for the steps that follow the verdict, which no page waits for."""
    deadline = time.monotonic() + 60
    expected = attempts * len((*STAGES, *LATER))
    while time.monotonic() < deadline:
        finished = [(tag, subject) for tag, subject, _ in records(system, 0)]
        if finished.count(("pipeline:stage:finished", identifier)) == expected:
            return
        time.sleep(0.2)
    pytest.fail(f"{finished.count(('pipeline:stage:finished', identifier))} of {expected} steps finished")


def verify_audit(system: System) -> "subprocess.CompletedProcess[str]":
    """The check of all chains, as an operator runs it, with the portal's role."""
    home = Home(path=system.home, port=0, aws_port=0)
    return subprocess.run(
        [sys.executable, "-m", "django", "verify_audit"],
        env=process_environment(home, system.settings, "portal"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def press(browser: PlainBrowser, page: str, action: str) -> None:
    token = fields_of(browser.get(page).text)
    assert browser.session.post(urljoin(browser.url, action), data=token, timeout=20).ok


def test_a_day_s_work_can_be_read_from_the_records(system: System) -> None:
    before = len(records(system, 0))
    email = system.email("cedar-pension", "uploader")
    browser = PlainBrowser(system.url, demo.PASSWORD)
    browser.sign_in(email, "/submissions/")
    table = tpt(rows=6, seed=703)
    table.rows[3]["32"] = "no such type"
    files = [("files", ("a.csv", table.csv())), ("files", ("b.csv", b""))]
    sent = browser.send_form("/submissions/upload/", files=files)
    identifier = re.findall(r'data-submission="([0-9a-f-]{36})"', sent.text)[0]
    again = browser.send_form("/submissions/upload/", files=files[:1])
    assert 'data-outcome="duplicate"' in again.text
    api = system.api("cedar-pension")
    api.wait(identifier)
    page = f"/submissions/{identifier}/"
    for address in ("", "findings/", "findings.csv", "findings.xlsx", "original"):
        assert browser.get(page + address).ok
    finish_after_the_verdict(system, identifier, attempts=1)
    press(browser, page, f"{page}run-again/")
    assert api.wait(identifier)["attempt"] == 2
    finish_after_the_verdict(system, identifier, attempts=2)  # a sign-out ends the token they work with
    press(browser, "/submissions/", "/sign-out/")

    all_of_it = records(system, before)
    run = (
        ["worker:submission:started"]
        + ["pipeline:stage:finished"] * len((*STAGES, *LATER))
        + ["pipeline:submission:completed"]
    )
    of_file = [(tag, who) for tag, subject, who in all_of_it if subject == identifier]
    acts = [tag for tag, who in of_file if not tag.startswith(("pipeline:", "worker:"))]
    assert acts[:3] == [f"portal:submission:{act}" for act in ("received", "stored", "queued")]
    looks = [tag for tag in acts[3:-1] if not tag.startswith("portal:findings:viewed")]
    assert looks == ["portal:findings:downloaded"] * 2 + ["portal:original:downloaded"]
    assert "portal:findings:viewed" in acts
    assert acts.count("portal:submission:run-again") == 1
    worked = [tag for tag, _ in of_file if tag.startswith(("pipeline:", "worker:"))]
    assert sorted(worked) == sorted(run * 2)
    assert {who for tag, who in of_file if tag.startswith(("portal:", "worker:"))} == {email}

    others = [tag for tag, subject, who in all_of_it if subject != identifier and who == email]
    assert others == [
        "portal:session:signed-in",
        "portal:submission:received",
        "portal:submission:refused",  # the empty file
        "portal:submission:received",
        "portal:submission:refused",  # known already
        "portal:session:signed-out",
    ]

    checked = verify_audit(system)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "cedar-pension: " in checked.stdout and "stand as they were written" in checked.stdout
