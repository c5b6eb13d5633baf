"""Which environment this process runs in, under which address, and its secret key."""

from pathlib import Path
from urllib.parse import urlsplit

from django.core.management.utils import get_random_secret_key

from portal.settings import env

BASE_DIR = Path(__file__).resolve().parents[2]

# Without a word the process is a local one: loopback names only, nothing of it can be reached from elsewhere.
FUNDGATE_ENV = env.choice("FUNDGATE_ENV", ("local", "test", "production"), "local")
PRODUCTION = FUNDGATE_ENV == "production"
DEBUG = False  # the designed error pages are part of the product, so they are what everybody sees everywhere


def needed_in_production(default: str) -> str | None:
    """The default outside production; in production None, which makes the reader insist on a value."""
    return None if PRODUCTION else default


# A random key outside production ends every session at a restart; the local launcher writes a lasting one.
SECRET_KEY = env.secret("FUNDGATE_SECRET_KEY", needed_in_production(get_random_secret_key()))
if PRODUCTION and len(SECRET_KEY) < 50:
    raise env.Misconfigured("FUNDGATE_SECRET_KEY must have at least 50 characters.")

FUNDGATE_BASE_URL = env.url("FUNDGATE_BASE_URL", needed_in_production("http://127.0.0.1:8000"))
HTTPS = FUNDGATE_BASE_URL.startswith("https://")
if PRODUCTION and not HTTPS:
    raise env.Misconfigured("FUNDGATE_BASE_URL must start with https:// in production.")

_HOST = urlsplit(FUNDGATE_BASE_URL).hostname or ""
ALLOWED_HOSTS = env.words("FUNDGATE_ALLOWED_HOSTS", _HOST if PRODUCTION else f"{_HOST},127.0.0.1,localhost")
if "*" in ALLOWED_HOSTS:
    raise env.Misconfigured("FUNDGATE_ALLOWED_HOSTS must name the hosts; * would accept any.")
# how many proxies of ours stand in front and append to X-Forwarded-For (a load balancer: 1)
FUNDGATE_PROXIES = env.integer("FUNDGATE_PROXIES", 0, most=5)
CSRF_TRUSTED_ORIGINS = [FUNDGATE_BASE_URL] if HTTPS else []
