"""The uses of a key in words: what was done, by whom, how it ended, and whether it should have been."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from ingestion.aws.key_uses import KeyUse, Who
from portal.accounts.models import Institution
from portal.custody.key_uses import History
from portal.dashboard.people import called
from portal.dashboard.security import AREAS
from portal.dashboard.wording import Label, Text

WHO: dict[Who, Text] = {
    "own": lazy("Your institution’s role"),
    "institution": lazy("Another institution"),
    "platform": lazy("Portal, worker and functions"),
    "deploy": lazy("The role that people deploy with"),
    "aws": lazy("A service of AWS"),
    "other": lazy("Anybody else"),
}
_DECRYPTED, _ENCRYPTED = lazy("Decrypted"), lazy("Encrypted")
ACTS: dict[str, Text] = {
    "Decrypt": _DECRYPTED,
    "Encrypt": _ENCRYPTED,
    "GenerateDataKey": _ENCRYPTED,
    "GenerateDataKeyWithoutPlaintext": _ENCRYPTED,
    "CreateGrant": lazy("Handed its use on"),
    "CreateKey": lazy("Made the key"),
    "DescribeKey": lazy("Looked at its state"),
    "DisableKey": lazy("Switched it off"),
    "EnableKey": lazy("Switched it on"),
    "GetKeyPolicy": lazy("Read its rules"),
    "PutKeyPolicy": lazy("Changed its rules"),
    "ScheduleKeyDeletion": lazy("Set a day for its deletion"),
    "CancelKeyDeletion": lazy("Called its deletion off"),
}
THROUGH: dict[str, Text] = {"s3": lazy("through S3"), "ssm": lazy("through the parameter store")}
DONE = Label("good", "check", lazy("Done"))
CHANGED = Label("hold", "key", lazy("Change"))
REFUSED = Label("calm", "lock", lazy("Refused"))
FAILED = Label("calm", "broken", lazy("Failed"))
UNEXPECTED = Label("bad", "error", lazy("Not expected"))
_READS = ("Describe", "Get", "List")
_STORES = ("GenerateDataKey", "GenerateDataKeyWithoutPlaintext")


@dataclass(frozen=True)
class Line:
    """One use as the page shows it."""

    use: KeyUse
    at: datetime
    who: Text
    by: str
    label: Label

    @property
    def act(self) -> Text:
        """What was done; "" for what has no words."""
        return ACTS.get(self.use.act, "")

    @property
    def through(self) -> Text:
        """Which service asked for it, if one did."""
        return THROUGH.get(self.use.through, self.use.through)

    @property
    def area(self) -> Text:
        """What lies where it was used for."""
        return AREAS.get(self.use.area, "")


def lines_of(history: History) -> list[Line]:
    """In the order given, with the names of people and other institutions."""
    uses, people = history.uses, called(history.people.values())
    persons = {identity: people[str(pk)] for identity, pk in history.people.items()}
    codes = {use.name for use in uses if use.who == "institution"}
    named = dict(Institution.objects.filter(code__in=codes).values_list("code", "name"))
    return [
        Line(
            use=use,
            at=datetime.fromisoformat(use.at),
            who=WHO[use.who],
            by=named.get(use.name, use.name) if use.who == "institution" else _by(use, persons),
            label=_label(use),
        )
        for use in uses
    ]


def _by(use: KeyUse, persons: dict[str, str]) -> str:
    """Who exactly, as far as it is known: else of a person the beginning of their id at the identity pool."""
    if use.who != "own":
        return use.name
    unknown = _("Person %(id)s") % {"id": use.person.rpartition(":")[2][:8]} if use.person else ""
    return persons.get(use.person, unknown)


def _label(use: KeyUse) -> Label:
    if use.error:
        return REFUSED if use.error.startswith("AccessDenied") else FAILED
    changes = not use.act.startswith(_READS) and use.act not in ("Decrypt", "Encrypt", *_STORES)
    expected = {
        "own": not changes,
        "institution": use.act in (*_STORES, "DescribeKey"),
        "platform": False,
        "deploy": changes or use.act.startswith(_READS),
        "aws": True,
        "other": False,
    }
    if not expected[use.who]:
        return UNEXPECTED
    return CHANGED if changes else DONE
