"""A take-out holds every byte that was stored and every record, and nothing else; it can be broken off."""

import hashlib
import io
import json
import zipfile
from typing import Any, BinaryIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ingestion.web.models import Submission
from portal.accounts.models import Institution, Membership, User
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.client import takeouts as client
from portal.custody.models import Part, TakeOut
from portal.custody.services import counting
from tests.portal import programs
from tests.portal.custody.conftest import Buckets
from tests.portal.custody.subjects import takeout_of

pytestmark = [pytest.mark.aws, pytest.mark.django_db]


def begun(admin: Client) -> TakeOut:
    assert admin.post("/institution/takeout/").status_code == 302
    return TakeOut.objects.get()


def counted(admin: Client) -> TakeOut:
    """Counted to the end, as somebody without scripts does it."""
    takeout = begun(admin)
    for _ in range(50):
        if takeout.state == TakeOut.State.READY:
            return takeout
        assert admin.post(reverse("count_takeout", args=[takeout.pk])).status_code == 302
        takeout.refresh_from_db()
    raise AssertionError("counting comes to no end")


def fetched(admin: Client, takeout: TakeOut, number: int) -> bytes:
    response: Any = admin.get(reverse("takeout_part", args=[takeout.pk, number]))
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def unpacked(admin: Client, takeout: TakeOut) -> dict[str, bytes]:
    """All files of all parts, as they lie in one folder then; none has the name of another."""
    files: dict[str, bytes] = {}
    for part in takeout.parts.all():
        with zipfile.ZipFile(io.BytesIO(fetched(admin, takeout, part.number))) as archive:
            for name in archive.namelist():
                assert name not in files
                files[name] = archive.read(name)
    return files


def listed(files: dict[str, bytes]) -> list[dict[str, Any]]:
    """What the manifests of the parts list of the buckets."""
    manifests = [json.loads(body) for name, body in files.items() if name.endswith(".manifest.json")]
    return [each for one in manifests for each in one["files"] if "version" in each]


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few objects make many steps and parts."""
    monkeypatch.setattr(counting.count, "__kwdefaults__", {"most": 3})
    monkeypatch.setattr(counting, "PART_OBJECTS", 2)


def test_reopened_it_is_byte_for_byte_what_lay_in_the_buckets(
    admin: Client, buckets: Buckets, delivery: Submission, small_steps: None
) -> None:
    takeout = counted(admin)
    files = unpacked(admin, takeout)
    found = {(each["area"], each["key"], each["version"]): files[each["path"]] for each in listed(files)}
    areas = ("landing", "results", "interim")
    stored = {(area, key, version): body for area in areas for key, version, body in buckets.versions(area)}
    left_out = {place for place in stored if place not in found}
    assert found == {place: body for place, body in stored.items() if place not in left_out}
    assert {(area, key.split("/")[0]) for area, key, _ in left_out} == {
        ("landing", "check"), ("results", "by-fund"), ("interim", str(delivery.id)),
    }  # fmt: skip
    assert all(key.endswith("delivery.parquet") for area, key, _ in left_out if area == "interim")
    assert takeout.parts.count() > 4, "steps and parts were small"
    assert sum(part.objects_counted for part in takeout.parts.all()) == len(found) == 10


def test_names_say_whose_they_are_and_lead_nowhere_else(admin: Client, delivery: Submission) -> None:
    files = unpacked(admin, counted(admin))
    folder = f"submissions/{delivery.number:06d}"
    assert files[f"{folder}/original/_.._Zürich_ 2025_12.csv"] == b"a;b\r\n1;2\r\n"
    assert files[f"{folder}/attempt-2/verdict.json"] == b"{}{}"
    assert files["control/rulebooks/current.json"] == b'{"rules": 3}', "the newest has the plain name"
    earlier = [name for name in files if name.startswith("control/rulebooks/current.version-")]
    assert {files[name] for name in earlier} == {b'{"rules": 1}', b'{"rules": 2}'}
    assert not [name for name in files if ".." in name.split("/") or name.startswith("/")]


def test_a_list_of_many_asks_the_database_as_often_as_a_list_of_one(
    admin: Client, zermatt: Institution, zoe: User
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            page = admin.get("/institution/takeout/")
        assert page.text.count("2\xa0KB") == TakeOut.objects.count()
        return len(queries)

    for _ in range(2):  # the first page of a session asks for more
        takeout_of(zermatt, zoe).parts.exclude(area="landing").delete()
        one = asked()
    takeout_of(zermatt, zoe).parts.exclude(area="landing").delete()
    assert asked() == one


def test_keys_that_would_have_one_name_are_told_apart(
    admin: Client, buckets: Buckets, delivery: Submission
) -> None:
    keys = ["stray/a?b", "stray/a*b", "../a", f"{delivery.id}/1/tables/../../x"]
    for key in keys:
        buckets.put("results", key, key.encode())
    files = unpacked(admin, counted(admin))
    assert {files[each["path"]].decode() for each in listed(files) if each["key"] in keys} == set(keys)
    assert not [name for name in files if ".." in name.split("/")]


def test_two_who_count_at_once_count_nothing_twice(
    admin: Client, delivery: Submission, small_steps: None
) -> None:
    takeout = begun(admin)
    found = counting.Found([counting.Cut("", "a", 1, 10)], "a")
    for _ in range(2):  # both looked from the same place on
        counting._go_on(takeout, found)
    assert list(takeout.parts.values_list("number", "until_key")) == [(1, ""), (2, "a")]


def test_every_file_is_listed_with_its_hash(admin: Client, delivery: Submission) -> None:
    files = unpacked(admin, counted(admin))
    sums = [
        line for name, body in files.items() if name.endswith(".sha256") for line in body.decode().split("\n")
    ]
    told = {line[66:]: line[:64] for line in sums if line}
    own = {name for name in files if name.startswith("part-")}
    assert told.keys() == files.keys() - own
    assert all(hashlib.sha256(files[path]).hexdigest() == told[path] for path in told)


def test_it_holds_the_records_up_to_its_beginning_and_the_whole_audit_trail(
    admin: Client, delivery: Submission, zermatt: Institution, borealis: Institution
) -> None:
    person = Membership.objects.get(institution=zermatt).user
    token, secret = programs.token_of(programs.account_of(zermatt, person))
    takeout = counted(admin)
    files = unpacked(admin, takeout)
    (told,) = json.loads(files["records/submissions.json"])
    assert (told["id"], told["file_name"]) == (str(delivery.id), delivery.file_name)
    assert json.loads(files["records/grants-given.json"]) == []
    assert [each["role"] for each in json.loads(files["records/members.json"])] == ["admin"]
    (program,) = json.loads(files["records/api-tokens.json"])
    assert program["id"] == str(token.pk) and token.hash not in str(program) and secret not in str(program)
    trail = json.loads(files["audit/records.json"])["records"]
    mine = AuditRecord.objects.filter(institution_id=zermatt.pk, number__lte=takeout.audit_number)
    assert [each["hash"] for each in trail] == list(mine.order_by("number").values_list("hash", flat=True))
    assert trail[-1]["tag"] == AuditTag.TAKE_OUT_STARTED
    assert str(borealis.pk).encode() not in b"".join(files.values())


def test_beginning_and_each_fetching_are_recorded_once(
    admin: Client, delivery: Submission, zermatt: Institution
) -> None:
    takeout = counted(admin)
    unpacked(admin, takeout)
    tags = AuditRecord.objects.filter(institution_id=zermatt.pk, subject_id=str(takeout.pk))
    parts = [record.detail["part"] for record in tags.filter(tag=AuditTag.TAKE_OUT_FETCHED)]
    assert parts == list(takeout.parts.values_list("number", flat=True))
    assert tags.filter(tag=AuditTag.TAKE_OUT_STARTED).count() == 1


def test_a_part_that_broke_off_is_fetched_anew_and_counts_only_then(
    admin: Client, delivery: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    takeout = counted(admin)
    response: Any = admin.get(reverse("takeout_part", args=[takeout.pk, 2]))
    begin = next(iter(response.streaming_content))
    with monkeypatch.context() as patched:  # the end of a request leaves the connection of a test open
        patched.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)
        response.close()
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(begin))
    assert Part.objects.get(takeout=takeout, number=2).taken_at is None
    fetched(admin, takeout, 2)
    assert Part.objects.get(takeout=takeout, number=2).taken_at is not None


def test_before_all_is_counted_there_is_nothing_to_fetch(admin: Client, delivery: Submission) -> None:
    takeout = begun(admin)
    assert "Count now" in admin.get(reverse("takeout", args=[takeout.pk])).text
    assert admin.get(reverse("takeout_part", args=[takeout.pk, 1])).status_code == 409
    page = admin.post(reverse("count_takeout", args=[takeout.pk]), headers={"HX-Request": "true"}).text
    assert 'hx-trigger="submit, load"' in page, "the page goes on by itself"
    assert "<html" not in page


def test_what_retention_deleted_meanwhile_and_what_was_exchanged_is_said(
    admin: Client, buckets: Buckets, delivery: Submission
) -> None:
    delivery.sha256 = "0" * 64
    delivery.save()
    takeout = counted(admin)
    stored = buckets.versions("results")
    key, version = next((key, version) for key, version, _ in stored if key.endswith("verdict.json"))
    buckets.s3.delete_object(Bucket=buckets.name("results"), Key=key, VersionId=version)
    unpacked(admin, takeout)
    files = unpacked(admin, takeout)  # fetched twice it counts once
    (changed,) = [each for each in listed(files) if each["recorded_sha256"] not in (None, each["sha256"])]
    assert changed["area"] == "landing"
    page = admin.get(reverse("takeout", args=[takeout.pk])).text
    assert "One object was deleted by its retention" in page
    assert "One object is not the one whose hash was recorded" in page


def test_the_command_line_fetches_all_proves_it_and_goes_on_where_it_was(
    admin: Client, delivery: Submission, tmp_path: Any
) -> None:
    class Api:
        """What portal.client.api calls, answered by the pages."""

        portal, calls = "http://portal.example", list[int]()

        def begin_takeout(self) -> dict[str, Any]:
            return self.takeout(str(begun(admin).pk))

        def takeout(self, identifier: str) -> dict[str, Any]:
            found = TakeOut.objects.get(pk=identifier)
            parts = list(found.parts.values("number", "objects_counted"))
            return {"id": identifier, "state": found.state, "parts": parts}

        def count_takeout(self, identifier: str) -> dict[str, Any]:
            admin.post(reverse("count_takeout", args=[identifier]))
            return self.takeout(identifier)

        def takeout_part(self, identifier: str, number: int, target: BinaryIO) -> None:
            self.calls.append(number)
            target.write(fetched(admin, TakeOut.objects.get(pk=identifier), number))

    api: Any = Api()
    said: list[str] = []
    delivery.sha256 = hashlib.sha256(b"a;b\r\n1;2\r\n").hexdigest()
    delivery.save()
    assert client.fetched(api, tmp_path, said.append) == []
    assert TakeOut.objects.count() == 1
    (tmp_path / "part-0002.zip").unlink()
    assert client.fetched(api, tmp_path, said.append) == []
    assert api.calls[-1] == 2 and api.calls.count(1) == 1
    whole = (tmp_path / "part-0002.zip").read_bytes()
    (tmp_path / "part-0002.zip").write_bytes(whole[: len(whole) // 2])
    assert client.problems_of(tmp_path / "part-0002.zip") == [
        "this is no whole part; delete it and fetch it again"
    ]
