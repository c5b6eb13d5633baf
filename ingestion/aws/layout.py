"""Names of buckets and keys. Nothing else in the project spells one."""

import re
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Area = Literal["landing", "interim", "results", "exchange"]
AREAS: tuple[Area, ...] = ("landing", "interim", "results", "exchange")
Control = Literal["grants", "mappings", "rulebooks", "release-requests", "releases", "ended-releases"]
CONTROLS: tuple[Control, ...] = (
    "grants", "mappings", "rulebooks", "release-requests", "releases", "ended-releases",
)  # fmt: skip
STAGES: tuple[str, ...] = ("inspect", "parse", "transform", "validate", "quality", "publish")
"""What leads to the verdict, in this order."""
LATER: tuple[str, ...] = ("annotate",)
"""What follows it: nobody waits for these, and their failure leaves the verdict alone."""
FUNCTIONS: tuple[str, ...] = (
    *STAGES, *LATER,
    "accept", "share", "record-failure", "callback", "clean-up", "sweeper", "janitor", "members", "key-uses",
    "release",
)  # fmt: skip
"""Every Lambda function, by the end of its name."""
WITHDRAWN = "withdrawn.json"
"""Put among the results of an attempt by who takes the delivery back."""
CHECKS = "check/"
CHECKS_DAYS = 7
"""Where everything of a file lies that is only checked, and when the buckets' lifecycle rules delete it."""
_CODE = re.compile(r"[a-z][a-z0-9-]{2,19}")
_ACCOUNT = re.compile(r"[0-9]{12}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_TEMPLATE = re.compile(r"[A-Z]{2,16}")
_FUND = re.compile(r"by-fund/[0-9a-f]{64}/")
_FUND_ON_A_DAY = re.compile(r"by-fund/[0-9a-f]{64}/[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BY_FUND = re.compile(rf"({_FUND_ON_A_DAY.pattern})/([0-9a-f-]{{36}})\.([a-z]{{2,16}})\.json")
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_COPIES = re.compile(rf"from/{_CODE.pattern}/{_UUID}/(?:{_UUID}/)?")
_COPY = re.compile(rf"from/({_CODE.pattern})/({_UUID})/({_UUID})/([1-9][0-9]{{0,8}})/.+", re.DOTALL)
_DISCLOSED = re.compile(rf"from/({_CODE.pattern})/rulebook/([0-9a-f]{{64}})\.json")
RECEIVED = "from/"
"""In an exchange bucket: everything that others put there."""
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


def landing_key(submission: str | UUID, *, check_only: bool = False) -> str:
    """The delivered file as it came."""
    return f"{_folder(submission, check_only)}/original"


def stage_key(
    submission: str | UUID, attempt: int, stage: str, file: str, *, check_only: bool = False
) -> str:
    """An intermediate file of one stage (interim bucket)."""
    return f"{_folder(submission, check_only)}/{_attempt(attempt)}/{_stage(stage)}/{_file(file)}"


def marker_key(submission: str | UUID, attempt: int, stage: str, *, check_only: bool = False) -> str:
    """The record that a stage of an attempt is complete (interim bucket)."""
    return f"{_folder(submission, check_only)}/{_attempt(attempt)}/stages/{_stage(stage)}.json"


def result_key(submission: str | UUID, attempt: int, file: str, *, check_only: bool = False) -> str:
    """A result of one attempt (results bucket)."""
    return f"{_folder(submission, check_only)}/{_attempt(attempt)}/{_file(file)}"


def control_key(kind: Control, name: str) -> str:
    """What the institution decided, for runs to follow: a rulebook, a column mapping (results bucket)."""
    if kind not in CONTROLS or not _NAME.fullmatch(name):
        raise ValueError("not the name of a control object")
    return f"control/{kind}/{name}.json"


def by_fund_key(fund_on_a_day: str, submission: str | UUID, template: str) -> str:
    """What later deliveries of a fund are compared with (results bucket).

    `fund_on_a_day` is `by-fund/<SHA-256 of the identifier>/<valuation date>`. The template stands in the name
    so that the latest delivery of each template is found by listing.
    """
    if not _FUND_ON_A_DAY.fullmatch(fund_on_a_day) or not _TEMPLATE.fullmatch(template):
        raise ValueError("not a fund on a day, and a template")
    return f"{fund_on_a_day}/{_id(submission)}.{template.lower()}.json"


def exchange_prefix(owner: str, grant: str | UUID, submission: str | UUID | None = None) -> str:
    """Where the copies of a grant lie in the recipient's exchange bucket, or those of one delivery."""
    grants = f"from/{institution_code(owner)}/{_id(grant)}/"
    return grants if submission is None else f"{grants}{_id(submission)}/"


def is_exchange_prefix(prefix: str) -> bool:
    """Whether `exchange_prefix` makes it."""
    return _COPIES.fullmatch(prefix) is not None


def exchange_key(owner: str, grant: str | UUID, submission: str | UUID, attempt: int, file: str) -> str:
    """One copied file, or the manifest beside them; apart for each attempt: none overtakes another."""
    return f"{exchange_prefix(owner, grant, submission)}{_attempt(attempt)}/{_file(file)}"


def disclosed_key(recipient: str, sha256: str) -> str:
    """The rulebook that another institution's deliveries to this one must pass (their exchange bucket)."""
    key = f"{RECEIVED}{institution_code(recipient)}/rulebook/{sha256}.json"
    if not _DISCLOSED.fullmatch(key):
        raise ValueError("not a SHA-256")
    return key


def accepted_file(recipient: str, sha256: str) -> str:
    """What came of a delivery under such a rulebook, among the results of its attempt."""
    return f"accepted/{institution_code(recipient)}-{sha256}.json"


@dataclass(frozen=True)
class ByFund:
    """The parts of a by-fund key; the date in ISO form."""

    date: str
    submission: str
    template: str

    @classmethod
    def of(cls, key: str) -> "ByFund | None":
        """The parts of a key, None for one that `by_fund_key` does not make."""
        found = _BY_FUND.fullmatch(key)
        return cls(found[1].rsplit("/", 1)[1], found[2], found[3].upper()) if found else None


@dataclass(frozen=True)
class CopyPlace:
    """Where the files of one attempt of a delivery lie at a recipient, by the parts of their keys."""

    owner: str
    grant: str
    submission: str
    attempt: int

    @classmethod
    def of(cls, key: str) -> "CopyPlace | None":
        """The parts of a key, None for one that `exchange_key` does not make."""
        found = _COPY.fullmatch(key)
        return cls(found[1], found[2], found[3], int(found[4])) if found else None


@dataclass(frozen=True)
class DisclosedPlace:
    """Where a disclosed rulebook lies, by the parts of its key: whose it is, and its SHA-256."""

    recipient: str
    sha256: str

    @classmethod
    def of(cls, key: str) -> "DisclosedPlace | None":
        """The parts of a key, None for one that `disclosed_key` does not make."""
        found = _DISCLOSED.fullmatch(key)
        return cls(found[1], found[2]) if found else None


def fund_prefix(prefix: str) -> str:
    """The prefix itself when it is one fund's, `by-fund/<SHA-256 of its id>/`; ValueError otherwise."""
    if not _FUND.fullmatch(prefix):
        raise ValueError("not one fund's prefix")
    return prefix


def _folder(submission: str | UUID, check_only: bool) -> str:
    return f"{CHECKS if check_only else ''}{_id(submission)}"


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
