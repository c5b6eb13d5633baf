"""Errors of the AWS layer. Their text is code and operation, never an AWS message: those quote values."""

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError


class AwsError(Exception):
    """A call to AWS failed; `code` is the stable AWS error code, `operation` the API call."""

    def __init__(self, code: str = "", operation: str = "") -> None:
        self.code = code or type(self).__name__
        self.operation = operation
        super().__init__(f"{operation}: {self.code}" if operation else self.code)


class TokenInvalid(AwsError):
    """The ID token is not one of ours: signature, issuer, audience, use or form is wrong."""


class TokenExpired(TokenInvalid):
    """The ID token was ours and is over: past its expiry or ended by a sign-out."""


class CredentialsExpired(TokenExpired):
    """Temporary credentials are no longer accepted; a token that is still good can be exchanged again."""


class AccessDenied(AwsError):
    """The caller's role, the key policy or the bucket policy does not allow this."""


class AwsUnavailable(AwsError):
    """AWS did not answer, or asked to come back later; trying again is right."""


class NotFound(AwsError):
    """The object, parameter, key or execution does not exist."""


class AlreadyExists(AwsError):
    """A write-once object, parameter or execution name is taken."""


class ObjectChanged(AwsError):
    """An object's bytes are not those that were recorded."""


class ObjectTooLarge(AwsError):
    """An object is longer than its reader takes."""


_KINDS: dict[type[AwsError], str] = {
    AccessDenied: """
        403 AccessDenied AccessDeniedException AllAccessDisabled DisabledException ForbiddenException
        InvalidIdentityPoolConfigurationException KMS.DisabledException KMS.KMSInvalidStateException
        KMSInvalidStateException NotAuthorizedException UnauthorizedOperation""",
    CredentialsExpired: """
        ExpiredToken ExpiredTokenException InvalidAccessKeyId InvalidClientTokenId InvalidToken
        UnrecognizedClientException""",
    NotFound: """
        404 ExecutionDoesNotExist NoSuchBucket NoSuchBucketPolicy NoSuchKey NoSuchLifecycleConfiguration
        NoSuchUpload NoSuchVersion
        NotFoundException ParameterNotFound ResourceNotFoundException""",
    AlreadyExists: """
        412 BucketAlreadyOwnedByYou ExecutionAlreadyExists ParameterAlreadyExists PreconditionFailed""",
    AwsUnavailable: """
        500 503 ConditionalRequestConflict InternalError InternalErrorException InternalFailure
        InternalServerError KMS.DependencyTimeoutException RequestLimitExceeded RequestTimeout
        RequestTimeoutException ServiceUnavailable ServiceUnavailableException SlowDown ThrottledException
        Throttling ThrottlingException TooManyRequestsException TooManyUpdates""",
}
_BY_CODE = {code: kind for kind, codes in _KINDS.items() for code in codes.split()}


def translate(error: ClientError | BotoCoreError) -> AwsError:
    """The AwsError for a botocore error: by its code, else by its HTTP status, else the base class."""
    if not isinstance(error, ClientError):
        silent = isinstance(error, HTTPClientError | ConnectionError)  # the rest is wrong use of the library
        return (AwsUnavailable if silent else AwsError)(type(error).__name__)
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    kind = _BY_CODE.get(code)
    if kind is None:
        kind = AwsUnavailable if status >= 500 or status == 429 else AwsError
    return kind(code, error.operation_name)
