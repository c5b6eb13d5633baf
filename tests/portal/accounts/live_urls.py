"""The portal's addresses and four probes: who acts, with which token, with which credentials, by API."""

import hashlib

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import path
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from ingestion.aws import clients, layout
from portal.accounts.permissions import member_required, role_required
from portal.accounts.roles import Role
from portal.urls import handler400, handler403, handler404, handler500
from portal.urls import urlpatterns as portal_urls

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@member_required()
def who(request: HttpRequest) -> HttpResponse:
    actor = request.actor
    return JsonResponse(
        {"email": actor.user.email, "institution": actor.institution.code, "role": actor.role}
    )


@member_required()
def token(request: HttpRequest) -> HttpResponse:
    minutes = float(request.GET.get("minutes", "0"))
    return JsonResponse({"sha256": hashlib.sha256(request.actor.id_token(minutes).encode()).hexdigest()})


@member_required(Role.UPLOADER)
def store(request: HttpRequest) -> HttpResponse:
    """Writes into the landing bucket of the institution named in the query, with the actor's credentials."""
    code = request.GET["code"]
    s3 = clients.client("s3", request.actor.credentials())
    bucket = layout.bucket_name("000000000000", code, "landing")
    try:
        s3.put_object(Bucket=bucket, Key="probe", Body=b"x")
    except s3.exceptions.ClientError as error:
        return JsonResponse({"stored": False, "code": error.response["Error"]["Code"]})
    return JsonResponse({"stored": True})


def form_token(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"csrf": get_token(request)})


@api_view(["GET"])
def api_who(request: Request) -> Response:
    actor = request._request.actor
    return Response({"email": actor.user.email, "institution": actor.institution.code, "role": actor.role})


api_who.cls.permission_classes = [role_required(Role.UPLOADER)]

urlpatterns = [
    path("probe/form-token/", form_token),
    path("probe/who/", who),
    path("probe/token/", token),
    path("probe/store/", store),
    path("api/v1/probe/who/", api_who),
    *portal_urls,
]
