"""The cast of the pages' tests, submissions in every state, and an embedded store with real results."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import update_last_login
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.utils import timezone

from infra.local import embedded
from infra.local.home import ROOT, Home
from ingestion.aws import layout
from ingestion.aws.credentials import Credentials
from ingestion.web.models import RulebookVersion, Submission
from ingestion.web.states import State, Verdict
from portal.accounts import credentials as credential_cache
from portal.accounts import seal, tokens
from portal.accounts.models import Institution, Membership, User
from portal.accounts.selectors import SEAL_ID
from tests.fixtures.ports import free_port
from tests.portal.buckets import bucket_of
from tests.portal.dashboard.delivered import Make, delivered, put_results, unreadable  # noqa: F401
from tests.portal.dashboard.delivery import DELIVERY
from tests.portal.dashboard.taken_away import make_receipt_key

ISSUER = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_tests"
BACKEND = "portal.accounts.oidc.CognitoBackend"
AREAS: tuple[layout.Area, ...] = ("landing", "interim", "results")
UNKNOWN = (ROOT / "docs" / "samples" / "unknown-layout.csv").read_bytes()
CURRENT = "control/rulebooks/current.json"
OWN = {"id": "OWN-1", "template": "TPT", "field": "26", "expect": "26 <= 0.1", "severity": "warning",
       "title": "No position above 10 %", "message": "The weight is above 10 %."}  # fmt: skip
RULEBOOK = {"format": 1, "rules": {"TPT-P02-NET-ASSETS": {"severity": "off"}}, "own": [OWN]}


def sign_in(user: User, *groups: str, id_token: str = "", **options: Any) -> Client:
    """A browser in which this person is signed in, with tokens sealed as a sign-in seals them.

    The session is made as Django's sign-in leaves it, which takes it twice as long.
    """
    client = Client(**options)
    update_last_login(None, user)
    held = seal.Tokens(id_token or f"id-{uuid4()}", "refresh", datetime.now(UTC) + timedelta(hours=1))
    row, key = tokens.keep(user=user, tokens=held, groups=groups)
    session = SessionStore()
    session.update(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: BACKEND,
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            SEAL_ID: str(row.pk),
        }
    )
    session.create()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    client.cookies[seal.COOKIE] = key
    return client


def member(institution: Institution, name: str, role: str) -> User:
    user = User.objects.create(
        issuer=ISSUER, subject=name, email=f"{name}@{institution.code}.example", name=name.title()
    )
    Membership.objects.create(user=user, institution=institution, role=role)
    return user


@pytest.fixture
def alpine(db: None) -> Institution:
    return Institution.objects.create(code="alpine-am", name="Alpine Asset Management", kind="manager")


@pytest.fixture
def borealis(db: None) -> Institution:
    return Institution.objects.create(code="borealis-insurance", name="Borealis Insurance", kind="owner")


@pytest.fixture
def anna(alpine: Institution) -> User:
    """The uploader whose submissions most tests look at."""
    return member(alpine, "anna", "uploader")


@pytest.fixture
def uploader(anna: User) -> Client:
    return sign_in(anna, "alpine-am")


@pytest.fixture
def colleague(alpine: Institution) -> Client:
    """Another uploader of the same institution."""
    return sign_in(member(alpine, "carl", "uploader"), "alpine-am")


@pytest.fixture
def viewer(alpine: Institution) -> Client:
    return sign_in(member(alpine, "vera", "viewer"), "alpine-am")


@pytest.fixture
def outsider(borealis: Institution) -> Client:
    """The admin of another institution."""
    return sign_in(member(borealis, "bob", "admin"), "borealis-insurance")


@pytest.fixture
def newcomer(db: None) -> Client:
    """Signed in, but in no institution."""
    return sign_in(User.objects.create(issuer=ISSUER, subject="nina", email="nina@new.example"))


@pytest.fixture
def make(alpine: Institution, anna: User) -> Make:
    """Makes a submission of Alpine, uploaded by Anna; verdict and counts may be given."""

    def made(state: State = State.COMPLETED, **values: Any) -> Submission:
        number = Submission.objects.filter(institution=values.get("institution", alpine)).count() + 1
        counts = values.pop("counts", (0, 0, 0))
        defaults: dict[str, Any] = {
            "institution": alpine,
            "number": number,
            "uploaded_by": anna,
            "file_name": f"delivery-{number}.csv",
            "bytes": 2048,
            "sha256": f"{number:064x}",
            "content_kind": "csv",
            "state": state,
            "state_since": timezone.now(),
            "attempt": 1,
            "verdict": Verdict.PASSED if state == State.COMPLETED else "",
            "object_bucket": "fundgate-000000000000-alpine-am-landing",
            "object_key": "somewhere/original",
            "object_version": "v1",
            "created_at": timezone.now() - timedelta(minutes=100 - number),
        }
        for name, count in zip(("error_count", "warning_count", "info_count"), counts, strict=True):
            defaults[name] = count
        return Submission.objects.create(**(defaults | values))

    return made


@pytest.fixture(scope="session")
def embedded_store() -> Iterator[Home]:
    """An embedded AWS with Alpine's buckets, and nothing else."""
    with tempfile.TemporaryDirectory(prefix="fundgate-dashboard-") as folder:
        home = Home(path=Path(folder).resolve(), port=free_port(), aws_port=free_port())
        home.make()
        server = embedded.child(home)
        server.environment["FUNDGATE_CHECKPOINT_SECONDS"] = "3600"  # nothing here outlives the tests
        server.grace = 0
        server.start()
        try:
            embedded.wait_until_ready(home, server)
            s3 = embedded.deployer("s3", home)
            for area in AREAS:
                bucket_of(s3, "alpine-am", area)
            yield home
        finally:
            server.stop()


@pytest.fixture
def store(embedded_store: Home, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The embedded store, reachable for signed-in members; who gets which credentials is tested elsewhere."""
    # clients are kept by their credentials: no other store of this process may have the same
    reaching = Credentials(
        "test", f"of-{embedded_store.aws_port}", "", datetime.now(UTC) + timedelta(hours=1)
    )
    monkeypatch.setitem(os.environ, "AWS_ENDPOINT_URL", embedded_store.aws_url)
    monkeypatch.setattr(credential_cache, "credentials_for", lambda id_token: reaching)
    return embedded.deployer("s3", embedded_store)


@pytest.fixture
def checked(store: Any, make: Make) -> Submission:
    """A delivery with errors, checked by the real rules, its results in the store."""
    return delivered(store, make, DELIVERY)


@pytest.fixture
def receipt_key(store: Any, embedded_store: Home, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key in the embedded AWS that receipts are signed with."""
    make_receipt_key(embedded_store, settings, monkeypatch)


@pytest.fixture
def unknown(store: Any, make: Make) -> Submission:
    """A delivery whose layout nobody knows, as Publish tells of it."""
    return unreadable(store, make, UNKNOWN)


@pytest.fixture
def reviewer(alpine: Institution) -> Client:
    return sign_in(member(alpine, "rita", "reviewer"), "alpine-am")


@pytest.fixture
def rulebook(store: Any, alpine: Institution, anna: User) -> RulebookVersion:
    """A rulebook of Alpine that is in force: one rule off, one of its own."""
    return put_rulebook(store, alpine, anna, RULEBOOK)


def put_rulebook(store: Any, institution: Institution, user: User, document: Any) -> RulebookVersion:
    """A version of the rulebook as the service leaves it."""
    body = json.dumps(document, sort_keys=True).encode()
    kept = store.put_object(Bucket=results_of(institution), Key=CURRENT, Body=body)
    return RulebookVersion.objects.create(
        institution=institution,
        number=RulebookVersion.objects.filter(institution=institution).count() + 1,
        sha256=hashlib.sha256(body).hexdigest(),
        bytes=len(body),
        object_version=kept["VersionId"],
        reason="It was agreed.",
        saved_by=user,
        saved_at=timezone.now(),
    )


def version_in_force(store: Any, institution: Institution, key: str = CURRENT) -> str:
    """The object version of the rulebook, or another decision, that lies in the bucket now, "" for none."""
    try:
        found: str = store.head_object(Bucket=results_of(institution), Key=key)["VersionId"]
    except ClientError:
        return ""
    return found


def results_of(institution: Institution) -> str:
    return f"fundgate-000000000000-{institution.code}-results"
