"""/healthz for load balancers and people: is the database there and set up? Says what is wrong, no secret."""

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from portal.common.middleware import GetResponse

PATH = "/healthz"
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class HealthMiddleware:
    """Answers /healthz before the host check and the redirect to https: a load balancer asks by address."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in {PATH, f"{PATH}/"} and request.method in {"GET", "HEAD"}:
            return health()
        return self.get_response(request)


def health() -> JsonResponse:
    """200 {"status": "ok"} or 503 with a sentence per failing check."""
    database = database_trouble()
    body = {"status": "failing" if database else "ok", "checks": {"database": database or "ok"}}
    return JsonResponse(body, status=503 if database else 200, headers=_HEADERS)


def database_trouble() -> str:
    """What is wrong with the database in one sentence; empty when nothing is."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            tables = set(connection.introspection.table_names(cursor))
    except Error as error:  # its text may name host and user
        return f"The database does not answer ({type(error).__name__})."
    if "django_migrations" not in tables or f"{settings.AUTH_USER_MODEL.split('.')[0]}_user" not in tables:
        return "The database is empty; run manage.py migrate."
    return ""
