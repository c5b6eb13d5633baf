import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError, ReadTimeoutError

from ingestion.aws import errors


def client_error(code: str, status: int = 400) -> ClientError:
    response = {
        "Error": {"Code": code, "Message": "User arn:aws:sts::1:x on key secret-name"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "GetObject")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("AccessDenied", 403, errors.AccessDenied),
        ("KMS.DisabledException", 400, errors.AccessDenied),
        ("ExpiredToken", 400, errors.CredentialsExpired),
        ("NoSuchVersion", 404, errors.NotFound),
        ("ParameterNotFound", 400, errors.NotFound),
        ("PreconditionFailed", 412, errors.AlreadyExists),
        ("SlowDown", 503, errors.AwsUnavailable),
        ("SomethingNew", 503, errors.AwsUnavailable),
        ("SomethingNew", 429, errors.AwsUnavailable),
    ],
)
def test_an_aws_error_becomes_the_one_that_says_what_happened(code: str, status: int, kind: type) -> None:
    assert type(errors.translate(client_error(code, status))) is kind


def test_an_unknown_code_stays_the_base_error_and_keeps_its_code() -> None:
    error = errors.translate(client_error("SomethingNew"))
    assert type(error) is errors.AwsError
    assert error.code == "SomethingNew"


def test_no_answer_is_unavailable_but_a_wrong_call_is_not() -> None:
    for silent in (
        EndpointConnectionError(endpoint_url="http://x"),
        ReadTimeoutError(endpoint_url="http://x"),
    ):
        assert isinstance(errors.translate(silent), errors.AwsUnavailable)
    assert type(errors.translate(ParamValidationError(report="x"))) is errors.AwsError


def test_the_text_of_an_error_quotes_nothing_of_the_message() -> None:
    assert str(errors.translate(client_error("AccessDenied", 403))) == "GetObject: AccessDenied"
