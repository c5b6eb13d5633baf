"""Where the platform lives on AWS. Endpoint and own credentials are botocore's business (AWS_* variables)."""

from portal.settings import env
from portal.settings.environment import needed_in_production

_NONE = needed_in_production("")

FUNDGATE_REGION = env.text("FUNDGATE_REGION", needed_in_production("eu-central-1"))
FUNDGATE_ACCOUNT_ID = env.text("FUNDGATE_ACCOUNT_ID", needed_in_production("000000000000"))
if len(FUNDGATE_ACCOUNT_ID) != 12 or not FUNDGATE_ACCOUNT_ID.isdecimal():
    raise env.Misconfigured("FUNDGATE_ACCOUNT_ID must be the 12 digits of an AWS account.")

FUNDGATE_USER_POOL_ID = env.text("FUNDGATE_USER_POOL_ID", _NONE)
FUNDGATE_USER_POOL_CLIENT_ID = env.text("FUNDGATE_USER_POOL_CLIENT_ID", _NONE)
FUNDGATE_USER_POOL_CLIENT_SECRET = env.secret("FUNDGATE_USER_POOL_CLIENT_SECRET", _NONE)
FUNDGATE_CLI_CLIENT_ID = env.text("FUNDGATE_CLI_CLIENT_ID", _NONE)
FUNDGATE_ISSUER = env.url("FUNDGATE_ISSUER", _NONE)
FUNDGATE_JWKS_URL = env.url("FUNDGATE_JWKS_URL", _NONE)
FUNDGATE_COGNITO_DOMAIN = env.url("FUNDGATE_COGNITO_DOMAIN", _NONE)
FUNDGATE_IDENTITY_POOL_ID = env.text("FUNDGATE_IDENTITY_POOL_ID", _NONE)
FUNDGATE_STATE_MACHINE_ARN = env.text("FUNDGATE_STATE_MACHINE_ARN", _NONE)
FUNDGATE_STATE_KEY_ARN = env.text("FUNDGATE_STATE_KEY_ARN", _NONE)
FUNDGATE_CALLBACK_KEY_ARN = env.text("FUNDGATE_CALLBACK_KEY_ARN", _NONE)
FUNDGATE_RECEIPT_KEY_ARN = env.text("FUNDGATE_RECEIPT_KEY_ARN", _NONE)
FUNDGATE_QUEUE_URL = env.url("FUNDGATE_QUEUE_URL", _NONE)
FUNDGATE_SAMPLES_DIR = env.text("FUNDGATE_SAMPLES_DIR", "")
