"""Sign-in: Cognito's authorization code flow through mozilla-django-oidc."""

from portal.settings.aws import (
    FUNDGATE_COGNITO_DOMAIN,
    FUNDGATE_JWKS_URL,
    FUNDGATE_USER_POOL_CLIENT_ID,
    FUNDGATE_USER_POOL_CLIENT_SECRET,
)
from portal.settings.environment import HTTPS

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["portal.accounts.oidc.CognitoBackend"]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "/"
LOGIN_REDIRECT_URL_FAILURE = "/sign-in/?reason=failed"
SILENCED_SYSTEM_CHECKS: list[str] = []

OIDC_CALLBACK_CLASS = "portal.accounts.views.CallbackView"
OIDC_OP_AUTHORIZATION_ENDPOINT = f"{FUNDGATE_COGNITO_DOMAIN}/oauth2/authorize"
OIDC_OP_TOKEN_ENDPOINT = f"{FUNDGATE_COGNITO_DOMAIN}/oauth2/token"
OIDC_OP_USER_ENDPOINT = f"{FUNDGATE_COGNITO_DOMAIN}/oauth2/userInfo"
OIDC_OP_JWKS_ENDPOINT = FUNDGATE_JWKS_URL
OIDC_RP_CLIENT_ID = FUNDGATE_USER_POOL_CLIENT_ID
OIDC_RP_CLIENT_SECRET = FUNDGATE_USER_POOL_CLIENT_SECRET
OIDC_RP_SCOPES = "openid email profile"
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_USE_NONCE = True
OIDC_USE_PKCE = True
OIDC_PKCE_CODE_CHALLENGE_METHOD = "S256"
OIDC_STORE_ACCESS_TOKEN = False  # tokens are kept sealed (portal.accounts.seal), never plain in the session
OIDC_STORE_ID_TOKEN = False
OIDC_REDIRECT_REQUIRE_HTTPS = HTTPS
OIDC_TIMEOUT = (2, 10)  # seconds to connect, to answer
OIDC_MAX_STATES = 10
