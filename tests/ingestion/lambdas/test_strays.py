"""The janitor deletes a stray only once it is recorded, and says how many are gone."""

import json
import time
from typing import Any

import pytest

from ingestion.aws.errors import AwsUnavailable
from ingestion.lambdas.janitor import strays

KEYS = ["from/alpine-am/a", "from/alpine-am/b", "from/alpine-am/c"]
FOUND = {"owners": [], "places": 0, "nameless": 3, "versions": 3}
NOTHING = {"owners": [], "places": 0, "nameless": 0, "versions": 0}
FIRST, NEXT = "2026-03-02T03:00:00+00:00", "2026-03-02T09:00:00+00:00"


class Bucket:
    """An exchange bucket in which nothing bears a name of ours; `refused` cannot be deleted."""

    def __init__(self, *refused: str) -> None:
        self.keys, self.refused = list(KEYS), refused

    def list_object_versions(self, **_: Any) -> dict[str, Any]:
        return {"Versions": [{"Key": key, "VersionId": "1"} for key in self.keys], "IsTruncated": False}

    def delete_objects(self, *, Delete: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803 - of the API
        wanted = [each["Key"] for each in Delete["Objects"]]
        self.keys = [key for key in self.keys if key not in wanted or key in self.refused]
        stay = [{"Key": key, "Code": "AccessDenied"} for key in wanted if key in self.refused]
        return {"Errors": stay} if stay else {}


class Portal:
    """Wants this bucket looked through once; `noted` is what it answers when told what is to be deleted."""

    def __init__(self, bucket: Bucket, noted: str | None = NEXT, *, away: bool = False) -> None:
        self.bucket, self.noted, self.away = bucket, noted, away
        self.told: list[tuple[str | None, str, dict[str, Any], int]] = []

    def __call__(self, kind: str, **asked: Any) -> dict[str, Any]:
        if kind == "look":
            return {"recipient": None if self.told else "borealis", "after": "", "since": FIRST}
        if kind == "strays":
            return {"strays": [], "stray_rulebooks": []}
        if self.away:
            raise AwsUnavailable("Http503", "Callback")
        self.told.append((asked["since"], asked["after"], asked["strays"], len(self.bucket.keys)))
        return {"noted": self.noted}


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNDGATE_ACCOUNT_ID", "000000000000")


def swept(portal: Portal, patched: pytest.MonkeyPatch) -> int:
    patched.setattr(strays, "asked", portal)
    return strays.sweep(portal.bucket, time.monotonic() + 5)


def test_a_stray_is_recorded_before_it_is_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    portal = Portal(bucket := Bucket())
    assert swept(portal, monkeypatch) == 3 and bucket.keys == []
    assert portal.told == [(FIRST, "", FOUND, 3)]


def test_what_cannot_be_recorded_is_not_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = Bucket()
    with pytest.raises(AwsUnavailable):
        swept(Portal(bucket, away=True), monkeypatch)
    assert bucket.keys == KEYS
    assert swept(Portal(bucket, noted=None), monkeypatch) == 0 and bucket.keys == KEYS, (
        "another had it recorded"
    )


def test_one_that_s3_refuses_to_delete_is_logged_and_the_others_are_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    portal = Portal(bucket := Bucket(KEYS[1]))
    assert swept(portal, monkeypatch) == 2 and bucket.keys == [KEYS[1]]
    assert portal.told == [(FIRST, "", FOUND, 3), (NEXT, "", NOTHING, 1)], "it is not found at once again"
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert line["exception"] == "NotAllDeleted" and line["aws"] == ["DeleteObjects", "AccessDenied"]
