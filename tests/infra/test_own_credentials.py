"""Each value on each page was read with the viewer's own credentials, and none of it stays in the portal."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from django.db import connection

from ingestion.aws import clients, objects
from ingestion.aws.errors import AccessDenied
from ingestion.pipeline import inspect_file, parse_file, validate
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from tests.fixtures.asked import Asked, asked  # noqa: F401
from tests.fixtures.canary import forms, readable, session, two_months, unpacked
from tests.infra.embedded import REGION, Platform
from tests.infra.viewers import Person, Portal
from tests.portal import accepting, exchange, operating, own_rules, programs, recorded, reviews, shared
from tests.portal.custody import subjects as custody
from tests.portal.dashboard.conftest import Make, alpine, anna, borealis, make, rulebook  # noqa: F401
from tests.portal.dashboard.delivered import delivered, unreadable
from tests.portal.decided import expectation, mapping  # noqa: F401
from tests.portal.key_history import History, key_history  # noqa: F401
from tests.portal.notices import subjects as notices
from tests.portal.pages import SHOW, Page, pages
from tests.portal.policies import NOT_FOUND

pytestmark = [pytest.mark.aws, pytest.mark.django_db]

INSTRUMENT, WRONG = "Canary Instrument 90ce41", "canary-type-77b0d2"
HEADER, EXAMPLE = "Canary Header 5e08fa", "Canary Example 11d6c3"
VALUES = (INSTRUMENT, WRONG, HEADER, EXAMPLE)


@pytest.fixture
def portal(platform: Platform, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Portal:
    settings.FUNDGATE_MAILBOX = tmp_path
    return Portal(platform, settings, monkeypatch)


@pytest.fixture
def store(platform: Platform) -> Any:
    """The institution's buckets in the hands of its pipeline: what a run leaves is put there."""
    return platform.server.client("s3", platform.member("alpine-am"))


@pytest.fixture
def viewer(portal: Portal, alpine: Institution) -> Person:  # noqa: F811
    return portal.signed_in(alpine, "viewer")


@pytest.fixture
def looked_at(
    store: Any,
    make: Make,  # noqa: F811
    viewer: Person,
    platform: Platform,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> list[Page]:
    """Every page and file of institution A, about deliveries in whose cells the values stand."""
    months = two_months(31, INSTRUMENT, WRONG)
    *_, latest = (delivered(store, make, data, file_name=name) for name, data in months.items())
    layout = f"{HEADER};X2;X3\n{EXAMPLE};4;5\n{EXAMPLE};6;7\n".encode()
    owner, institution = latest.uploaded_by, latest.institution
    hook = notices.endpoint(institution, owner)
    rule = rule_that_found(WRONG, list(months.values())[-1])
    request.getfixturevalue("rulebook")
    borealis = request.getfixturevalue("borealis")  # noqa: F811
    theirs = platform.server.client("s3", platform.member(borealis.code))
    received = shared.received_by(institution, borealis, theirs, make, list(months.values())[-1])
    subjects = {
        "copy_id": received.pk,
        "submission_id": latest.id,
        "map_columns.submission_id": unreadable(store, make, layout).id,
        "accept_rule.rule_id": rule,
        "acceptance_id": reviews.acceptance_of(latest).id,
        "expectation_id": request.getfixturevalue("expectation").id,
        "fingerprint": request.getfixturevalue("mapping").fingerprint,
        "notice_id": notices.notice(viewer.user, institution).pk,
        "endpoint_id": hook.id,
        "recovery_id": operating.recovery_of(institution).pk,
        "member_id": owner.pk,
        "account_id": programs.arguments("service_account", institution, owner)[0],
        "hold_id": custody.hold_of(institution, owner).pk,
        "takeout_id": custody.takeout_of(institution, owner).pk,
        "letter.name": notices.arguments("letter", institution, owner, viewer.user, tmp_path)[0],
    } | exchange.subjects(institution, owner)
    own_rules.check(store, received)
    subjects |= accepting.subjects(store, latest, owner, request.getfixturevalue("rulebook"))
    return list(pages({name: str(value) for name, value in subjects.items()}, {"value": WRONG, "rule": rule}))


def rule_that_found(value: str, data: bytes) -> str:
    """The rule that minds this value in a delivery."""
    found = validate(parse_file(data, inspect_file(data))).findings.to_pylist()
    return next(str(finding["rule"]) for finding in found if finding["value"] == value)


def shown(response: Any) -> set[str]:
    """Which of the values the answer shows."""
    text = readable(response.getvalue() if response.streaming else response.content)
    return {value for value in VALUES if value in text}


def stores() -> Iterator[tuple[str, bytes]]:
    """Every row of the portal's database, sessions as they were packed."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                yield table, "\n".join(map(str, row)).encode()
                if table == "django_session":
                    yield "a session", session(row[1])


def test_every_page_reads_with_the_credentials_of_who_looks_and_keeps_nothing(
    portal: Portal,
    looked_at: list[Page],
    viewer: Person,
    alpine: Institution,  # noqa: F811
    asked: list[Asked],  # noqa: F811
    key_history: History,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    people = {Role.VIEWER: viewer} | dict.fromkeys(
        (Role.UPLOADER, Role.REVIEWER, Role.ADMIN), portal.signed_in(alpine, "admin")
    )
    showing: defaultdict[str, set[str]] = defaultdict(set)
    for page in looked_at:
        who = people[page.policy.role]
        asked.clear()
        response = who.opens(page)
        assert response.status_code == page.policy.ok, page.address
        seen, keys = shown(response), {one.key for one in asked}
        assert keys <= who.keys, f"{page.address} was read in the name of another"
        assert keys or not seen, f"{page.address} shows values that were not read now"
        showing[page.name] |= seen
        records = recorded.recorded(response, alpine)
        assert records == recorded.expected(page.name, "GET"), f"the trail says of {page.address}"
    assert {name for name, values in showing.items() if values} == SHOW
    program = programs.sending(programs.token_of(programs.account_of(alpine, viewer.user))[1])
    for page in (one for one in looked_at if one.policy.scope):
        asked.clear()
        answer = program.get(page.address)
        assert answer.status_code == page.policy.ok and not shown(answer), page.address
        assert {one.key for one in asked} <= {portal.own_key}, f"{page.address} was read for a program"
    assert set().union(*showing.values()) == set(VALUES)
    handed = jwt.decode(key_history.asked[0]["token"], options={"verify_signature": False})
    assert handed["sub"] == people[Role.ADMIN].user.subject, "the function is told for whom"
    assert portal.own_key not in people[Role.VIEWER].keys | people[Role.ADMIN].keys
    assert not people[Role.VIEWER].keys & people[Role.ADMIN].keys, "each has keys of their own"

    kept = [*stores(), ("the log", caplog.text.encode())]
    for name, content in kept:
        for value in VALUES:
            assert not any(form in unpacked(content) for form in forms(value)), f"{value} stands in {name}"
    assert any(b"audit" in name.encode() for name, _ in kept) and "a session" in dict(kept)


def test_another_institution_s_admin_is_told_of_nothing_and_nothing_is_read(
    portal: Portal,
    looked_at: list[Page],
    borealis: Institution,  # noqa: F811
    asked: list[Asked],  # noqa: F811
    key_history: History,  # noqa: F811
) -> None:
    outsider = portal.signed_in(borealis, "admin")
    refused = set()
    for page in looked_at:
        asked.clear()
        response = outsider.opens(page)
        assert response.status_code == page.policy.answer("B-admin"), page.address
        assert not shown(response), page.address
        if response.status_code == NOT_FOUND:
            refused.add(page.name)
        assert not [one for one in asked if "-alpine-am-" in one.path], page.address
        assert {one.key for one in asked} <= outsider.keys, page.address
    assert refused > {page.name for page in looked_at if page.name in SHOW and page.policy.of_a}


def test_a_request_in_the_portal_s_own_name_would_be_seen_and_is_denied(
    portal: Portal,
    store: Any,
    asked: list[Asked],  # noqa: F811
) -> None:
    bucket = "fundgate-000000000000-alpine-am-results"
    store.put_object(Bucket=bucket, Key="x/1/verdict.json", Body=b"{}")
    asked.clear()
    with pytest.raises(AccessDenied):
        objects.latest(clients.client("s3", region=REGION), bucket, "x/1/verdict.json")
    assert {one.key for one in asked} == {portal.own_key}
