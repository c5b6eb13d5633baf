"""One part of a take-out as a zip file, read with the credentials of who fetches it, and kept nowhere."""

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import chain, islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion.aws import layout
from ingestion.aws.clients import client
from ingestion.aws.errors import NotFound as Gone
from ingestion.aws.versions import Version, pieces
from ingestion.web.models import Submission
from portal.accounts.actor import Actor
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.common.errors import NotFound
from portal.custody.archive import LARGE, Archive
from portal.custody.errors import NotCountedYet
from portal.custody.models import Part, TakeOut
from portal.custody.records import documents
from portal.custody.selectors import get_takeout
from portal.custody.services.counting import RECORDS
from portal.custody.shelves import SHELVES, earlier, kept, path_of, submission_of

PIECE = 1 << 20
MINUTES = 20
"""An ID token must be good for so long: a part is read at one go."""


def fetch(*, actor: Actor, takeout_id: UUID, number: int) -> tuple[str, Iterator[bytes]]:
    """The file name of a part and its bytes; NotCountedYet, NotFound. Recorded before the first byte leaves.

    What breaks off in the middle is no zip file and is not marked as fetched: it is fetched anew.
    """
    institution = actor.require(Role.ADMIN)
    takeout = get_takeout(actor, takeout_id)
    if takeout.state != TakeOut.State.READY:
        raise NotCountedYet
    part = takeout.parts.filter(number=number).first()
    if part is None:
        raise NotFound(_("This take-out has no such part."))
    part.takeout = takeout
    actor.id_token(min_minutes=MINUTES)
    s3 = client("s3", actor.credentials(), settings.FUNDGATE_REGION)
    content = _recorded_part(part) if part.area == RECORDS else _stored_part(s3, part)
    begun = chain(list(islice(content, 1)), content)  # what cannot be read fails before an answer begins
    record(
        tag=AuditTag.TAKE_OUT_FETCHED,
        institution_id=institution.pk,
        actor_id=actor.user.pk,
        subject_id=takeout.pk,
        address=actor.address,
        detail={"part": number},
    )
    name = f"{institution.code}-{takeout.started_at:%Y-%m-%d}-{str(takeout.pk)[:8]}-part-{number:04d}.zip"
    return name, _noted(part, actor.user, begun)


def _noted(part: Part, user: User, content: Iterator[bytes]) -> Iterator[bytes]:
    """The same, and once the last byte has left the part counts as fetched."""
    yield from content
    Part.objects.filter(pk=part.pk).update(
        taken_at=timezone.now(), taken_by=user, missing=part.missing, differing=part.differing
    )


def _recorded_part(part: Part) -> Iterator[bytes]:
    archive, now = Archive(), timezone.now()
    for path, content in documents(part.takeout):
        yield from archive.add(path, content, size=LARGE, modified=now)  # nobody knows how long it is
    yield from _ended(archive, part, [{} for _entry in archive.entries])


def _stored_part(s3: Any, part: Part) -> Iterator[bytes]:
    """Objects key by key; each is listed beside its hash and, where one was recorded, whether it agrees."""
    takeout, shelf, archive = part.takeout, SHELVES[part.area], Archive()
    bucket = layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, takeout.institution.code, shelf.area)
    known, listed, facts = _Known(takeout), 0, list[dict[str, Any]]()
    part.differing = 0  # an earlier fetch has counted its own
    span = {"after": part.after_key, "until": part.until_key}
    for key, there in kept(s3, bucket, shelf, takeout.started_at, **span):
        if not there:
            continue
        path = path_of(key, *known.named(key))
        for place, version in enumerate(there):
            name = earlier(path, version.version_id) if place else path
            try:
                yield from _added(s3, bucket, archive, name, version)
            except Gone:
                continue
            listed += 1
            recorded = known.hash_of(version)
            part.differing += recorded not in (None, archive.entries[-1].sha256)
            facts.append(
                {
                    "area": shelf.area,
                    "key": key,
                    "version": version.version_id,
                    "modified": _moment(version.modified),
                    "recorded_sha256": recorded,
                }
            )
    part.missing = max(0, part.objects_counted - listed)
    yield from _ended(archive, part, facts)


def _added(s3: Any, bucket: str, archive: Archive, name: str, version: Version) -> Iterator[bytes]:
    body = pieces(s3, bucket, version, PIECE)
    begun = chain(list(islice(body, 1)), body)  # what is gone leaves no empty file behind
    return archive.add(name, begun, size=version.bytes, modified=version.modified)


def _ended(archive: Archive, part: Part, facts: list[dict[str, Any]]) -> Iterator[bytes]:
    """The lists of what is in it come last: `sha256sum --check` reads the second one."""
    takeout, now = part.takeout, timezone.now()
    listed = {
        "kind": "take-out",
        "take_out": str(takeout.pk),
        "institution": takeout.institution.code,
        "as_of": _moment(takeout.started_at),
        "part": part.number,
        "parts": takeout.parts.count(),
        "missing": part.missing,
        "files": [
            {"path": entry.path, "bytes": entry.bytes, "sha256": entry.sha256} | fact
            for entry, fact in zip(archive.entries, facts, strict=True)
        ],
    }
    sums = "".join(f"{entry.sha256}  {entry.path}\n" for entry in archive.entries).encode()
    manifest = json.dumps(listed, indent=1, ensure_ascii=False).encode()
    stem = f"part-{part.number:04d}"
    yield from archive.add(f"{stem}.manifest.json", [manifest], size=len(manifest), modified=now)
    yield from archive.add(f"{stem}.sha256", [sums], size=len(sums), modified=now)
    yield from archive.end()


class _Known:
    """What the database knows of the submissions whose objects come by, one after the other."""

    def __init__(self, takeout: TakeOut) -> None:
        self._mine = Submission.objects.filter(institution=takeout.institution)
        self._at = ""
        self._one: Submission | None = None

    def named(self, key: str) -> tuple[int | None, str]:
        """Number and file name of the submission that an object belongs to."""
        if (wanted := submission_of(key)) != self._at:
            self._at, self._one = wanted, self._mine.filter(pk=wanted).first() if wanted else None
        return (self._one.number, self._one.file_name) if self._one else (None, "")

    def hash_of(self, version: Version) -> str | None:
        """The SHA-256 that was recorded of exactly this version; None where none was."""
        if self._one is None:
            return None
        if version.version_id == self._one.object_version:
            return self._one.sha256 or None
        for told in self._one.results.values():
            if told.get("version_id") == version.version_id:
                return str(told["sha256"]) if told.get("sha256") else None
        return None


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
