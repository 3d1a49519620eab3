"""Addresses of the example site."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from example_project.demo.single_sign_on import single_sign_on

# The account pages have template names of their own: under Django's default names they would
# replace the admin's pages too.
account_patterns = [
    path("login/", auth_views.LoginView.as_view(template_name="accounts/login.html"), name="login"),
    path("single-sign-on/", single_sign_on, name="single_sign_on"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path(
        "password/",
        auth_views.PasswordChangeView.as_view(template_name="accounts/password_change.html"),
        name="password_change",
    ),
    path(
        "password/done/",
        auth_views.PasswordChangeDoneView.as_view(
            template_name="accounts/password_change_done.html"
        ),
        name="password_change_done",
    ),
]

urlpatterns = [
    path("", TemplateView.as_view(template_name="pages/home.html"), name="home"),
    path("accounts/", include(account_patterns)),
    path("account/sessions/", include("sessions_api.account.urls")),
    path("api/", include("sessions_api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("ory/", include("sessions_api.dialects.ory.urls")),
    path("hanko/", include("sessions_api.dialects.hanko.urls")),
    path("torii/", include("sessions_api.dialects.torii.urls")),
    path("flashback/", include("sessions_api.dialects.flashback.urls")),
    path("api-auth/", include("rest_framework.urls")),
    path("admin/", admin.site.urls),
]
