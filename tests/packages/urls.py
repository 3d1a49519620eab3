"""Paths of the test site: those of the packages, as they come, and of what they leave open."""

from django.contrib.auth.views import LoginView
from django.urls import include, path
from django_otp.views import LoginView as OTPLoginView
from knox.views import LoginView as KnoxLoginView
from rest_framework.authentication import BasicAuthentication, SessionAuthentication
from rest_framework.authtoken.views import obtain_auth_token
from two_factor.urls import urlpatterns as two_factor

from tests.packages import views
from tests.site.urls import urlpatterns as site

urlpatterns = [
    path("admin/", include("loginas.urls")),
    path("accounts/", include("allauth.urls")),  # before the site's own login
    *site,
    path("login/", LoginView.as_view(template_name="admin/login.html")),
    path("login-alone/", views.login_alone),
    path("verify/", views.verify),
    path("otp/login/", OTPLoginView.as_view()),
    path("_allauth/", include("allauth.headless.urls")),
    path("hijack/", include("hijack.urls")),
    path("impersonate/", include("impersonate.urls")),
    path("", include(two_factor)),
    path(
        "knox/login/",
        KnoxLoginView.as_view(authentication_classes=[BasicAuthentication, SessionAuthentication]),
    ),
    path("knox/", include("knox.urls")),
    path("authtoken/", obtain_auth_token),
]
