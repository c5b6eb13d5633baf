"""Who has access and its log as csv and JSON; no cell can become a formula."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from portal.common.pieces import csv_pieces, json_pieces
from sharing.access import Access
from sharing.access_log import Line

ACCESS = (
    "at", "owner", "recipient", "fund", "fund_name", "named_by_the_grant", "deliveries", "last_handed_on",
    "grant", "state_now", "templates", "contents", "valuations_from", "ends_on",
)  # fmt: skip
LOG = (
    "number", "at", "kind", "direction", "institution", "funds", "delivery", "file", "grant", "person",
    "person_id", "address",
)  # fmt: skip


def access_csv(lines: Iterable[Access], moment: datetime) -> Iterator[bytes]:
    """A line for each grant and fund; an empty fund is all of them."""
    return csv_pieces(ACCESS, (_access(line, moment) for line in lines))


def log_csv(lines: Iterable[Line]) -> Iterator[bytes]:
    """A line for each act, its time in UTC."""
    return csv_pieces(LOG, map(_log, lines))


def log_json(lines: Iterable[Line]) -> Iterator[bytes]:
    """The same as objects."""
    return json_pieces({}, (dict(zip(LOG, _log(line), strict=True)) for line in lines))


def _access(line: Access, moment: datetime) -> tuple[Any, ...]:
    grant = line.grant
    return (
        _utc(moment), grant.owner.code, grant.recipient.code, line.fund, line.name,
        bool(line.fund) and not line.found, line.deliveries, line.last and _utc(line.last), str(grant.pk),
        grant.state, grant.templates, grant.contents, grant.valuations_from, grant.ends_on,
    )  # fmt: skip


def _log(line: Line) -> tuple[Any, ...]:
    return (
        line.number, _utc(line.at), line.kind, "given" if line.given else "received",
        line.other and line.other.code, line.funds, line.delivery, line.file, str(line.grant or ""),
        line.person and str(line.person), line.person_id, line.address,
    )  # fmt: skip


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
