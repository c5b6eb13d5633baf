"""What a delivery to many leaves to do: notices, the audit trail, the look through every exchange bucket."""

import time
from datetime import timedelta
from itertools import pairwise

from tests.bench.sharing.population import run
from tests.bench.sharing.rows import asked, counted, moment, said, waited
from tests.fixtures.system import System

UNTOLD = "SELECT count(*) FROM notices_announcement WHERE spread_at IS NULL"
UNSENT = "SELECT count(*) FROM notices_notice WHERE email_due_at < strftime('%Y-%m-%d %H:%M:%f', 'now')"
DELIVERED = "exchange:copy:delivered"
LONG_AGO = "2000-01-01 00:00:00"
PAUSE = timedelta(seconds=3)
"""Between two buckets: the janitor has ended, and its next minute comes."""


def told(system: System) -> None:
    """How long until everybody who is to hear of it has a notice, and an e-mail where one is due at once."""
    spread = waited(lambda: not counted(system, UNTOLD))
    sent = spread + waited(lambda: not counted(system, UNSENT))
    notices = counted(system, "SELECT count(*) FROM notices_notice")
    print(
        f"notices: all told {spread:.0f} s and all e-mails sent {sent:.0f} s after that ({notices} so far)",
        flush=True,
    )


def looked_through(system: System) -> None:
    """The janitor's look through all exchange buckets, as if six hours had passed."""
    said(system, "UPDATE sharing_sweep SET looked_at = ?, after = ''", LONG_AGO)
    many = counted(system, "SELECT count(*) FROM sharing_sweep")
    waited(lambda: not counted(system, "SELECT count(*) FROM sharing_sweep WHERE looked_at = ?", LONG_AGO))
    moments = sorted(moment(at) for (at,) in asked(system, "SELECT looked_at FROM sharing_sweep"))
    steps = [after - before for before, after in pairwise(moments)]
    busy = sum((step for step in steps if step < PAUSE), timedelta()).total_seconds()
    runs = 1 + sum(step >= PAUSE for step in steps)
    print(
        f"{many} exchange buckets looked through in {busy:.1f} s, {many / max(busy, 0.001):.0f} a second, "
        f"in {runs} of the janitor's minutes",
        flush=True,
    )


def recorded(system: System) -> None:
    """The chains that got a record for it, and how long all chains take to verify."""
    chains, records = asked(
        system,
        "SELECT count(DISTINCT institution_id), count(*) FROM audit_auditrecord WHERE tag = ?",
        DELIVERED,
    )[0]
    heads = counted(system, "SELECT count(*) FROM audit_audithead")
    signed = counted(system, "SELECT count(*) FROM audit_audithead WHERE signed_at IS NOT NULL")
    begun = time.perf_counter()
    run(system, "portal", "django", "verify_audit")
    print(
        f"audit: {records} records of it in {chains} chains; {heads} chains, {signed} signed already, "
        f"verified in {time.perf_counter() - begun:.1f} s",
        flush=True,
    )
