"""Views that raise, for the tests of the error middleware."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ingestion.aws import errors as aws
from ingestion.web.errors import TooManyUploads
from portal.common.errors import BadRequest, Conflict, FundgateError, NotAllowed, NotFound, SignInNeeded

handler400 = "portal.common.views.bad_request"
handler403 = "portal.common.views.permission_denied"
handler404 = "portal.common.views.not_found"
handler500 = "portal.common.views.server_error"

RAISED: dict[str, Exception] = {
    "down": aws.AwsUnavailable("ConnectTimeoutError", "PutObject"),
    "denied": aws.AccessDenied("AccessDenied", "GetObject"),
    "gone": aws.NotFound("NoSuchKey", "GetObject"),
    "token": aws.TokenExpired("TokenExpired"),
    "role": NotAllowed("This needs the role admin."),
    "none": NotFound(),
    "late": Conflict(),
    "busy": TooManyUploads(7),
    "bad": BadRequest("This is not what the form asks for."),
    "sign-in": SignInNeeded(),
    "own": FundgateError(),
    "bug": RuntimeError("a value nobody may see"),
    "invalid": ValidationError({"file": ["is missing"]}),
}


def page(request: HttpRequest, name: str) -> HttpResponse:
    if name == "fine":
        return HttpResponse("fine")
    raise RAISED[name]


def download(request: HttpRequest) -> HttpResponse:
    return HttpResponse("a;b", headers={"Content-Disposition": "attachment; filename=x.csv"})


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


@api_view(["GET"])
@authentication_classes([])
@permission_classes([])
def api(request: Request, name: str) -> Response:
    raise RAISED[name]


urlpatterns = [
    path("page/<str:name>/", page),
    path("download/", download),
    path("act/", csrf_exempt(act)),
    path("api/v1/<str:name>/", api),
    path("sign-in/", page, {"name": "fine"}, name="sign_in"),
    path("sign-out/", page, {"name": "fine"}, name="sign_out"),
]
