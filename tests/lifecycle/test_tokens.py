"""Tokens that the site's own code issues."""

import pytest

from sessions_api import lifecycle, validity
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


class VetoBackend:
    """Only says who may not sign in, as django-axes does: it knows no users."""

    def authenticate(self, request, **credentials):
        """Have nothing against anybody."""


@pytest.mark.parametrize(
    "first", [f"{__name__}.VetoBackend", "django.contrib.auth.backends.BaseBackend"]
)
def test_the_first_backend_that_knows_users_answers_for_them(settings, first):
    settings.AUTHENTICATION_BACKENDS = [first, MODEL_BACKEND]
    issued = lifecycle.issue_token(UserFactory.create())
    assert issued.session.backend == MODEL_BACKEND
    assert validity.active([issued.session]) == [issued.session]


def test_where_no_backend_knows_users_a_token_is_not_active(settings):
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.VetoBackend"]
    issued = lifecycle.issue_token(UserFactory.create())
    assert validity.active([issued.session]) == []
