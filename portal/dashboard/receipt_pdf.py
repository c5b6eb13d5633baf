"""A receipt as a page of paper. The signed JSON is attached to it: that is what can be checked."""

import json
import unicodedata
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from portal.dashboard import wording

JSON_NAME = "receipt.json"
_LABEL, _LINE = 48, 6
"""Millimetres: width of the names, height of a line."""
_NEAREST = dict(
    zip(
        "ŁłĐđıŒœ–—‘’“”…€",
        ["L", "l", "D", "d", "i", "OE", "oe", "-", "-", "'", "'", '"', '"', "...", "EUR"],
        strict=True,
    )
)


def receipt_pdf(sealed: dict[str, Any]) -> bytes:
    """The signed receipt as PDF, with itself as an attachment."""
    receipt = sealed["receipt"]
    page = FPDF(format="A4")
    page.set_creation_date(datetime.fromisoformat(receipt["issued_at"]))
    page.set_title(_("Receipt"))
    page.set_margins(22, 20)
    page.add_page()
    page.set_font("helvetica", "B", 20)
    page.cell(0, 12, _plain(_("Receipt")), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    for title, rows in _sections(receipt).items():
        _section(page, title, rows)
    _signature(page, sealed["signature"])
    attached = json.dumps(sealed, indent=2, ensure_ascii=False).encode()
    page.embed_file(basename=JSON_NAME, bytes=attached, desc=_plain(_("The signed receipt")))
    return bytes(page.output())


def _sections(receipt: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """What the page says, by section: (name, text)."""
    file, submission, check = receipt["file"], receipt["submission"], receipt["check"]
    counts, rulebook = check["counts"], check["rulebook"]
    told = wording.VERDICTS.get(check["verdict"], wording.UNKNOWN).word
    template = " ".join(filter(None, (check["template"], check["template_version"])))
    return {
        _("File"): [
            (_("Name"), file["name"]),
            (_("Size"), _("%(bytes)s bytes") % {"bytes": f"{file['bytes']:,}"}),
            ("SHA-256", file["sha256"]),
            (_("Stored version"), file["version"]),
        ],
        pgettext("heading", "Received"): [
            (_("Institution"), receipt["institution"]["name"]),
            (_("Handed in by"), _who(submission["handed_in_by"])),
            (_("Received at"), _moment(submission["received_at"])),
            (_("Submission"), _("No. %(number)s") % submission + f", {submission['id']}"),
            (_("Stands as"), _standing(submission)),
        ],
        _("Check"): [
            (_("Verdict"), str(told) + (f" ({check['code']})" if check["code"] else "")),
            (_("Findings"), _("Errors: %(error)s, warnings: %(warning)s, notes: %(info)s") % counts),
            (_("Template"), template or _("not recognised")),
            (_("Valuation date"), check["valuation_date"] or ""),
            (_("Rows"), f"{check['rows']:,}"),
            (_("Finished at"), _moment(check["finished_at"])),
            (_("Attempt"), str(check["attempt"])),
            (_("Rules"), check["ruleset_version"] or ""),
            (_("Rulebook"), _rulebook(rulebook)),
            (_("Column mapping"), "; ".join(map(_mapping, check["column_mappings"]))),
        ],
        _("Issued"): [
            (_("At"), _moment(receipt["issued_at"])),
            (_("By"), receipt["issued_by"]),
            (_("To"), _who(receipt["issued_to"])),
        ],
    }


def _section(page: FPDF, title: str, rows: list[tuple[str, str]]) -> None:
    page.ln(4)
    page.set_font("helvetica", "B", 12)
    page.cell(0, 8, _plain(title), border="B", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(1)
    for name, text in rows:
        if text:
            page.set_font("helvetica", "", 9)
            page.cell(_LABEL, _LINE, _plain(name))
            if name == "SHA-256":
                page.set_font("courier", "", 8)  # on one line
            page.multi_cell(0, _LINE, _plain(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _signature(page: FPDF, signature: dict[str, str]) -> None:
    _section(
        page, _("Signature"), [(_("Algorithm"), signature["algorithm"]), (_("Key"), signature["key_id"])]
    )
    page.set_font("courier", "", 8)
    page.multi_cell(0, 4.5, signature["value"], new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(3)
    page.set_font("helvetica", "", 9)
    told = _(
        "The file %(name)s is attached to this document. It holds the same facts with the signature over "
        "them, and can be checked with the public key of the portal, also without a connection to it."
    )
    page.multi_cell(0, 5, _plain(told % {"name": JSON_NAME}))


def _standing(submission: dict[str, Any]) -> str:
    """What a delivery with this receipt is worth now."""
    if submission["check_only"]:
        return _("only checked, not handed in")
    if submission["state"] == "WITHDRAWN":
        return _("withdrawn")
    if submission["replaced_by"]:
        return _("replaced by a later delivery")
    return _("handed in")


def _moment(text: str | None) -> str:
    """As the JSON has it, to the second."""
    return text.replace("T", " ").replace("+00:00", " UTC") if text else ""


def _who(person: dict[str, str]) -> str:
    return f"{person['name']}, {person['email']}" if person["name"] else person["email"]


def _rulebook(rulebook: dict[str, Any] | None) -> str:
    if not rulebook:
        return _("None: every rule as it comes")
    return ", ".join(filter(None, (rulebook.get("title"), rulebook["version_id"])))


def _mapping(used: dict[str, Any]) -> str:
    number = _("No. %(number)s") % used if used["number"] else ""
    return ", ".join(filter(None, (number, used["fingerprint"][:12], used["version_id"])))


def _plain(text: str) -> str:
    """What the fonts that every reader has can show; the attachment has every sign as it is."""

    def shown(sign: str) -> str:
        plain = (
            unicodedata.normalize("NFKD", _NEAREST.get(sign, sign))
            .encode("latin-1", "ignore")
            .decode("latin-1")
        )
        return sign if sign.isprintable() and ord(sign) < 256 else plain or "?"

    return "".join(map(shown, str(text)))
