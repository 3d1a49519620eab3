"""The pages, each sync and async, and behind the stage what tests ask of the tables."""

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

from tests.faults.site import backstage, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("page/", views.page),
    path("write/", views.write),
    path("sign-in/", views.sign_in),
    path("sign-out/", views.sign_out),
    path("register/", views.register),
    path("close-account/", views.close_account),
    path("async/page/", views.apage),
    path("async/sign-in/", views.asign_in),
    path("async/sign-out/", views.asign_out),
    path("ping/", backstage.ping),
]

if apps.is_installed("sessions_api"):
    from tests.faults.site import ending

    urlpatterns += [
        path("api/", include("sessions_api.urls")),
        path("end-all/", ending.end_all),
        path("rows/", backstage.rows),
        path("age/", backstage.age),
    ]
