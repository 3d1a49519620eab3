"""The test site, whose page for signing in is kept for all by mistake."""

from django.urls import path
from django.views.decorators.cache import cache_page

from tests.site import pages
from tests.site.urls import urlpatterns as others

urlpatterns = [
    path("login-page/", cache_page(60)(pages.login_page)),
    path("timed-page/", cache_page(60)(pages.timed_page)),
    *others,
]
