"""The process configuration of the test run, set before anything reads the environment.

Loaded by `-p tests.environment` (pyproject.toml), because pytest-django reads Django's settings before any
conftest.
"""

import os

TEST_ENVIRONMENT = {
    "FUNDGATE_ENV": "test",
    "FUNDGATE_SECRET_KEY": "only-for-tests-never-for-a-running-portal",
    "FUNDGATE_BASE_URL": "http://127.0.0.1:8000",
    "FUNDGATE_REGION": "eu-central-1",
    "FUNDGATE_ACCOUNT_ID": "000000000000",
    "FUNDGATE_USER_POOL_ID": "eu-central-1_tests",
    "FUNDGATE_USER_POOL_CLIENT_ID": "portal-client",
    "FUNDGATE_USER_POOL_CLIENT_SECRET": "portal-client-secret",
    "FUNDGATE_CLI_CLIENT_ID": "cli-client",
    "FUNDGATE_ISSUER": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_tests",
    "FUNDGATE_JWKS_URL": "http://127.0.0.1:9/jwks.json",
    "FUNDGATE_COGNITO_DOMAIN": "http://127.0.0.1:9",
    "FUNDGATE_IDENTITY_POOL_ID": "eu-central-1:00000000-0000-0000-0000-000000000000",
    "FUNDGATE_STATE_MACHINE_ARN": "arn:aws:states:eu-central-1:000000000000:stateMachine:fundgate-pipeline",
    "FUNDGATE_STATE_KEY_ARN": "arn:aws:kms:eu-central-1:000000000000:key/state",
    "FUNDGATE_CALLBACK_KEY_ARN": "arn:aws:kms:eu-central-1:000000000000:key/callback",
    "FUNDGATE_RECEIPT_KEY_ARN": "arn:aws:kms:eu-central-1:000000000000:key/receipt",
    "FUNDGATE_RELEASE_KEY_ARN": "arn:aws:kms:eu-central-1:000000000000:key/release",
    "FUNDGATE_AUDIT_KEY_ARN": "arn:aws:kms:eu-central-1:000000000000:key/audit",
    "FUNDGATE_AUDIT_BUCKET": "fundgate-audit-000000000000",
    "FUNDGATE_QUEUE_URL": "http://127.0.0.1:9/000000000000/fundgate-work",
    "DATABASE_URL": os.environ.get("FUNDGATE_DATABASE_URL") or "sqlite://:memory:",
    # The browser's driver keeps an event loop in the process, which Django takes for asynchronous code.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
    # Nothing in a test may find real credentials, and nothing may reach an AWS that was not asked for.
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
}
os.environ.update(TEST_ENVIRONMENT)
for name in ("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_SESSION_TOKEN"):
    os.environ.pop(name, None)
