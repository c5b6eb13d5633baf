"""Logs: one line per event on stderr with the request's id; nothing that came from a user or a token."""

from portal.settings import env

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "portal.common.request_id.RequestIdFilter"}},
    "formatters": {
        "line": {
            "()": "portal.common.logs.LineFormatter",
            "format": "{asctime} {levelname} {name} [{request_id}] {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request"]}},
    "root": {
        "handlers": ["stderr"],
        "level": env.choice("FUNDGATE_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO"),
    },
    "loggers": {
        # at DEBUG these two print requests with their headers and bodies, which hold tokens
        "botocore": {"level": "WARNING"},
        "urllib3": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
        # quotes what an exception of a receiver says; whoever sends names it without
        "django.dispatch": {"level": "CRITICAL"},
    },
}
