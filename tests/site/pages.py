"""Pages of the test site that use the template tags."""

from django.http import HttpResponse
from django.template import RequestContext, Template

LOGIN = Template("{% load sessions_api %}[{% session_end_message %}]")


def login_page(request):
    """Say why the user was signed out."""
    return HttpResponse(LOGIN.render(RequestContext(request, {"request": request})))


async def async_login_page(request):
    """Say the same in an async view."""
    await request.auser()
    return login_page(request)


def timed_page(request):
    """Warn before the session ends."""
    warning = int(request.GET.get("warning", 120))
    timed = Template("{% load sessions_api %}{% session_timer warning %}")
    return HttpResponse(
        timed.render(RequestContext(request, {"request": request, "warning": warning}))
    )
