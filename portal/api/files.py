"""Files of a submission over the API: the delivered one, the annotated workbook, the tables."""

from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingestion.web import selectors
from ingestion.web.services.files import files_of
from portal.accounts.permissions import role_required
from portal.accounts.programs.scopes import Scope
from portal.accounts.roles import Role
from portal.api.callers import acting, reader
from portal.api.views import ONE
from portal.common.errors import NotFound


class FileNamesSerializer(serializers.Serializer[dict[str, Any]]):
    """What is there now; the annotated workbook comes some seconds after the verdict."""

    files = serializers.ListField(child=serializers.CharField())


class FilesView(APIView):
    """Which files there are."""

    permission_classes = [role_required(Role.VIEWER)]
    scope = Scope.SUBMISSIONS

    @extend_schema(operation_id="submissions_files", responses={200: FileNamesSerializer, **ONE})
    def get(self, request: Request, submission_id: UUID) -> Response:
        """Their names: `original`, `annotated.xlsx`, and of each table `<name>.parquet` and `<name>.csv`."""
        submission = selectors.get_submission(reader(request), submission_id)
        return Response({"files": list(files_of(submission))})


class FileView(APIView):
    """One of them."""

    permission_classes = [role_required(Role.VIEWER)]

    @extend_schema(
        operation_id="submissions_file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **ONE},
    )
    def get(self, request: Request, submission_id: UUID, name: str) -> StreamingHttpResponse:
        """Streamed from the institution's bucket with the caller's own rights."""
        actor = acting(request)
        submission = selectors.get_submission(actor, submission_id)
        service = files_of(submission).get(name)
        if service is None:
            raise NotFound("There is no such file of this submission.")
        content = service(actor=actor, submission=submission)
        return StreamingHttpResponse(content, content_type="application/octet-stream")
