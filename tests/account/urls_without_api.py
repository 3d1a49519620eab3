"""A site that has the pages for users, and no API of sessions."""

from django.urls import include, path

urlpatterns = [path("account/sessions/", include("sessions_api.account.urls"))]
