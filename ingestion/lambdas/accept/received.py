"""Checks a received delivery by the recipient's own rulebook, with the credentials of somebody of theirs."""

import json
from typing import Any

from ingestion.aws import layout, objects
from ingestion.aws.errors import NotFound, ObjectChanged, ObjectTooLarge
from ingestion.aws.exchange import ORIGINAL
from ingestion.aws.objects import ObjectRef
from ingestion.aws.received import FINDINGS, UNFOLLOWABLE, VERDICT, Checked, Wanted
from ingestion.pipeline.checking import check
from ingestion.pipeline.delivery import parse_file
from ingestion.pipeline.errors import RuleError, UnreadableFile
from ingestion.pipeline.findings import findings_parquet
from ingestion.pipeline.inspection import inspect_file
from ingestion.pipeline.known import known_rules
from ingestion.pipeline.rulebook import Rulebook, read_rulebook
from ingestion.pipeline.verdict import unreadable_document

NONE = {"error": 0, "warning": 0, "info": 0}


def check_received(s3: Any, account: str, wanted: Wanted) -> Checked:
    """Stores verdict and findings beside the copy; what cannot be checked is unreadable, with a code."""
    bucket = layout.bucket_name(account, wanted.recipient, "exchange")
    decided = _Decided(s3, layout.bucket_name(account, wanted.recipient, "results"))
    try:
        rulebook = decided.rulebook(wanted)
    except (NotFound, ObjectChanged, RuleError):
        return Checked("unreadable", UNFOLLOWABLE, NONE, {}, known_rules())
    try:
        data = _original(s3, bucket, wanted)
    except (NotFound, ObjectChanged, ObjectTooLarge):
        return Checked("unreadable", "OBJECT_CHANGED", NONE, {})
    documents: dict[str, ObjectRef] = {}

    def put(name: str, body: bytes) -> None:
        documents[name] = objects.put(s3, bucket, wanted.key(name), body)

    try:
        document, findings = check(parse_file(data, inspect_file(data, decided.mapping)), rulebook)
    except UnreadableFile as error:
        document, findings = unreadable_document(error.code, error.detail), None
    put(VERDICT, json.dumps(document).encode())
    if findings is not None:
        put(FINDINGS, findings_parquet(findings))
    return Checked(document["verdict"], document["code"] or "", document["counts"], documents)


def _original(s3: Any, bucket: str, wanted: Wanted) -> bytes:
    """The file, proven to be the one that came."""
    found, data = objects.newest(s3, bucket, wanted.key(ORIGINAL), most=wanted.bytes)
    if found.sha256 != wanted.sha256:
        raise ObjectChanged("Sha256", "GetObject")
    return data


class _Decided:
    """What the recipient decided: which rulebook it follows, how it reads a layout."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3, self._bucket = s3, bucket

    def rulebook(self, wanted: Wanted) -> Rulebook | None:
        """The saved version that is wanted; NotFound, ObjectChanged, RuleError: it cannot be followed."""
        if not wanted.rulebook_version:
            return None
        key = layout.control_key("rulebooks", "current")
        version = wanted.rulebook_version
        return read_rulebook(objects.proven(self._s3, self._bucket, key, version, wanted.rulebook_sha256))

    def mapping(self, fingerprint: str) -> dict[str, Any] | None:
        """The mapping that was saved for files of this shape; a damaged one counts for none."""
        try:
            body = objects.latest(self._s3, self._bucket, layout.control_key("mappings", fingerprint))
            saved: dict[str, Any] | None = json.loads(body)
        except (NotFound, ValueError):
            return None
        return saved
