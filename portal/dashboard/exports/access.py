"""Who has access and its log as csv and JSON; no cell can become a formula."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from ingestion.pipeline.harmless import harmless
from portal.dashboard.exports.plain import BOM
from sharing.access import Access
from sharing.access_log import Line

LINES = 500  # of one piece
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
    return _csv(ACCESS, lines, lambda line: _access(line, moment))


def log_csv(lines: Iterable[Line]) -> Iterator[bytes]:
    """A line for each act, its time in UTC."""
    return _csv(LOG, lines, _log)


def log_json(lines: Iterable[Line]) -> Iterator[bytes]:
    """The same as objects."""
    yield b'{"records": ['
    before = "\n"
    for line in lines:
        yield (before + json.dumps(_log(line), ensure_ascii=False)).encode()
        before = ",\n"
    yield b"\n]}\n"


def _access(line: Access, moment: datetime) -> dict[str, Any]:
    grant = line.grant
    values = (
        _utc(moment), grant.owner.code, grant.recipient.code, line.fund, line.name,
        bool(line.fund) and not line.found, line.deliveries, line.last and _utc(line.last), str(grant.pk),
        grant.state, grant.templates, grant.contents, grant.valuations_from, grant.ends_on,
    )  # fmt: skip
    return dict(zip(ACCESS, values, strict=True))


def _log(line: Line) -> dict[str, Any]:
    values = (
        line.number, _utc(line.at), line.kind, "given" if line.given else "received",
        line.other and line.other.code, line.funds, line.delivery, line.file, str(line.grant or ""),
        line.person and str(line.person), line.person_id, line.address,
    )  # fmt: skip
    return dict(zip(LOG, values, strict=True))


def _csv(columns: Iterable[str], rows: Iterable[Any], of: Callable[[Any], dict[str, Any]]) -> Iterator[bytes]:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    text.write(BOM)
    writer.writerow(columns)
    coming = iter(rows)
    while some := list(islice(coming, LINES)):
        writer.writerows([_cell(value) for value in of(row).values()] for row in some)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return "" if value is None else harmless(str(value))


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
