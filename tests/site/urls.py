from django.apps import apps
from django.contrib import admin
from django.contrib.auth.views import LoginView
from django.urls import include, path

from tests.site import pages, views

urlpatterns = [
    path("api/", include("sessions_api.urls")),
    path("ory/", include("sessions_api.dialects.ory.urls")),
    path("hanko/", include("sessions_api.dialects.hanko.urls")),
    path("torii/", include("sessions_api.dialects.torii.urls")),
    path("flashback/", include("sessions_api.dialects.flashback.urls")),
    path("do/<str:steps>/", views.do),
    path("ado/<str:steps>/", views.ado),
    path("poll/", views.poll),
    path("static-page/", views.static),
    path("login-page/", pages.login_page),
    path("async-login-page/", pages.async_login_page),
    path("timed-page/", pages.timed_page),
    path("accounts/login/", LoginView.as_view(template_name="admin/login.html")),
]

if apps.is_installed("django.contrib.admin"):
    urlpatterns.append(path("admin/", admin.site.urls))
