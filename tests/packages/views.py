"""Views that sites write themselves."""

from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django_otp import login as otp_login
from django_otp import match_token


def login_alone(request: HttpRequest) -> HttpResponse:
    """Sign a user in for whatever reason, as a view behind a link in an e-mail does."""
    user = get_user_model()._default_manager.get(username=request.POST["username"])
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponse()


@login_required
def verify(request: HttpRequest) -> HttpResponse:
    """Take the second factor of a user who is signed in already."""
    device = match_token(request.user, request.POST["token"])
    if device is None:
        return HttpResponse(status=403)
    otp_login(request, device)
    return HttpResponse()
