"""The pages for users.

Mount them with ``path("account/sessions/", include("sessions_api.account.urls"))``.
"""

from django.urls import path

from sessions_api.account.confirmation import ConfirmView
from sessions_api.account.ending import EndOthersView, EndView
from sessions_api.account.new_device import NewDeviceView
from sessions_api.account.renaming import RenameView
from sessions_api.account.sessions import HistoryView, SessionsView
from sessions_api.account.tokens import NewTokenView, TokensView

app_name = "sessions_api_account"

urlpatterns = [
    path("", SessionsView.as_view(), name="sessions"),
    path("history/", HistoryView.as_view(), name="history"),
    path("end-others/", EndOthersView.as_view(), name="end_others"),
    path("tokens/", TokensView.as_view(), name="tokens"),
    path("tokens/new/", NewTokenView.as_view(), name="new_token"),
    path("confirm/", ConfirmView.as_view(), name="confirm"),
    path("new-device/<str:token>/", NewDeviceView.as_view(), name="new_device"),
    path("<uuid:pk>/end/", EndView.as_view(), name="end"),
    path("<uuid:pk>/rename/", RenameView.as_view(), name="rename"),
]
