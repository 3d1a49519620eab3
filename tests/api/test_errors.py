"""What is wrong with a request, under the name of what is wrong."""

import pytest
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from sessions_api.api import errors
from tests.api.clients import (
    browser_with_csrf,
    csrf,
)
from tests.factories import UserFactory
from tests.helpers import (
    CURRENT,
)


def test_an_error_of_no_field_bears_the_name_that_the_site_gives_it(db, settings):
    settings.REST_FRAMEWORK = {"NON_FIELD_ERRORS_KEY": "errors"}
    client = browser_with_csrf(UserFactory.create(is_superuser=True, is_staff=True))
    for path in ("/api/admin/sessions/end/", f"{CURRENT}reauthenticate/"):
        response = client.post(path, [1], content_type="application/json", headers=csrf(client))
        assert (response.status_code, list(response.json())) == (400, ["errors"])


KNOWN = ("label", "kind")


@pytest.mark.parametrize("body", [{}, {"label": "x"}, {"label": "x", "kind": 1}])
def test_a_body_of_known_fields_is_taken(body):
    assert errors.fields_of(body, KNOWN) == body


def test_the_token_of_a_form_is_no_field():
    assert errors.fields_of({"csrfmiddlewaretoken": "x", "label": "y"}, KNOWN) == {"label": "y"}


@pytest.mark.parametrize("body", [None, [], "label", 5, [{"label": "x"}]])
def test_a_body_that_is_no_object_is_refused(body):
    with pytest.raises(ValidationError) as error:
        errors.fields_of(body, KNOWN)
    assert list(error.value.detail) == ["non_field_errors"]


def test_every_unknown_field_is_named():
    with pytest.raises(ValidationError) as error:
        errors.fields_of({"label": "x", "lable": "x", "IP": 1}, KNOWN)
    assert set(error.value.detail) == {"IP", "lable"}


def test_every_unknown_parameter_is_named():
    request = Request(APIRequestFactory().get("/?format=json&page=2&x=1&all=1"))
    errors.refuse_parameters(request, but={"all", "page", "x"})
    with pytest.raises(ValidationError) as error:
        errors.refuse_parameters(request, but={"all"})
    assert set(error.value.detail) == {"page", "x"}
