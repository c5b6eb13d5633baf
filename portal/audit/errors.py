"""Errors of the audit trail."""


class AppendOnly(RuntimeError):
    """Someone tried to change or delete an audit record."""
