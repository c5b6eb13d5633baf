"""Two institutions that exchange on the deployed platform: their people, deliveries, and what lies there."""

import json
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ingestion.aws import clients, layout, objects
from ingestion.lambdas.janitor import handler as janitor
from ingestion.lambdas.janitor import strays
from ingestion.web.models import Submission
from portal.accounts import credentials
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.selectors import actor_for
from portal.accounts.tokens import GivenToken
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.notices.events import Event
from portal.notices.models import Announcement
from portal.notices.selectors import notices_for
from portal.notices.services import spread
from portal.notices.texts import text_of
from sharing import services
from sharing.models import Copy, Grant, Profile
from sharing.terms import Terms
from tests.infra.embedded import ACCOUNT, REGION, Platform
from tests.infra.viewers import Person, Portal, session_of
from tests.portal.dashboard.conftest import Make, sign_in
from tests.sharing.test_questions import ask

CARD = {"template": "TPT", "version": "7.0", "portfolios": [{"id": "LU0000000001", "name": "Alpha"}]}
MANIFEST, ORIGINAL, VERDICT = "manifest.json", "original", "verdict.json"


@dataclass
class Exchange:
    """Alpine gives, Borealis takes; everybody with an own sign-in at the user pool."""

    platform: Platform
    portal: Portal
    make: Make
    alpine: Institution
    borealis: Institution
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, institution: Institution, role: str) -> Person:
        """The one in this role who looks."""
        name = f"{role} of {institution.code}"
        if name not in self.people:
            self.people[name] = self.portal.signed_in(institution, role)
        return self.people[name]

    def token(self, person: Person) -> str:
        return self.platform.token(person.user.email)

    def actor(self, institution: Institution, role: str) -> Actor:
        """The same with the own ID token, as a program sends it."""
        person = self.person(institution, role)
        return actor_for(person.user, GivenToken(self.token(person), groups=(institution.code,)))

    def browser(self, institution: Institution, role: str) -> Client:
        """A new sign-in."""
        person = self.person(institution, role)
        return sign_in(person.user, institution.code, id_token=self.token(person))

    def store(self, institution: Institution) -> Any:
        """The institution's own rights."""
        return self.platform.server.client("s3", self.platform.member(institution.code))

    def delivery(self, day: str) -> Submission:
        """A checked delivery of this valuation date, which is what its file holds."""
        made, s3 = self.make(), self.store(self.alpine)
        landing, results = (
            layout.bucket_name(ACCOUNT, self.alpine.code, area) for area in ("landing", "results")
        )
        made.template, made.template_version = "TPT", "7.0"
        made.index_card = CARD | {"valuation_date": day}
        said = {"verdict": "passed", "index_card": made.index_card, "ruleset_version": "TPT-7.0"}
        file = objects.put(s3, landing, layout.landing_key(made.id), day.encode())
        verdict = objects.put(s3, results, layout.result_key(made.id, 1, VERDICT), json.dumps(said).encode())
        made.object_bucket, made.object_key, made.object_version = file.bucket, file.key, file.version_id
        made.sha256, made.bytes, made.results = file.sha256, file.bytes, {"verdict": verdict.to_json()}
        made.save()
        services.owe(made)
        return made

    def granted(self, *contents: str, **terms: Any) -> Grant:
        """An accepted grant, its document written by the owner's administrator."""
        recipient, admin = self.actor(self.borealis, "admin"), self.actor(self.alpine, "admin")
        Profile.objects.get_or_create(institution=self.borealis, defaults={"listed": True})
        asked = Terms((), (), contents or ("original", "summary"), "stood_by", "Look-through.", **terms)
        drafted = services.draft(actor=admin, recipient_id=self.borealis.pk, terms=asked)
        services.offer(actor=admin, grant_id=drafted.pk)
        return services.accept(actor=recipient, grant_id=drafted.pk)

    def filled(self, grant: Grant) -> list[Copy]:
        """All of it copied."""
        while services.fill(actor=self.actor(self.alpine, "uploader"), grant_id=grant.pk):
            assert Copy.objects.filter(grant=grant).exists()
        return list(Copy.objects.filter(grant=grant).order_by("pk"))

    def sign_out(self, person: Person) -> None:
        """Everywhere: the token that is in somebody's hands opens nothing any more."""
        out = self.platform.outputs
        self.platform.server.client("cognito-idp").admin_user_global_sign_out(
            UserPoolId=out["UserPoolId"], Username=person.user.email
        )
        credentials.forget(self.token(person))
        self.platform.forget(person.user.email)
        self.people = {name: each for name, each in self.people.items() if each is not person}

    def told_of_the_end(self) -> list[str]:
        """What the administrators of both sides read of it."""
        for one in Announcement.objects.filter(event=Event.GRANT_ENDED, spread_at=None):
            spread(one.pk)
        read = [
            note for side in (self.alpine, self.borealis) for note in notices_for(self.actor(side, "admin"))
        ]
        about = [note.announcement for note in read if note.announcement.event == Event.GRANT_ENDED]
        return [text_of(one.event, one.about).sentence for one in about]

    def forget_credentials(self) -> None:
        """What this process holds in somebody's name."""
        for person in self.people.values():
            credentials.forget(self.token(person))

    def lying(self, grant: Grant) -> dict[str, int]:
        """What lies with the recipient under a grant: versions, and marks of deletion, of each key."""
        found: dict[str, int] = {}
        where = {
            "Bucket": layout.bucket_name(ACCOUNT, self.borealis.code, "exchange"),
            "Prefix": layout.exchange_prefix(self.alpine.code, grant.pk),
        }
        listed = self.platform.server.client("s3").list_object_versions(**where)
        for each in (*listed.get("Versions", []), *listed.get("DeleteMarkers", [])):
            found[each["Key"]] = found.get(each["Key"], 0) + 1
        return found


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


def kill(*_: Any, **__: Any) -> None:
    raise Killed


def as_janitor(platform: Platform, patched: pytest.MonkeyPatch) -> str:
    """From here on this process is the function, with its deployed role; the access key."""
    own = platform.runtime("fn-janitor")
    patched.setattr(clients, "_session", session_of(*own.values()))
    patched.setattr(clients, "_clients", OrderedDict())
    patched.setenv("FUNDGATE_REGION", REGION)
    patched.setenv("FUNDGATE_ACCOUNT_ID", ACCOUNT)
    for module in (janitor, strays):
        patched.setattr(module, "asked", signed)
    return own["aws_access_key_id"]


def signed(kind: str, **more: Any) -> dict[str, Any]:
    """The portal's answer over its signed route."""
    answer = ask(kind, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def recorded(tag: AuditTag, side: Institution) -> list[str]:
    """The deliveries that its trail names under this tag."""
    found = AuditRecord.objects.filter(tag=tag, institution_id=side.pk).order_by("id")
    return [record.detail.get("submission", "") for record in found]


def tomorrow() -> Any:
    """In place of `timezone.now`."""
    moment = timezone.now() + timezone.timedelta(days=1)
    return lambda: moment
