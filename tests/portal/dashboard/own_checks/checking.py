"""How a recipient has what it received checked, and sees what came of it."""

import re
from typing import Any

from django.test import Client

from portal.accounts.models import Institution, Membership
from portal.audit.models import AuditRecord
from sharing.models import Copy
from tests.portal.buckets import bucket_of
from tests.portal.dashboard.conftest import put_rulebook
from tests.portal.own_rules import Function, check, function  # noqa: F401

LENIENT: dict[str, Any] = {"format": 1, "title": "What we look at"}


def check_them(client: Client) -> str:
    return str(client.post("/exchange/received/check/", headers={"HX-Request": "true"}).text)


def page(client: Client, copy: Copy) -> str:
    """What the page of the delivery says of the own rules."""
    answer = client.get(f"/exchange/received/{copy.pk}/")
    assert answer.status_code == 200
    return str(answer.text).split('id="own-check"')[1].split("</section>")[0]


def result(client: Client, copy: Copy) -> str:
    (found,) = re.findall('data-own-result="([a-z_]+)"', page(client, copy))
    return str(found)


def waiting(client: Client) -> int:
    """As the inbox and the home page say it."""
    told = [
        re.findall(r'data-waiting="(\d+)"', client.get(each).text) for each in ("/", "/exchange/received/")
    ]
    assert told[0] == told[1]
    return int(told[0][0]) if told[0] else 0


def tags(institution: Institution, tag: str) -> list[AuditRecord]:
    return list(AuditRecord.objects.filter(institution_id=institution.pk, tag=f"exchange:received:{tag}"))


def saved(store: Any, institution: Institution, document: dict[str, Any]) -> Any:
    bucket_of(store, institution.code, "results")
    user = Membership.objects.filter(institution=institution).first().user  # type: ignore[union-attr]
    return put_rulebook(store, institution, user, document)
