"""Checks a signed receipt without the portal: by its public key, and against the file it is about."""

import hashlib
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from ingestion.aws import receipts

KEY_NAME = "fundgate-receipts.pem"
NotGenuine = receipts.NotGenuine


def verified(receipt: Path, key: Path | None = None, file: Path | None = None) -> dict[str, Any]:
    """The receipt, proven genuine and, if a file is named, to be about its content; NotGenuine, OSError.

    The key is the PEM that the portal offers beside the receipt, looked for in the same folder.
    """
    pem = (key or receipt.with_name(KEY_NAME)).read_bytes()
    try:
        der = load_pem_public_key(pem).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except ValueError:
        raise NotGenuine("The public key is no PEM.") from None
    content = receipts.opened(receipt.read_bytes(), der)
    if file:
        with file.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != content["file"]["sha256"]:
                raise NotGenuine(f"The receipt is genuine, but about another file than {file.name}.")
    return content


def told(content: dict[str, Any]) -> list[str]:
    """The receipt in lines for people."""
    file, submission, check = content["file"], content["submission"], content["check"]
    counts, person = check["counts"], submission["handed_in_by"]
    return [
        f"Genuine, issued at {content['issued_at']} by {content['issued_by']}.",
        f"File: {file['name']}, {file['bytes']:,} bytes, SHA-256 {file['sha256']}",
        f"Received: {submission['received_at']} from {content['institution']['name']}, {person['email']}"
        + (" (only checked, not handed in)" if submission["check_only"] else ""),
        f"Verdict: {check['verdict']}; {counts['error']} errors, {counts['warning']} warnings, "
        f"{counts['info']} notes; rules {check['ruleset_version']}",
        *(
            f"Column mapping: {used['fingerprint'][:12]}, version {used['number'] or used['version_id']}"
            for used in check.get("column_mappings", [])
        ),
    ]
