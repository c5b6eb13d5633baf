"""One delivery: copied to everybody it is granted to, then taken back, until no version of it is left."""

import io
import time
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.bench.sharing.population import OWNER, code
from tests.bench.sharing.processor import spent
from tests.bench.sharing.rows import asked, counted, moment, waited
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt_csv

MEGABYTES = 0.5
THREADS = 8
DONE = "SELECT count(*) FROM sharing_copy WHERE done_at IS NOT NULL"
LEFT = "SELECT count(*) FROM sharing_copy WHERE state != 'gone'"


def first(system: System) -> None:
    """A delivery before anything is granted."""
    api = system.api(OWNER)
    api.wait(api.submit("first.csv", io.BytesIO(tpt_csv(MEGABYTES, seed=7)))["id"], seconds=120)


def shared(system: System, many: int) -> tuple[str, bool]:
    """The delivery that is copied to all of them, and whether it was."""
    api, before, begun = system.api(OWNER), spent(system), time.perf_counter()
    delivery = str(api.submit("shared.csv", io.BytesIO(tpt_csv(MEGABYTES, seed=8)))["id"])
    api.wait(delivery, seconds=300)
    print(f"upload to verdict: {time.perf_counter() - begun:.1f} s (file: TPT 7.0 csv, {MEGABYTES} MB)")
    waited(lambda: counted(system, DONE) >= many)
    taken = ", ".join(f"{name} {all_of_it - before[name]:.0f} s" for name, all_of_it in spent(system).items())
    rows = asked(system, "SELECT owed_at, done_at, bytes FROM sharing_copy")
    done = [(moment(end), size) for _, end, size in rows if end]
    seconds = (max(end for end, _ in done) - min(moment(owed) for owed, *_ in rows)).total_seconds()
    megabytes = sum(size for _, size in done) / len(done) / 1e6
    print(
        f"copied {len(done)} of {many} in {seconds:.1f} s from the verdict on: "
        f"{len(done) / seconds:.1f} a second, of {megabytes:.2f} MB each; "
        f"of a processor, from the upload on: {taken}",
        flush=True,
    )
    return delivery, len(done) == many and _received(system, many - 1) == [delivery]


def withdrawn(system: System, delivery: str, many: int) -> bool:
    """Takes it back and waits until no version of any copy is left; whether that is so."""
    head = {"Authorization": f"Bearer {system.id_token(OWNER)}"}
    there, begun = _versions(system, delivery, many), time.perf_counter()
    where = f"{system.url}/api/v1/submissions/{delivery}/withdraw/"
    requests.post(where, json={"reason": "Measured."}, headers=head, timeout=300).raise_for_status()
    answered = time.perf_counter() - begun
    waited(lambda: not counted(system, LEFT))
    seconds = time.perf_counter() - begun
    left = _versions(system, delivery, many)
    print(
        f"withdrawn in {answered:.1f} s; of {there} versions of its copies in {many} buckets {left} are left "
        f"{seconds:.1f} s after it was asked for",
        flush=True,
    )
    return there >= many and left == 0 and _received(system, many - 1) == []


def _versions(system: System, delivery: str, many: int) -> int:
    """Versions of anything about this delivery, and marks of deletions, in the stores of its recipients."""
    s3, account = system.aws("s3"), system.settings["FUNDGATE_ACCOUNT_ID"]

    def of(number: int) -> int:
        bucket = f"fundgate-{account}-{code(number)}-exchange"
        pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=f"from/{OWNER}/")
        found = [
            each for page in pages for kind in ("Versions", "DeleteMarkers") for each in page.get(kind, [])
        ]
        return sum(f"/{delivery}/" in each["Key"] for each in found)

    with ThreadPoolExecutor(THREADS) as threads:
        return sum(threads.map(of, range(many)))


def _received(system: System, number: int) -> list[str]:
    """The deliveries that one of them can read, as its own administrator sees it."""
    api = system.api(code(number), "admin")
    answer = api.session.get(f"{system.url}/api/v1/received/", timeout=30)
    answer.raise_for_status()
    return [each["submission"] for each in answer.json()["results"]]
