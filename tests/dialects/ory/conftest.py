"""Who calls, and who is told of it."""

import pytest
from django.contrib.auth import user_logged_out

from tests.dialects.callers import Browser, staff
from tests.dialects.ory.clients import TokenClient
from tests.factories import UserFactory


@pytest.fixture
def alice():
    return UserFactory.create(username="alice")


@pytest.fixture
def admin():
    """Return the client of a staff user with every permission, who is no superuser."""
    return TokenClient(staff("view_session", "change_session", "end_session"))


@pytest.fixture(params=[Browser, TokenClient], ids=["cookie", "token"])
def sign_in(request):
    """Return how a user signs in: in a browser, and with a client that has a token."""
    return request.param


@pytest.fixture
def signed_out():
    """Return the names of those whom Django has told to have signed out."""
    names = []

    def receiver(sender, request, user, **kwargs):
        names.append(user.get_username())

    user_logged_out.connect(receiver)
    yield names
    user_logged_out.disconnect(receiver)
