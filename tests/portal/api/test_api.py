"""The API on the running system: what its document promises, for whom, and in which words it refuses."""

import re
import time
from typing import Any

import pytest
import requests
import yaml

from portal.api.urls import urlpatterns
from tests.fixtures.system import System
from tests.tools.generate_samples import FAULTY, tpt

pytestmark = pytest.mark.system
NOBODY = "00000000-0000-4000-8000-000000000000"


class Caller:
    """One person's calls; `get` and `post` answer with the plain response."""

    def __init__(self, system: System, institution: str, role: str) -> None:
        self.base = f"{system.url}/api/v1/"
        self.headers = {"Authorization": f"Bearer {system.id_token(institution, role)}"}

    def get(self, path: str, **query: Any) -> requests.Response:
        return requests.get(self.base + path, headers=self.headers, params=query, timeout=20)

    def post(self, path: str, **body: Any) -> requests.Response:
        return requests.post(self.base + path, headers=self.headers, timeout=30, **body)


@pytest.fixture(scope="module")
def owner(system: System) -> Caller:
    return Caller(system, "alpine-am", "uploader")


@pytest.fixture(scope="module")
def viewer(system: System) -> Caller:
    return Caller(system, "alpine-am", "viewer")


@pytest.fixture(scope="module")
def outsider(system: System) -> Caller:
    return Caller(system, "borealis-insurance", "admin")


@pytest.fixture(scope="module")
def checked(system: System) -> dict[str, Any]:
    """A faulty TPT file of the owner's institution with its verdict."""
    api = system.api()
    receipt = api._call(
        "POST",
        "/api/v1/submissions/",
        files={"file": ("faulty.csv", tpt(rows=200, kinds=FAULTY, seed=77).csv())},
    )
    return api.wait(receipt["id"])


def is_problem(answer: requests.Response, status: int) -> bool:
    body = answer.json()
    return (
        answer.status_code == body["status"] == status
        and answer.headers["Content-Type"] == "application/problem+json"
        and {"title", "detail", "code", "request_id"} <= set(body)
    )


def test_a_submission_tells_state_verdict_counts_and_steps(checked: dict[str, Any]) -> None:
    assert (checked["state"], checked["verdict"], checked["code"]) == ("COMPLETED", "failed", "")
    assert checked["counts"]["error"] > 0
    assert [(step["name"], step["state"]) for step in checked["steps"]] == [
        ("inspect", "done"),
        ("parse", "done"),
        ("transform", "done"),
        ("validate", "done"),
        ("quality", "done"),
        ("publish", "done"),
    ]
    assert checked["index_card"]["rows"] == 200


def test_pages_of_findings_hold_every_finding_once_and_filters_narrow_them(
    owner: Caller, checked: dict[str, Any]
) -> None:
    path = f"submissions/{checked['id']}/findings/"
    first = owner.get(path, size=7).json()
    total = sum(checked["counts"].values())
    assert first["total"] == total
    pages = [owner.get(path, size=7, page=page).json() for page in range(1, first["pages"] + 1)]
    rows = [row for page in pages for row in page["results"]]
    assert len(rows) == total
    ranks = [["error", "warning", "info"].index(row["severity"]) for row in rows]
    assert ranks == sorted(ranks)
    errors = owner.get(path, severity="error", size=500).json()
    assert errors["results"] == [row for row in rows if row["severity"] == "error"]
    rule = rows[0]["rule"]
    assert {row["rule"] for row in owner.get(path, rule=rule).json()["results"]} == {rule}
    assert owner.get(path, rule="NO-SUCH-RULE").json()["total"] == 0
    field = next(row["field"] for row in rows if row["row"] and row["value"])
    of_field = owner.get(path, field=field, order="row", size=500).json()["results"]
    wanted = [row for row in rows if row["field"] == field]
    assert of_field == sorted(wanted, key=lambda row: row["row"])
    assert owner.get(path, text="no such words").json()["total"] == 0
    assert is_problem(owner.get(path, order="backwards"), 400)
    assert is_problem(owner.get(path, page=0), 400)


def test_a_run_tells_what_became_of_each_state(owner: Caller, checked: dict[str, Any]) -> None:
    path = f"submissions/{checked['id']}/run/"
    run = owner.get(path).json()
    states = {state["name"]: state for state in run["states"]}
    assert (run["attempt"], run["state"], run["remembered"]) == (1, "COMPLETED", True)
    assert run["path"][:3] == ["Inspect", "CallbackInspect", "IsRecognised"]
    assert (states["Validate"]["status"], states["Validate"]["tries"]) == ("done", 1)
    assert states["Validate"]["seconds"] > 0
    assert states["ParseFailed"]["status"] in ("pending", "skipped")  # what follows the verdict may go on
    assert owner.get(path, attempt=1).json()["path"][:3] == run["path"][:3]
    assert is_problem(owner.get(path, attempt=2), 404)
    assert is_problem(owner.get(path, attempt=0), 400)


@pytest.mark.parametrize("path", ["submissions/{id}/", "submissions/{id}/findings/", "submissions/{id}/run/"])
def test_only_the_owner_s_institution_finds_it(
    owner: Caller, viewer: Caller, outsider: Caller, checked: dict[str, Any], path: str
) -> None:
    assert owner.get(path.format(id=checked["id"])).status_code == 200
    assert viewer.get(path.format(id=checked["id"])).status_code == 200
    assert is_problem(outsider.get(path.format(id=checked["id"])), 404)
    assert is_problem(owner.get(path.format(id=NOBODY)), 404)


def test_lists_hold_the_own_institution_s_submissions_only(
    owner: Caller, outsider: Caller, checked: dict[str, Any]
) -> None:
    def ids(caller: Caller) -> set[str]:
        return {one["id"] for one in caller.get("submissions/", size=500).json()["results"]}

    assert checked["id"] in ids(owner)
    assert checked["id"] not in ids(outsider)
    assert checked["id"] in {
        one["id"] for one in owner.get("submissions/", verdict="failed", size=500).json()["results"]
    }
    assert checked["id"] not in {
        one["id"] for one in owner.get("submissions/", state="FAILED", size=500).json()["results"]
    }
    assert is_problem(owner.get("submissions/", state="NONSENSE"), 400)


def test_without_a_token_or_with_a_wrong_one_nobody_gets_anything(
    system: System, owner: Caller, checked: dict[str, Any]
) -> None:
    for path in ("submissions/", f"submissions/{checked['id']}/", f"submissions/{checked['id']}/findings/"):
        for headers in ({}, {"Authorization": "Bearer x.y.z"}, {"Authorization": "Basic eDp5"}):
            answer = requests.get(owner.base + path, headers=headers, timeout=20)
            assert is_problem(answer, 401)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert owner.get(path).status_code == 200


def test_a_viewer_may_not_upload_and_an_uploader_may(owner: Caller, viewer: Caller) -> None:
    content = tpt(rows=20, seed=501).csv()
    assert is_problem(viewer.post("submissions/", files={"file": ("a.csv", content)}), 403)
    assert owner.post("submissions/", files={"file": ("a.csv", content)}).status_code == 201


def test_an_upload_is_one_file_in_a_form(owner: Caller) -> None:
    two = [("file", ("a.csv", tpt(rows=5, seed=502).csv())), ("file", ("b.csv", tpt(rows=5, seed=503).csv()))]
    assert is_problem(owner.post("submissions/", files=two), 400)
    assert is_problem(owner.post("submissions/", json={"file": "x"}), 415)
    assert is_problem(owner.post("submissions/", data={"file": "x"}), 415)
    assert is_problem(owner.post("submissions/", files={}, data={}), 415)
    one = owner.post("submissions/", files={"file": ("a.csv", tpt(rows=5, seed=502).csv())})
    assert one.status_code == 201  # nothing of the refused pair was kept, so this is no duplicate


def test_a_file_of_another_template_than_expected_says_so_and_a_fitting_one_is_checked(
    system: System, owner: Caller
) -> None:
    content = tpt(rows=20, seed=505).csv()

    def sent(expected: str) -> requests.Response:
        body = {"files": {"file": ("a.csv", content)}, "data": {"expected_template": expected}}
        return owner.post("submissions/", **body)

    refused = sent("PDF")
    assert is_problem(refused, 400)
    assert "expected_template" in refused.json()["detail"]
    receipt = sent("EMT").json()
    assert (receipt["expected_template"], receipt["duplicate"]) == ("EMT", False)
    ended = system.api().wait(receipt["id"])
    assert (ended["verdict"], ended["code"]) == ("unreadable", "TEMPLATE_NOT_EXPECTED")
    fitting = sent("tpt")
    assert fitting.status_code == 201, "what was no EMT is not taken for an answer about a TPT"
    assert system.api().wait(fitting.json()["id"])["verdict"] == "passed"
    assert sent("").json()["id"] == fitting.json()["id"]


def test_a_file_is_only_checked_and_a_delivery_is_withdrawn_with_a_reason(
    system: System, owner: Caller, viewer: Caller, outsider: Caller
) -> None:
    content = {"files": {"file": ("a.csv", tpt(rows=20, seed=506).csv())}}
    assert is_problem(owner.post("submissions/?check_only=perhaps", **content), 400)
    check = owner.post("submissions/?check_only=true", **content).json()
    given = owner.post("submissions/", data={"reason": "New prices."}, **content).json()
    assert (check["check_only"], given["check_only"], given["reason"]) == (True, False, "New prices.")
    for one in (check, given):
        system.api().wait(one["id"])
    assert owner.get(f"submissions/{check['id']}/findings/").status_code == 200
    path = f"submissions/{given['id']}/withdraw/"
    assert is_problem(viewer.post(path, json={"reason": "No."}), 403)
    assert is_problem(outsider.post(path, json={"reason": "No."}), 404)
    assert owner.post(path, json={}).json()["code"] == "REASON_NEEDED"
    gone = owner.post(path, json={"reason": "Wrong month."}).json()
    assert (gone["state"], gone["verdict"], gone["withdrawal"]) == ("WITHDRAWN", "passed", "Wrong month.")
    assert is_problem(owner.post(path, json={"reason": "Again."}), 409)
    assert is_problem(owner.post(f"submissions/{check['id']}/withdraw/", json={"reason": "It too."}), 409)


def test_findings_of_an_unfinished_submission_are_a_404_that_says_so(owner: Caller) -> None:
    receipt = owner.post("submissions/", files={"file": ("new.csv", tpt(rows=50, seed=504).csv())}).json()
    answer = owner.get(f"submissions/{receipt['id']}/findings/")
    assert is_problem(answer, 404)
    assert answer.json()["code"] == "NO_RESULT"


def test_the_document_describes_every_address_and_its_sign_in(system: System) -> None:
    document = yaml.safe_load(requests.get(f"{system.url}/api/schema/", timeout=20).text)
    routes = [str(one.pattern) for one in urlpatterns if one.name != "api_schema"]
    assert set(document["paths"]) == {"/api/" + re.sub(r"<\w+:(\w+)>", r"{\1}", route) for route in routes}
    assert len(routes) > 10
    upload = document["paths"]["/api/v1/submissions/"]["post"]
    assert "multipart/form-data" in upload["requestBody"]["content"]
    form = upload["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["required"] == ["file"]
    assert "TPT" in form["properties"]["expected_template"]["enum"]
    assert {"200", "201", "400", "401", "403", "413", "415", "429"} <= set(upload["responses"])
    assert upload["security"] == [{"idToken": []}]
    assert document["components"]["securitySchemes"]["idToken"]["scheme"] == "bearer"


def test_files_are_named_when_they_are_there_and_read_by_their_institution_only(
    checked: dict[str, Any], viewer: Caller, outsider: Caller
) -> None:
    path = f"submissions/{checked['id']}/files/"
    deadline = time.monotonic() + 60
    while "annotated.xlsx" not in (names := viewer.get(path).json()["files"]):  # comes after the verdict
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert {"original", "holdings.parquet", "holdings.csv"} <= set(names)
    assert viewer.get(path + "annotated.xlsx").content.startswith(b"PK")
    assert viewer.get(path + "holdings.parquet").content.startswith(b"PAR1")
    assert len(viewer.get(path + "holdings.csv").text.splitlines()) == 201
    for name in (*names, ""):
        assert is_problem(outsider.get(path + name), 404)
    for name in ("verdict.json", "findings.parquet", "costs.csv", "holdings.xlsx"):
        assert is_problem(viewer.get(path + name), 404)


def test_a_receipt_is_signed_and_given_to_its_institution_only(
    checked: dict[str, Any], viewer: Caller, outsider: Caller
) -> None:
    sealed = viewer.get(f"submissions/{checked['id']}/receipt/").json()
    assert sealed["receipt"]["file"]["sha256"] == checked["sha256"]
    assert sealed["receipt"]["check"]["counts"] == checked["counts"]
    assert sealed["signature"]["algorithm"] == "ECDSA_SHA_256"
    assert is_problem(outsider.get(f"submissions/{checked['id']}/receipt/"), 404)
