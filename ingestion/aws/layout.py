"""Names of buckets and keys. Nothing else in the project spells one."""

import re
from typing import Literal
from uuid import UUID

Area = Literal["landing", "interim", "results", "exchange"]
AREAS: tuple[Area, ...] = ("landing", "interim", "results", "exchange")
STAGES: tuple[str, ...] = ("inspect", "parse", "validate", "publish")
_CODE = re.compile(r"[a-z][a-z0-9-]{2,19}")
_ACCOUNT = re.compile(r"[0-9]{12}")
_FILE = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z0-9]+)?(/[a-z][a-z0-9_-]*(\.[a-z0-9]+)?)?")


def institution_code(code: str) -> str:
    """The code itself when it is well formed; ValueError otherwise."""
    if not _CODE.fullmatch(code):
        raise ValueError("an institution code is 3 to 20 of a-z, 0-9 and -, and starts with a letter")
    return code


def bucket_name(account: str, code: str, area: Area) -> str:
    """`fundgate-<account>-<code>-<area>`."""
    if not _ACCOUNT.fullmatch(account) or area not in AREAS:
        raise ValueError("not an account id and an area")
    return f"fundgate-{account}-{institution_code(code)}-{area}"


def role_name(code: str) -> str:
    """Name of an institution's role, and of its stack."""
    return f"fundgate-inst-{institution_code(code)}"


def landing_key(submission: str | UUID) -> str:
    """The delivered file as it came."""
    return f"{_id(submission)}/original"


def stage_key(submission: str | UUID, attempt: int, stage: str, file: str) -> str:
    """An intermediate file of one stage (interim bucket)."""
    return f"{_id(submission)}/{_attempt(attempt)}/{_stage(stage)}/{_file(file)}"


def marker_key(submission: str | UUID, attempt: int, stage: str) -> str:
    """The record that a stage of an attempt is complete (interim bucket)."""
    return f"{_id(submission)}/{_attempt(attempt)}/stages/{_stage(stage)}.json"


def result_key(submission: str | UUID, attempt: int, file: str) -> str:
    """A result of one attempt (results bucket)."""
    return f"{_id(submission)}/{_attempt(attempt)}/{_file(file)}"


def _id(submission: str | UUID) -> str:
    text = str(submission)
    if str(UUID(text)) != text:
        raise ValueError("not a submission id in its canonical form")
    return text


def _attempt(attempt: int) -> int:
    if isinstance(attempt, bool) or not isinstance(attempt, int) or attempt < 1:
        raise ValueError("attempts count from 1")
    return attempt


def _stage(stage: str) -> str:
    if not re.fullmatch(r"[a-z_]{1,20}", stage):
        raise ValueError("not a stage name")
    return stage


def _file(file: str) -> str:
    if not _FILE.fullmatch(file):
        raise ValueError("not a file name of ours")
    return file
