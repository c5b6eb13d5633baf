"""E-mail and webhooks: SES in production, a folder of messages elsewhere."""

from portal.settings import env
from portal.settings.environment import BASE_DIR, PRODUCTION, needed_in_production

DEFAULT_FROM_EMAIL = env.text("FUNDGATE_MAIL_FROM", needed_in_production("fundgate@portal.example"))
EMAIL_BACKEND = "portal.notices.ses.SesBackend" if PRODUCTION else "portal.notices.mailbox.MailboxBackend"
# where messages are kept that never leave this machine; nowhere in production
FUNDGATE_MAILBOX = "" if PRODUCTION else env.text("FUNDGATE_MAILBOX", str(BASE_DIR / ".local" / "mail"))
# an endpoint on one's own machine, without TLS: to try webhooks out, and in tests
FUNDGATE_WEBHOOKS_MAY_BE_LOCAL = not PRODUCTION
