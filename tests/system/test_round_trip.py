"""Files through the API to their verdicts, on the whole system."""

import hashlib
import io

import pytest

from infra.local.home import ROOT
from ingestion.aws.layout import STAGES
from portal.client.api import ApiError
from tests.fixtures.canary import parked
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt

pytestmark = pytest.mark.system
SAMPLES = ROOT / "docs" / "samples"


def submit(system: System, content: bytes, name: str = "delivery.csv", **who: str) -> dict:
    api = system.api(**who)
    return api.wait(api.submit(name, io.BytesIO(content))["id"])


def test_a_clean_file_passes(system: System) -> None:
    done = submit(system, tpt(rows=12, seed=501).csv())
    assert (done["state"], done["verdict"], done["counts"]["error"]) == ("COMPLETED", "passed", 0)
    assert [step["state"] for step in done["steps"]] == ["done"] * len(STAGES)


@pytest.mark.parametrize(
    "name", sorted(p.name for p in SAMPLES.glob("tpt-*") if p.suffix in {".csv", ".xlsx", ".xls"})
)
def test_every_tpt_sample_reaches_a_verdict(system: System, name: str) -> None:
    done = submit(system, (SAMPLES / name).read_bytes(), name, institution="cedar-pension")
    assert done["state"] == "COMPLETED"
    assert done["verdict"] == ("failed" if "faulty" in name else "passed")


def test_an_unknown_layout_is_unreadable_with_a_code(system: System) -> None:
    sample = SAMPLES / "unknown-layout.csv"
    done = submit(system, sample.read_bytes(), sample.name)
    assert (done["state"], done["verdict"], done["code"]) == ("COMPLETED", "unreadable", "TEMPLATE_UNKNOWN")


def test_the_same_content_is_recognised(system: System) -> None:
    content = tpt(rows=5, seed=502).csv()
    first = submit(system, content, "a.csv")
    again = system.api().submit("b.csv", io.BytesIO(content))
    assert again["id"] == first["id"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"\x89PNG\r\n\x1a\n" + bytes(2000), "table")],
    ids=["empty", "a picture"],
)
def test_what_is_no_table_is_refused_with_a_sentence_and_not_stored(
    system: System, content: bytes, words: str
) -> None:
    bucket = f"fundgate-{system.settings['FUNDGATE_ACCOUNT_ID']}-alpine-am-landing"
    before = system.aws("s3").list_object_versions(Bucket=bucket).get("Versions", [])
    with pytest.raises(ApiError, match=words):
        system.api().submit("picture.csv", io.BytesIO(content))
    s3 = system.aws("s3")
    assert len(s3.list_object_versions(Bucket=bucket).get("Versions", [])) == len(before)
    assert s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


def test_a_file_of_several_parts_arrives_whole(system: System) -> None:
    content = tpt(rows=16_000, seed=503, funds=40).csv()
    assert len(content) > 8 << 20, "the file must need more than one part"
    done = submit(system, content, "large.csv")
    assert done["state"] == "COMPLETED"
    assert done["sha256"] == hashlib.sha256(content).hexdigest()


def test_no_token_is_left_after_a_run(system: System) -> None:
    submit(system, tpt(rows=5, seed=504).csv())
    assert parked(system) == []


def test_another_institution_sees_nothing_of_it(system: System) -> None:
    done = submit(system, tpt(rows=5, seed=505).csv())
    for role in ("viewer", "admin"):
        outsider = system.api("borealis-insurance", role)
        with pytest.raises(ApiError):
            outsider.submission(done["id"])
        with pytest.raises(ApiError):
            list(outsider.findings(done["id"]))
    member = system.api("alpine-am", "viewer")
    assert member.submission(done["id"])["verdict"] == "passed"
    assert list(member.findings(done["id"])) == []


def test_a_viewer_may_not_upload_and_an_uploader_may(system: System) -> None:
    content = tpt(rows=5, seed=506).csv()
    with pytest.raises(ApiError):
        system.api(role="viewer").submit("a.csv", io.BytesIO(content))
    assert submit(system, content, role="uploader")["state"] == "COMPLETED"
