"""`make bench-share`: one delivery to 1,000 grants on the local system, by the pipeline as it is deployed.

Then it is withdrawn, and the janitor, which runs every minute, deletes all of it again.

The grants go to the two other demo institutions, half each: what a copy costs does not depend on whose bucket
it is written to, and 1,000 stacks would measure the emulator. They are stored as if all had been accepted,
each with its document in the owner's bucket: `--grants N` does that, inside the portal's environment.
"""

import io
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import requests

from infra.local import platform
from infra.local.home import ROOT, Home
from tests.bench.pages.memory import Memory
from tests.fixtures.system import System, free_port, start, stop
from tests.tools.generate_samples import tpt_csv

GRANTS = int(os.environ.get("FUNDGATE_BENCH_GRANTS", "1000"))
OWNER, RECIPIENTS = "alpine-am", ("borealis-insurance", "cedar-pension")
MEGABYTES = 0.5
PATIENCE = 900.0
"""Seconds until what is not copied is given up."""
THREADS = 8


def main() -> None:
    """Start a fresh system, measure, print, stop it."""
    with tempfile.TemporaryDirectory(prefix="fundgate-bench-") as folder:
        system = start(Path(folder) / "home", free_port(), free_port())
        try:
            measure(system)
        finally:
            stop(system)


def measure(system: System) -> None:
    """All figures of one run."""
    api, content = system.api(OWNER), tpt_csv(MEGABYTES, seed=7)
    api.wait(api.submit("first.csv", io.BytesIO(content))["id"], seconds=120)  # the first is slower
    begun = time.perf_counter()
    _grant(system)
    print(f"{GRANTS} grants with their documents: {time.perf_counter() - begun:.1f} s")
    memory = {name: Memory(pid) for name, pid in system.pids().items()}
    before = {name: each.now for name, each in memory.items()}
    for each in memory.values():
        each.watch()
    begun = time.perf_counter()
    delivery = api.submit("shared.csv", io.BytesIO(tpt_csv(MEGABYTES, seed=8)))["id"]
    api.wait(delivery, seconds=300)
    print(f"upload to verdict: {time.perf_counter() - begun:.1f} s (file: TPT 7.0 csv, {MEGABYTES} MB)")
    copies = _finished(system)
    seconds = (
        max(done for _, done, _ in copies if done) - min(owed for owed, _, _ in copies)
    ).total_seconds()
    done = [size for _, end, size in copies if end]
    print(
        f"copied {len(done)} of {GRANTS} in {seconds:.1f} s from the verdict on: "
        f"{len(done) / seconds:.1f} a second, of {sum(done) / len(done) / 1e6:.2f} MB each"
    )
    _withdraw(system, delivery)
    for name, each in memory.items():
        print(
            f"memory {name:<7} {before[name]:6.0f} MB before, {each.most:6.0f} MB at most (largest process)"
        )
    if len(done) < GRANTS:
        sys.exit("not every copy was made")


def _grant(system: System) -> None:
    ports = (urlsplit(url).port or 0 for url in (system.url, system.aws_url))
    environment = platform.process_environment(Home(system.home, *ports), system.settings, "portal")
    command = [sys.executable, "-m", "tests.bench.sharing", "--grants", str(GRANTS)]
    token = system.id_token(OWNER, "admin")
    subprocess.run(command, cwd=ROOT, env=environment, input=token, text=True, check=True, timeout=600)


def _withdraw(system: System, delivery: str) -> None:
    """Takes it back and waits until no version of any copy is left."""
    head = {"Authorization": f"Bearer {system.id_token(OWNER)}"}
    begun = time.perf_counter()
    where = f"{system.url}/api/v1/submissions/{delivery}/withdraw/"
    requests.post(where, json={"reason": "Measured."}, headers=head, timeout=300).raise_for_status()
    answered, most = time.perf_counter() - begun, _left(system, delivery)
    while (left := _left(system, delivery)) and time.perf_counter() - begun < PATIENCE:
        time.sleep(1)
    print(
        f"withdrawn in {answered:.1f} s; of {most} versions of its copies {left} are left "
        f"{time.perf_counter() - begun:.1f} s after it was asked for"
    )


def _left(system: System, delivery: str) -> int:
    """Versions of anything about this delivery, and marks of deletions, in the stores of its recipients."""
    account, count = system.settings["FUNDGATE_ACCOUNT_ID"], 0
    for code in RECIPIENTS:
        pages = system.aws("s3").get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=f"fundgate-{account}-{code}-exchange", Prefix=f"from/{OWNER}/"):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            count += sum(f"/{delivery}/" in each["Key"] for each in found)
    return count


def _finished(system: System) -> list[tuple[datetime, datetime | None, int]]:
    """Of each copy when it was owed, when it was done, and its bytes; once all are or nothing moves on."""
    until = time.monotonic() + PATIENCE
    while True:
        with closing(sqlite3.connect(f"file:{system.home / 'portal.sqlite3'}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT owed_at, done_at, bytes FROM sharing_copy").fetchall()
        states = Counter(done is not None for _, done, _ in rows)
        if states[True] >= GRANTS or time.monotonic() > until:
            return [
                (datetime.fromisoformat(owed), datetime.fromisoformat(done) if done else None, size)
                for owed, done, size in rows
            ]
        time.sleep(1)


def _store_grants(token: str, many: int) -> None:
    import django

    django.setup()
    from django.utils import timezone

    from ingestion.aws.identity import verify_id_token
    from ingestion.web import control
    from portal.accounts import services as accounts
    from portal.accounts.cognito import user_pool
    from portal.accounts.models import Institution
    from portal.accounts.selectors import actor_for
    from portal.accounts.tokens import GivenToken
    from sharing.models import Grant
    from sharing.states import Condition, State

    claims = verify_id_token(token, user_pool())
    actor = actor_for(accounts.user_for(claims), GivenToken(token, groups=claims.groups))
    owner = Institution.objects.get(code=OWNER)
    recipients = [Institution.objects.get(code=code) for code in RECIPIENTS]
    now = timezone.now()
    grants = Grant.objects.bulk_create(
        Grant(
            owner=owner, recipient=recipients[i % len(recipients)], state=State.ACTIVE, state_since=now,
            contents=["original", "schema", "summary"], condition=Condition.CHECKED,
            purpose="Measurement.", drafted_by=actor.user, drafted_at=now,
        )
        for i in range(many)
    )  # fmt: skip
    documents = [(str(grant.id), grant.of_record(is_open=True).to_bytes()) for grant in grants]
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda each: control.write(actor, "grants", *each), documents))


if __name__ == "__main__":
    _store_grants(sys.stdin.read(), int(sys.argv[2]))
