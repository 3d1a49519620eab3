"""A view that ends the sessions of its own user."""

from django.http import HttpRequest, HttpResponse

from sessions_api import lifecycle


def end_all(request: HttpRequest) -> HttpResponse:
    """End all sessions of the user, this one included."""
    assert request.user.is_authenticated
    lifecycle.end_all(request.user)
    return HttpResponse("ended")
