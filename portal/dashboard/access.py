"""Who has access, and the log of it, as their pages say it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.dashboard.access_forms import KIND_WORDS
from portal.dashboard.grants import CONTENT_WORDS, STATES
from portal.dashboard.wording import Label, Text
from sharing.access import Access
from sharing.access_log import Line

KINDS: dict[str, Label] = {
    "shared": Label("good", "upload", KIND_WORDS["shared"]),
    "read": Label("calm", "search", KIND_WORDS["read"]),
    "downloaded": Label("hold", "download", KIND_WORDS["downloaded"]),
    "deleted": Label("odd", "withdrawn", KIND_WORDS["deleted"]),
}


@dataclass(frozen=True)
class Row:
    """One line of who has access."""

    access: Access
    other: str
    label: Label
    contents: list[Text]


@dataclass(frozen=True)
class Sum:
    """What the lines are about together: institutions, funds by name, grants of all funds."""

    institutions: int
    funds: int
    of_all: int


@dataclass(frozen=True)
class Entry:
    """One line of the log, and who it was in words."""

    line: Line
    label: Label
    who: str
    other: str


def row_of(access: Access, *, given: bool) -> Row:
    """As the table shows it; the state of the grant is that of now."""
    grant = access.grant
    words = [said for name, said in CONTENT_WORDS.items() if name in grant.contents]
    return Row(access, (grant.recipient if given else grant.owner).name, STATES[grant.state], words)


def sum_of(lines: list[Access], *, given: bool) -> Sum:
    """Counted over all pages."""
    others = {line.grant.recipient_id if given else line.grant.owner_id for line in lines}
    funds = {line.fund for line in lines if line.fund}
    return Sum(len(others), len(funds), len({line.grant.pk for line in lines if not line.fund}))


def entry_of(line: Line) -> Entry:
    """The own side has people, the other one is one institution; some acts are nobody's."""
    return Entry(line, KINDS[line.kind], who(line), other(line))


def who(line: Line) -> str:
    """Whose act it was."""
    if line.kind == "deleted":
        return _("Fundgate")
    by_owner = line.kind == "shared"
    if by_owner != line.given:
        return other(line)
    if line.person_id:
        return str(line.person or _("Removed person %(id)s") % {"id": line.person_id[:8]})
    return _("The check of the delivery") if by_owner else _("Nobody of this institution")


def other(line: Line) -> str:
    """The institution at the other end."""
    return line.other.name if line.other else _("An institution that is no longer here")
