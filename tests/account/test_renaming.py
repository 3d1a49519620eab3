"""The page on which users name a session."""

import pytest

from sessions_api.models import Session
from tests.account.pages import browser, text_of, url
from tests.factories import SessionFactory, UserFactory
from tests.helpers import session_of

pytestmark = pytest.mark.django_db(transaction=True)


def rename(client, label, session=None):
    return client.post(url("rename", (session or session_of(client)).pk), {"label": label})


def test_a_session_gets_a_name_and_loses_it(alice):
    own = browser(alice)
    assert rename(own, " Work laptop ").url == url("sessions")
    assert session_of(own).label == "Work laptop"
    page = own.get(url("rename", session_of(own).pk))
    assert 'value="Work laptop"' in page.content.decode()
    assert "Firefox 157 on Linux" in text_of(page)
    rename(own, "")
    assert session_of(own).label == ""


@pytest.mark.parametrize(
    ("label", "error"),
    [
        ("x" * 101, "at most 100 characters"),
        ("a\x00b", "Null characters are not allowed"),
    ],
    ids=["too long", "NUL"],
)
def test_a_name_that_cannot_be_is_refused_with_the_reason(alice, label, error):
    own = browser(alice)
    response = rename(own, label)
    assert response.status_code == 200
    assert error in text_of(response)
    assert session_of(own).label == ""


def test_a_name_is_shown_as_text(alice):
    own = browser(alice)
    rename(own, "<b>mine</b>")
    assert "&lt;b&gt;mine&lt;/b&gt;" in own.get(url("sessions")).content.decode()


def test_a_session_by_which_somebody_acts_as_the_user_is_not_theirs_to_name(alice):
    session = SessionFactory.create(user=UserFactory.create(), acting_as=alice)
    assert rename(browser(alice), "mine", session).status_code == 403
    assert Session.objects.get(pk=session.pk).label == ""
