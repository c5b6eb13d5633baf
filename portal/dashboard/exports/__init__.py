"""Findings as csv, xlsx and JSON, streamed. No cell can become a formula, a link or a rounded number."""

from portal.dashboard.exports.plain import findings_csv, findings_json
from portal.dashboard.exports.workbook import findings_xlsx

__all__ = ["findings_csv", "findings_json", "findings_xlsx"]
