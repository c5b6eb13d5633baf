"""Submissions over the API: parse, call one service or selector, render."""

from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import Throttled, UnsupportedMediaType
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from ingestion.pipeline.expected import EXPECTABLE
from ingestion.review.selectors import deliverable_for
from ingestion.web import selectors, services
from ingestion.web.errors import TooManyUploads
from ingestion.web.states import State
from ingestion.web.uploads.reception import Reception
from ingestion.web.uploads.terms import MAX_REASON
from portal.accounts.permissions import role_required
from portal.accounts.programs.scopes import Scope
from portal.accounts.roles import Role
from portal.api import serializers
from portal.api.callers import acting, reader
from portal.api.errors import FileRefused
from portal.api.paging import page_of, paged
from portal.common.errors import BadRequest

CLI_REDIRECT = "http://localhost:8400/callback"  # as the user pool's public client has it
PROBLEM = OpenApiResponse(serializers.ProblemSerializer, description="application/problem+json")
READING = {400: PROBLEM, 401: PROBLEM, 403: PROBLEM, 429: PROBLEM, 503: PROBLEM}
ONE = READING | {404: PROBLEM}
UPLOADING = READING | {413: PROBLEM, 415: PROBLEM}
FORM = {
    "multipart/form-data": {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "expected_template": {"type": "string", "enum": list(EXPECTABLE)},
            "reason": {
                "type": "string",
                "maxLength": MAX_REASON,
                "description": "Why it replaces an earlier delivery, if it does.",
            },
        },
        "required": ["file"],
    }
}


class SignInView(APIView):
    """How a program signs a person in: code flow with PKCE, as the public client."""

    authentication_classes: list[type[BaseAuthentication]] = []
    permission_classes = [AllowAny]

    @extend_schema(operation_id="sign_in", responses={200: serializers.SignInSerializer})
    def get(self, request: Request) -> Response:
        """Addresses of the user pool and the client to use."""
        return Response(
            {
                "authorize_url": f"{settings.FUNDGATE_COGNITO_DOMAIN}/oauth2/authorize",
                "token_url": f"{settings.FUNDGATE_COGNITO_DOMAIN}/oauth2/token",
                "client_id": settings.FUNDGATE_CLI_CLIENT_ID,
                "redirect_uri": CLI_REDIRECT,
                "scope": settings.OIDC_RP_SCOPES,
            }
        )


class SubmissionsView(APIView):
    """The institution's submissions."""

    scope = Scope.SUBMISSIONS

    def get_permissions(self) -> list[BasePermission]:
        return [role_required(Role.UPLOADER if self.request.method == "POST" else Role.VIEWER)()]

    @extend_schema(
        operation_id="submissions_list",
        parameters=[serializers.SubmissionQuerySerializer],
        responses={200: serializers.SubmissionPageSerializer, **READING},
    )
    def get(self, request: Request) -> Response:
        """Newest first; refused files only with `state=REFUSED`.

        With `deliverable=true` the deliveries that count now and of which no error is open.
        """
        query = _query(serializers.SubmissionQuerySerializer(data=request.query_params))
        state = query.get("state")
        found = selectors.submissions_for(reader(request), refused=state in ("REFUSED", "RECEIVING"))
        if "verdict" in query:
            query.setdefault("state", State.COMPLETED)  # a withdrawn one keeps its verdict
        found = found.filter(**{name: query[name] for name in ("state", "verdict") if name in query})
        if query["deliverable"]:
            found = found.filter(pk__in=deliverable_for(reader(request)).values("pk"))
        page = page_of(found.select_related("standing"), query)
        summaries = serializers.SubmissionSummarySerializer(list(page.object_list), many=True)
        return Response(paged(page, summaries.data))

    @extend_schema(
        operation_id="submissions_create",
        parameters=[serializers.UploadQuerySerializer],
        request=FORM,
        responses={201: serializers.ReceiptSerializer, 200: serializers.ReceiptSerializer, **UPLOADING},
    )
    def post(self, request: Request) -> Response:
        """Takes one file. 200 instead of 201: the same content was sent before, this is that submission.

        With `expected_template` a file of another template is not checked and says so. With `check_only` it
        is not handed in: it counts for nothing and is deleted after 7 days.
        """
        if not (request.content_type or "").startswith("multipart/form-data"):
            raise UnsupportedMediaType(request.content_type or "")
        try:
            reception = Reception(request._request, acting(request))
        except TooManyUploads as refusal:
            raise Throttled(wait=refusal.retry_after, detail=refusal.message) from None
        with reception:
            outcome = _receive_one(reception)
        if isinstance(outcome, services.Refused):
            raise FileRefused(outcome)
        duplicate = isinstance(outcome, services.Duplicate)
        submission = outcome.submission
        if duplicate:
            submission = selectors.get_submission(acting(request), submission.id)
        receipt = serializers.ReceiptSerializer(submission).data | {"duplicate": duplicate}
        return Response(receipt, status=200 if duplicate else 201)


class SubmissionView(APIView):
    """One submission."""

    scope = Scope.SUBMISSIONS

    @extend_schema(
        operation_id="submissions_retrieve", responses={200: serializers.SubmissionSerializer, **ONE}
    )
    def get(self, request: Request, submission_id: UUID) -> Response:
        """State, verdict, counts and steps."""
        submission = selectors.get_submission(reader(request), submission_id)
        return Response(serializers.SubmissionSerializer(submission).data)


class WithdrawalView(APIView):
    """The end of one submission's use."""

    permission_classes = [role_required(Role.UPLOADER)]

    @extend_schema(
        operation_id="submissions_withdraw",
        request=serializers.WithdrawalSerializer,
        responses={200: serializers.SubmissionSerializer, **ONE, 409: PROBLEM},
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        """Takes it back; the earlier delivery of the same funds and date counts again.

        With a verdict it needs a `reason`. By who uploaded it or a reviewer.
        """
        said = serializers.WithdrawalSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        actor = acting(request)
        submission = selectors.get_submission(actor, submission_id)
        withdrawn = services.withdraw(actor, submission, reason=said.validated_data["reason"])
        return Response(serializers.SubmissionSerializer(selectors.get_submission(actor, withdrawn.id)).data)


class FindingsView(APIView):
    """The findings of one submission."""

    @extend_schema(
        operation_id="submissions_findings",
        parameters=[serializers.FindingQuerySerializer],
        responses={200: serializers.FindingPageSerializer, **ONE},
    )
    def get(self, request: Request, submission_id: UUID) -> Response:
        """Read from the results with the caller's own rights; 404 before there is a verdict."""
        query = _query(serializers.FindingQuerySerializer(data=request.query_params))
        actor = acting(request)
        submission = selectors.get_submission(actor, submission_id)
        page = selectors.findings_page(actor, submission, **query)
        told = {"total": page.total, "page": page.page, "pages": page.pages}
        return Response({"results": page.rows} | told)


def _receive_one(reception: Reception) -> services.Outcome:
    reception.read()
    if len(reception.incoming) != 1:
        raise BadRequest("Send exactly one file, in the form field `file`.")
    return services.receive(reception)[0]


def _query(serializer: Serializer[dict[str, Any]]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
