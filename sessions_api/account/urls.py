"""The pages for users. Mount them with ``path("account/", include("sessions_api.account.urls"))``."""

from django.urls import path

from sessions_api.account.views import ConfirmView

app_name = "sessions_api_account"

urlpatterns = [path("confirm/", ConfirmView.as_view(), name="confirm")]
