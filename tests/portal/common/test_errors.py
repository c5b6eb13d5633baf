"""Errors as people and machines meet them."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.portal.common.urls import RAISED

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.portal.common.urls")]


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("name", "status"),
    [("down", 503), ("denied", 403), ("gone", 404), ("role", 403), ("none", 404), ("late", 409), ("own", 500),
     ("bug", 500)],
)  # fmt: skip
def test_a_browser_gets_the_designed_page(visitor: Client, name: str, status: int) -> None:
    answer = visitor.get(f"/page/{name}/")
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("text/html")
    assert "<h1" in answer.text
    assert "a value nobody may see" not in answer.text
    assert "Traceback" not in answer.text
    assert visitor.get("/page/fine/").status_code == 200


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [("down", 503, "AWS_UNAVAILABLE"), ("denied", 403, "ACCESS_DENIED"), ("gone", 404, "NOT_FOUND"),
     ("token", 401, "SIGN_IN_NEEDED"), ("role", 403, "NOT_ALLOWED"), ("late", 409, "CONFLICT"),
     ("invalid", 400, "INVALID")],
)  # fmt: skip
def test_the_api_gets_a_problem_with_a_stable_code(
    visitor: Client, name: str, status: int, code: str
) -> None:
    answer = visitor.get(f"/api/v1/{name}/")
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.content)
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["request_id"] == answer["X-Request-Id"]


def test_an_unknown_address_under_the_api_is_a_problem_too(visitor: Client) -> None:
    answer = visitor.get("/api/none/at/all")
    assert answer.status_code == 404
    assert json.loads(answer.content)["code"] == "NOT_FOUND"


def test_what_is_down_may_be_tried_again(visitor: Client) -> None:
    assert visitor.get("/page/down/")["Retry-After"] == "30"
    assert visitor.get("/api/v1/down/")["Retry-After"] == "30"


def test_the_page_carries_the_request_id_that_is_in_the_log(visitor: Client) -> None:
    answer = visitor.get("/page/down/", headers={"X-Request-Id": "chosen-by-the-client"})
    assert answer["X-Request-Id"] != "chosen-by-the-client"
    assert answer["X-Request-Id"] in answer.text


@pytest.mark.parametrize("name", ["token", "sign-in"])
def test_an_ended_sign_in_leads_to_the_sign_in_and_back(visitor: Client, name: str) -> None:
    answer = visitor.get(f"/page/{name}/?page=2")
    parts = urlsplit(answer["Location"])
    assert (answer.status_code, parts.path) == (302, "/sign-in/")
    assert parse_qs(parts.query)["next"] == [f"/page/{name}/?page=2"]


def test_a_form_returns_to_the_page_it_stood_on(visitor: Client) -> None:
    answer = visitor.post("/page/sign-in/", headers={"Referer": "http://testserver/submissions/?a=b"})
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == ["/submissions/?a=b"]
    foreign = visitor.post("/page/sign-in/", headers={"Referer": "https://evil.example/x"})
    assert parse_qs(urlsplit(foreign["Location"]).query)["next"] == ["/"]


def test_a_fragment_moves_the_whole_page_to_the_sign_in(visitor: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/submissions/7/"}
    answer = visitor.get("/page/sign-in/", headers=headers)
    assert answer.status_code == 200
    assert parse_qs(urlsplit(answer["HX-Redirect"]).query)["next"] == ["/submissions/7/"]


@pytest.mark.parametrize(
    "address", ["/page/fine/", "/page/none/", "/page/down/", "/api/v1/down/", "/nowhere/"]
)
def test_every_answer_carries_the_security_headers(visitor: Client, address: str) -> None:
    answer = visitor.get(address)
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Referrer-Policy"] == "same-origin"


def test_downloads_tell_nobody_where_they_came_from(visitor: Client) -> None:
    assert visitor.get("/download/")["Referrer-Policy"] == "no-referrer"


def test_a_form_without_its_token_is_refused_with_a_page() -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/page/fine/")
    assert answer.status_code == 403
    assert "<h1" in answer.text


@pytest.mark.parametrize(("name", "status"), [("late", 409), ("bad", 400), ("busy", 429)])
def test_a_status_without_a_page_of_its_own_shows_what_was_said(
    visitor: Client, name: str, status: int
) -> None:
    answer = visitor.get(f"/page/{name}/")
    assert answer.status_code == status
    assert f'data-problem="{status}"' in answer.text
    assert RAISED[name].message in answer.text  # type: ignore[attr-defined]
    assert answer.get("Retry-After") == ("7" if name == "busy" else None)


def test_opening_the_address_of_a_button_is_explained(visitor: Client) -> None:
    answer = visitor.get("/act/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert 'data-problem="405"' in answer.text
    assert visitor.post("/act/").text == "done"
