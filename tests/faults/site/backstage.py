"""What tests ask of the site's tables. No session is used, and none is judged."""

from datetime import timedelta

from django.apps import apps
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse


def ping(request: HttpRequest) -> HttpResponse:
    """Answer, whatever the state of the site's servers."""
    return HttpResponse("pong")


def rows(request: HttpRequest) -> JsonResponse:
    """Return what the table says of each session, the oldest first."""
    sessions = apps.get_model("sessions_api", "Session")._base_manager.order_by("created_at")
    told = sessions.values("id", "user__username", "ended_at", "end_reason", "last_used")
    return JsonResponse({"rows": list(told)})


def age(request: HttpRequest) -> HttpResponse:
    """Move a ``field`` of all sessions, or those ``of`` a user, ``hours`` back, so that no test waits.

    Without a field that is their last use: the next one is then to be written.
    """
    sessions = apps.get_model("sessions_api", "Session")._base_manager
    by = timedelta(hours=float(request.GET["hours"]))
    field = request.GET.get("field", "last_used")
    chosen = sessions.filter(user__username=request.GET["of"]) if "of" in request.GET else sessions
    return HttpResponse(str(chosen.update(**{field: F(field) - by})))
