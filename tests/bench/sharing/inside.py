"""What is done within the portal's own code, in the environment of one of the system's hands.

`python -m tests.bench.sharing.inside onboard|grant|questions`, with what it needs as JSON on its input.
"""

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

THREADS = 8


def onboard(institutions: list[dict[str, str]], password: str) -> None:
    """Each with its stack and its administrator, as the command does it."""
    from portal.accounts import onboarding
    from portal.accounts.directory import Password

    for institution in institutions:
        onboarding.onboard(**institution, kind="owner", password=Password(password, permanent=True))


def grant(token: str, owner: str, recipients: list[str]) -> None:
    """A grant of everything to each, its document in the owner's bucket, as if accepted."""
    from django.utils import timezone

    from ingestion.aws.identity import verify_id_token
    from ingestion.web import control
    from portal.accounts import services as accounts
    from portal.accounts.cognito import user_pool
    from portal.accounts.models import Institution
    from portal.accounts.selectors import actor_for
    from portal.accounts.tokens import GivenToken
    from sharing.models import Grant, GrantTransition
    from sharing.states import Condition, State

    claims = verify_id_token(token, user_pool())
    actor = actor_for(accounts.user_for(claims), GivenToken(token, groups=claims.groups))
    giving, now = Institution.objects.get(code=owner), timezone.now()
    grants = Grant.objects.bulk_create(
        Grant(
            owner=giving, recipient=recipient, state=State.ACTIVE, state_since=now,
            contents=["original", "schema", "summary"], condition=Condition.CHECKED,
            purpose="Measurement.", drafted_by=actor.user, drafted_at=now,
        )
        for recipient in Institution.objects.filter(code__in=recipients)
    )  # fmt: skip
    GrantTransition.objects.bulk_create(
        GrantTransition(grant=one, to_state=State.ACTIVE, at=now) for one in grants
    )
    documents = [(str(one.id), one.of_record(is_open=True).to_bytes()) for one in grants]
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda each: control.write(actor, "grants", *each), documents))


def questions(cookies: dict[str, str], addresses: dict[str, str]) -> dict[str, int]:
    """How many each page asks of the database, by its name."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, counts = Client(headers={"host": "127.0.0.1"}), {}
    client.cookies.load(cookies)
    for name, address in addresses.items():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
            if answer.streaming:
                b"".join(answer)
        if answer.status_code != 200:
            raise SystemExit(f"{name}: {answer.status_code}")
        counts[name] = len(queries)
    return counts


ACTS: dict[str, Callable[..., Any]] = {"onboard": onboard, "grant": grant, "questions": questions}

if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(ACTS[sys.argv[1]](**json.load(sys.stdin))))
