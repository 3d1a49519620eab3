"""The test site with the pages for users."""

from django.contrib.auth.views import PasswordResetView
from django.urls import include, path

from tests.site.urls import urlpatterns as others

urlpatterns = [
    *others,
    path("account/sessions/", include("sessions_api.account.urls")),
    path("reset/", PasswordResetView.as_view(), name="password_reset"),
]
