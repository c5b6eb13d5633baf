"""What is sent to an address to change something: forms for pages, JSON for the API, a file for uploads."""

import json
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.portal.dashboard.conftest import OWN, RULEBOOK
from tests.portal.dashboard.delivery import DELIVERY

FINGERPRINT = "ab" * 32
MAPPING: dict[str, Any] = {
    "format": 1, "fingerprint": FINGERPRINT, "template": "HOLDINGS", "version": "1.0", "header_row": 1,
    "sheet": None, "columns": {"isin": 2, "name": 3, "quantity": 4}, "decimal": None,
}  # fmt: skip


def decision_body(name: str, based_on: str) -> tuple[bytes, str]:
    """A change that can be saved, as a form for pages and as JSON for the API."""
    if name in ("api_mapping", "api_rulebook"):
        document = MAPPING if name == "api_mapping" else RULEBOOK
        change = {"version": based_on, "reason": "It was agreed.", "document": document}
        return json.dumps(change).encode(), "application/json"
    form: dict[str, Any] = {"based_on": based_on, "reason": "It was agreed."}
    if name == "map_columns":
        form |= {f"column_{i}": field for field, i in MAPPING["columns"].items()}
    elif name == "rulebook":
        # another one each time: what the store holds stays from test to test
        form["tolerance:TPT-P02-NET-ASSETS"] = f"0.{uuid4().int}"
        form["severity:TPT-P02-NET-ASSETS"] = "error"
    elif name == "new_own_rule":
        form |= OWN | {"id": f"OWN-{uuid4().hex[:8].upper()}"}
    elif name == "own_rule":
        form["remove"] = "1"
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


TERMS = {"template": "TPT", "frequency": "monthly", "month_day": "31", "weekday": "5", "month": "12",
         "business_days": "7", "at": "18:00", "calendar": "LU", "remind_days": "2",
         "starts": "2026-01-01"}  # fmt: skip
FORMS: dict[str, dict[str, str]] = {
    "new_expectation": TERMS | {"others": "LU0000000001"},
    "expectation": TERMS,
    "remove_expectation": {},
    "deadline_zone": {"zone": "Europe/Luxembourg"},
    "members": {"email": "new@alpine-am.example", "name": "New", "role": "viewer"},
    "member": {"role": "reviewer"},
    "limit_member": {"scope": "some", "others": "LU0000000001"},
    "remove_member": {"sure": "on"},
}


def body_of(name: str, method: str) -> dict[str, Any]:
    if method == "POST" and name in FORMS:
        return {"data": urlencode(FORMS[name]), "content_type": "application/x-www-form-urlencoded"}
    if name == "give_reason":
        return {"data": b"reason=It+was+late.", "content_type": "application/x-www-form-urlencoded"}
    if name in ("events", "exchange"):
        return {"data": b"{}", "content_type": "application/json"}
    if name == "preferences" and method == "POST":
        form = urlencode({"language": "fr", "timezone": "Europe/Zurich"}).encode()
        return {"data": form, "content_type": "application/x-www-form-urlencoded"}
    if method != "POST" or name not in ("upload", "api_submissions"):
        return {}
    field = "files" if name == "upload" else "file"
    body = encode_multipart(BOUNDARY, {field: SimpleUploadedFile("a.csv", DELIVERY)})
    return {"data": body, "content_type": MULTIPART_CONTENT}
