"""Mappings and the rulebook over the API of the running system: read by members, written by reviewers."""

import json
from typing import Any

import pytest
import requests

from infra.local.home import ROOT
from ingestion.pipeline.layout import fingerprint
from tests.fixtures.system import System
from tests.portal.api.test_api import Caller, is_problem

pytestmark = pytest.mark.system
UNKNOWN = (ROOT / "docs" / "samples" / "unknown-layout.csv").read_bytes().replace(b"PMS_", b"API_")
FINGERPRINT = "cd" * 32


class Writer(Caller):
    def put(self, path: str, body: Any, **headers: str) -> requests.Response:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = {"Content-Type": "application/json"}
        return requests.put(self.base + path, data, headers=self.headers | kind | headers, timeout=30)


@pytest.fixture(scope="module")
def reviewer(system: System) -> Writer:
    return Writer(system, "alpine-am", "reviewer")


@pytest.fixture(scope="module")
def uploader(system: System) -> Writer:
    return Writer(system, "alpine-am", "uploader")


@pytest.fixture(scope="module")
def outsider(system: System) -> Writer:
    return Writer(system, "borealis-insurance", "admin")


def mapping(**other: Any) -> dict[str, Any]:
    return {
        "format": 1, "fingerprint": FINGERPRINT, "template": "HOLDINGS", "version": "1.0", "header_row": 1,
        "sheet": None, "columns": {"isin": 2, "name": 3, "quantity": 4}, "decimal": None,
    } | other  # fmt: skip


def change(document: Any, version: str = "", reason: str = "") -> dict[str, Any]:
    return {"version": version, "reason": reason, "document": document}


def test_a_mapping_is_written_by_a_reviewer_and_read_by_the_institution_only(
    reviewer: Writer, uploader: Writer, outsider: Writer
) -> None:
    path = f"mappings/{FINGERPRINT}/"
    assert is_problem(uploader.put(path, change(mapping())), 403)
    written = reviewer.put(path, change(mapping())).json()
    assert (written["template"], written["columns"], written["in_use"]) == ("HOLDINGS", 3, True)
    assert uploader.get(path).json() == written
    assert written["document"] == mapping()
    listed = uploader.get("mappings/").json()["results"]
    assert [one for one in listed if one["fingerprint"] == FINGERPRINT] == [
        {name: value for name, value in written.items() if name != "document"}
    ]
    assert is_problem(outsider.get(path), 404)
    assert is_problem(outsider.get(f"{path}versions/"), 404)
    assert FINGERPRINT not in outsider.get("mappings/").text


def test_a_mapping_made_by_a_program_is_used_for_the_next_file(reviewer: Writer, system: System) -> None:
    api = system.api(role="reviewer")
    sent = reviewer.post("submissions/", files={"file": ("positions.csv", UNKNOWN)}).json()
    first = api.wait(sent["id"])
    assert (first["verdict"], first["code"]) == ("unreadable", "TEMPLATE_UNKNOWN")
    name = fingerprint(UNKNOWN.decode().splitlines()[0].split(";"))
    assert reviewer.put(f"mappings/{name}/", change(mapping(fingerprint=name))).status_code == 200
    again = reviewer.post("submissions/", files={"file": ("positions.csv", UNKNOWN + b"\n")}).json()
    assert api.wait(again["id"])["template"] == "HOLDINGS"


def test_a_mapping_is_changed_with_a_reason_by_who_knows_the_one_in_use(reviewer: Writer) -> None:
    name = "ac" * 32
    path, document = f"mappings/{name}/", mapping(fingerprint=name)
    first = reviewer.put(path, change(document)).json()
    more = document | {"columns": document["columns"] | {"price": 5}}
    assert is_problem(reviewer.put(path, change(more, first["version"])), 400)
    second = reviewer.put(path, change(more, first["version"], "The price too.")).json()
    late = reviewer.put(path, change(document, first["version"], "Late."))
    assert (is_problem(late, 409), late.json()["code"]) == (True, "MAPPING_CHANGED")
    aside = reviewer.put(path, change(None, second["version"], "Nobody sends it any more.")).json()
    assert (aside["in_use"], aside["document"]) == (False, None)
    listed = reviewer.get(f"{path}versions/").json()["results"]
    assert [(one["number"], one["reason"], one["in_use"]) for one in listed] == [
        (3, "Nobody sends it any more.", False), (2, "The price too.", True), (1, "", True),
    ]  # fmt: skip
    assert reviewer.get(f"{path}versions/1/").json()["document"] == document
    assert reviewer.get(f"{path}versions/3/").json()["document"] is None
    assert is_problem(reviewer.get(f"{path}versions/4/"), 404)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (change(mapping(columns={"name": 3})), 422),
        (change(mapping(fingerprint="ef" * 32)), 400),
        (mapping(), 400),
        (b"{", 400),
        (b"[" * 50_000, 400),
        ([], 400),
        (b" " * 600_000, 413),
    ],
)
def test_what_is_no_mapping_is_refused_in_words(reviewer: Writer, body: Any, status: int) -> None:
    answer = reviewer.put(f"mappings/{FINGERPRINT}/", body)
    assert is_problem(answer, status)
    assert (status == 422) == bool(answer.json().get("problems"))


def test_a_rulebook_is_replaced_only_by_who_knows_the_one_in_force(
    reviewer: Writer, uploader: Writer
) -> None:
    before = uploader.get("rulebook/").json()
    wanted = change({"format": 1, "title": f"After {before['number']}"}, before["version"], "It was agreed.")
    assert is_problem(uploader.put("rulebook/", wanted), 403)
    after = reviewer.put("rulebook/", wanted).json()
    assert after["number"] == (before["number"] or 0) + 1
    assert (after["document"], after["version"] != before["version"]) == (wanted["document"], True)
    assert uploader.get("rulebook/").json() == after
    late = reviewer.put("rulebook/", wanted | {"document": {"format": 1, "title": "Late"}})
    assert is_problem(late, 409)
    assert late.json()["code"] == "RULEBOOK_CHANGED"
    assert uploader.get("rulebook/").json() == after


def test_what_is_wrong_with_a_rulebook_is_said_with_its_place(reviewer: Writer) -> None:
    now = reviewer.get("rulebook/").json()
    rules = {"NO-SUCH-RULE": {"severity": "off"}, "TPT-P02-NET-ASSETS": {"severity": "fatal"}}
    wanted = change({"format": 1, "rules": rules}, now["version"])
    answer = reviewer.put("rulebook/", wanted)
    assert is_problem(answer, 422)
    places = [problem["place"] for problem in answer.json()["problems"]]
    assert places == ["rules, NO-SUCH-RULE", "rules, TPT-P02-NET-ASSETS", "reason"]
    for body in ({}, wanted | {"version": None}, wanted | {"reason": 1}, wanted | {"more": 1}, b"nothing"):
        assert is_problem(reviewer.put("rulebook/", body), 400)
    assert reviewer.get("rulebook/").json() == now


def test_institutions_do_not_see_each_other_s_rulebooks(reviewer: Writer, outsider: Writer) -> None:
    before = reviewer.get("rulebook/").json()
    document = {"format": 1, "title": f"Ours after {before['number']}"}
    reviewer.put(
        "rulebook/", {"version": before["version"], "reason": "It was agreed.", "document": document}
    )
    mine, theirs = reviewer.get("rulebook/").json(), outsider.get("rulebook/").json()
    assert mine["version"]
    assert mine["version"] != theirs["version"]
