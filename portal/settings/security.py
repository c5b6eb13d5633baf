"""Cookies, transport and the headers a browser enforces for us."""

from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF

from portal.settings import env
from portal.settings.aws import FUNDGATE_COGNITO_DOMAIN
from portal.settings.environment import HTTPS

COOKIE_PREFIX = "__Host-" if HTTPS else ""  # browsers refuse the prefix without TLS
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}fg_session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}fg_csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.common.views.csrf_failed"

SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None  # the load balancer sets it
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

_COGNITO = urlsplit(FUNDGATE_COGNITO_DOMAIN)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # signing out is a form whose answer redirects to Cognito, and browsers apply form-action to redirects
        "form-action": [SELF, *([f"{_COGNITO.scheme}://{_COGNITO.netloc}"] if _COGNITO.netloc else [])],
    },
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # form fields and webhook bodies; files stream past it
DATA_UPLOAD_MAX_NUMBER_FILES = 50
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_100  # one choice for each column that a mapping can have
# files per institution, so that none slows down the others
FUNDGATE_UPLOADS_PER_MINUTE = env.integer("FUNDGATE_UPLOADS_PER_MINUTE", 300, least=1, most=100_000)
# calls with one API token; tokens of either kind that are refused to one address
FUNDGATE_TOKEN_CALLS_PER_MINUTE = env.integer("FUNDGATE_TOKEN_CALLS_PER_MINUTE", 300, least=1, most=100_000)
FUNDGATE_REFUSED_PER_MINUTE = env.integer("FUNDGATE_REFUSED_PER_MINUTE", 60, least=1, most=100_000)
