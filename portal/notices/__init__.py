"""Notices to people and systems: in the portal, by e-mail, by webhook."""
