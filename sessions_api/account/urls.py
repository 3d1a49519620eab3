"""The pages for users. Mount them with ``path("account/", include("sessions_api.account.urls"))``."""

from django.urls import path

from sessions_api.account.new_device import NewDeviceView
from sessions_api.account.views import ConfirmView

app_name = "sessions_api_account"

urlpatterns = [
    path("confirm/", ConfirmView.as_view(), name="confirm"),
    path("new-device/<str:token>/", NewDeviceView.as_view(), name="new_device"),
]
