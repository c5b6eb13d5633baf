"""The API's calls as a round trip."""

import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO
from urllib.parse import urljoin

import requests

from portal.client.signin import TIMEOUT

TERMINAL = {"COMPLETED", "FAILED", "REFUSED", "WITHDRAWN", "NEEDS_SIGN_IN"}


class ApiError(Exception):
    """The API refused; the message is the API's own sentence."""


class Api:
    """Calls with one ID token, valid for an hour at most."""

    def __init__(self, portal: str, id_token: str) -> None:
        self.portal = portal
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {id_token}"
        self.session.headers["Accept"] = "application/json"

    def submit(
        self,
        name: str,
        content: BinaryIO,
        expected: str = "",
        *,
        reason: str = "",
        check_only: bool = False,
    ) -> dict[str, Any]:
        """Upload one file under its name; returns the submission.

        Perhaps with the template it must be, with why it replaces an earlier one, or only to be checked.
        """
        said = {"expected_template": expected, "reason": reason}
        return self._call(
            "POST",
            "/api/v1/submissions/",
            params={"check_only": "true"} if check_only else None,
            data={name: text for name, text in said.items() if text},
            files={"file": (name, content)},
        )

    def submission(self, identifier: str) -> dict[str, Any]:
        """State, verdict, counts and steps."""
        return self._call("GET", f"/api/v1/submissions/{identifier}/")

    def wait(
        self,
        identifier: str,
        seconds: float = 120,
        pause: float = 0.25,
        changed: Callable[[dict[str, Any]], None] = lambda submission: None,
    ) -> dict[str, Any]:
        """Ask until the submission is at rest; `changed` is told of each new state; `pause` in seconds."""
        deadline, seen = time.monotonic() + seconds, None
        while True:
            submission = self.submission(identifier)
            if submission["state"] != seen:
                seen = submission["state"]
                changed(submission)
            if seen in TERMINAL:
                return submission
            if time.monotonic() > deadline:
                raise ApiError(f"No verdict within {seconds:.0f} s; the submission is {seen} and goes on.")
            time.sleep(pause)

    def findings(self, identifier: str) -> Iterator[dict[str, Any]]:
        """Every finding, page by page."""
        page = 1
        while True:
            answer = self._call("GET", f"/api/v1/submissions/{identifier}/findings/", params={"page": page})
            yield from answer["results"]
            if page >= answer["pages"]:
                return
            page += 1

    def begin_takeout(self) -> dict[str, Any]:
        """A take-out of everything as it is now."""
        return self._call("POST", "/api/v1/takeouts/")

    def takeout(self, identifier: str) -> dict[str, Any]:
        """Its state and its parts."""
        return self._call("GET", f"/api/v1/takeouts/{identifier}/")

    def count_takeout(self, identifier: str) -> dict[str, Any]:
        """Finds some more of what belongs to it; its state is `ready` once that is all."""
        return self._call("POST", f"/api/v1/takeouts/{identifier}/count/")

    def takeout_part(self, identifier: str, number: int, target: BinaryIO) -> None:
        """Writes one part, a zip file, as it comes."""
        path = f"/api/v1/takeouts/{identifier}/parts/{number}/"
        timeout = (TIMEOUT[0], 120)
        with self.session.get(urljoin(self.portal, path), timeout=timeout, stream=True) as answer:
            if answer.status_code >= 400:
                raise ApiError(_sentence(answer))
            for piece in answer.iter_content(1 << 20):
                target.write(piece)

    def _call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        answer = self.session.request(
            method, urljoin(self.portal, path), timeout=(TIMEOUT[0], 120), **arguments
        )
        if answer.status_code >= 400:
            raise ApiError(_sentence(answer))
        result: dict[str, Any] = answer.json()
        return result


def _sentence(answer: requests.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return f"The portal answered {answer.status_code}."
    return str(problem.get("detail") or problem.get("title") or f"The portal answered {answer.status_code}.")
