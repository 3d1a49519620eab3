"""What the operations of the API are called, take and answer. Only ``schema`` imports this."""

from dataclasses import dataclass
from http import HTTPStatus

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiRequest,
    OpenApiResponse,
)

from sessions_api.api import json_types
from sessions_api.api.responses import (
    ANYBODYS,
    ANYBODYS_PAGE,
    DONE,
    ENDED,
    INCLUDE_CURRENT,
    MALFORMED,
    MINE,
    MY_PAGE,
    NO_SUCH_SESSION,
    NO_SUCH_USER,
    NOT_BY_SESSION,
    NOT_MINE,
    SESSION_ID,
    UNFILTERED,
    USER_ID,
    Text,
    answer,
    malformed_body,
    refusal,
)
from sessions_api.api.serializers import IssuedSerializer
from sessions_api.exceptions import CannotExtend
from sessions_api.filters import StaffSessionFilter


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What an action is called, takes and answers, beside what all actions answer."""

    name: str
    summary: Text
    description: Text = ""
    answers: dict[HTTPStatus, OpenApiResponse]
    body: OpenApiRequest | None = None
    parameters: tuple[OpenApiParameter, ...] = ()
    writes: bool = False
    ends_others: bool = False
    """It may end other sessions of the caller's own, for which a site may ask for a recent proof."""
    is_open: bool = False
    """Anybody may do it, and needs to present nothing."""


OWN = {
    "sign_in": Operation(
        name="signIn",
        summary=_("Sign in for a token"),
        description=_("For clients that are no browsers. The token is shown this once."),
        body=OpenApiRequest(
            json_types.CREDENTIALS,
            examples=[
                OpenApiExample(
                    "credentials",
                    value={"username": "alice", "password": "alice-demo", "label": "Pixel"},
                )
            ],
        ),
        answers={
            HTTPStatus.CREATED: answer(
                _("The session."), IssuedSerializer, json_types.TOKEN_EXAMPLE
            ),
            HTTPStatus.UNAUTHORIZED: refusal(
                _("These credentials are no good."),
                "No account has this user name and password.",
            ),
            HTTPStatus.FORBIDDEN: refusal(
                _("The user has as many sessions as the site allows."),
                "You are already signed in 5 times, which is the limit.",
            ),
        }
        | malformed_body({"password": ["This field is required."]}),
        is_open=True,
    ),
    "reauthenticate": Operation(
        name="reauthenticate",
        summary=_("Confirm your password"),
        description=_("The session gets a new token or cookie, and the old one is no good."),
        body=OpenApiRequest(
            json_types.PASSWORD,
            examples=[OpenApiExample("password", value={"password": "alice-demo"})],
        ),
        answers={
            HTTPStatus.OK: answer(_("The session."), IssuedSerializer, json_types.RENEWED_EXAMPLE)
        }
        | malformed_body({"password": ["This is not your password."]})
        | NOT_BY_SESSION,
        writes=True,
    ),
    "list": Operation(
        name="listSessions",
        summary=_("List your sessions"),
        description=_("Follow `next` to its end: a page can be short, or empty, and not the last."),
        answers=MY_PAGE | MALFORMED,
    ),
    "end_others": Operation(
        name="endOtherSessions",
        summary=_("End your other sessions"),
        description=_(
            "All but the one this request was authenticated by. A request by no session has to say "
            "`include_current=true`."
        ),
        parameters=(INCLUDE_CURRENT,),
        answers=ENDED | UNFILTERED,
        writes=True,
        ends_others=True,
    ),
    "retrieve_current": Operation(
        name="getCurrentSession",
        summary=_("Get the current session"),
        description=_("The one this request was authenticated by."),
        answers=MINE | NOT_BY_SESSION,
    ),
    "destroy_current": Operation(
        name="signOut",
        summary=_("Sign out"),
        description=_("Ends the session this request was authenticated by."),
        answers=DONE | NOT_BY_SESSION,
        writes=True,
    ),
    "retrieve": Operation(
        name="getSession",
        summary=_("Get one of your sessions"),
        description=_("In whatever state it is."),
        parameters=(SESSION_ID,),
        answers=MINE | NOT_MINE,
    ),
    "rename": Operation(
        name="renameSession",
        summary=_("Name one of your sessions"),
        description=_("A blank name takes it back."),
        body=OpenApiRequest(
            json_types.LABEL, examples=[OpenApiExample("name", value={"label": "Work laptop"})]
        ),
        parameters=(SESSION_ID,),
        answers=MINE
        | malformed_body({"label": ["Ensure this field has no more than 100 characters."]})
        | NOT_MINE,
        writes=True,
    ),
    "destroy": Operation(
        name="endSession",
        summary=_("End one of your sessions"),
        description=_("The current one, too. It is no error if it has ended already."),
        parameters=(SESSION_ID,),
        answers=DONE | NOT_MINE,
        writes=True,
        ends_others=True,
    ),
}

ANYBODY = {
    "list": Operation(
        name="adminListSessions",
        summary=_("List everybody's sessions"),
        description=_("Follow `next` to its end: a page can be short, or empty, and not the last."),
        answers=ANYBODYS_PAGE | MALFORMED,
    ),
    "end_matching": Operation(
        name="adminEndSessions",
        summary=_("End what the list's filters find"),
        description=_(
            "Ends active sessions, but those of superusers only for a superuser. All of them end "
            "only if the body says so."
        ),
        body=OpenApiRequest(
            json_types.sessions_to_end(StaffSessionFilter),
            examples=[
                OpenApiExample("network", value={"ip": "203.0.113.0/24", "dry_run": True}),
                OpenApiExample("everybody", value={"all": True, "dry_run": True}),
            ],
        ),
        answers={
            HTTPStatus.OK: answer(
                _("How many sessions the list would show, and how many have ended."),
                json_types.record(matched=json_types.COUNT, ended=json_types.COUNT),
                {"matched": 12, "ended": 0},
            )
        }
        | malformed_body({"adress": ["There is no such field."]}),
        writes=True,
        ends_others=True,
    ),
    "retrieve": Operation(
        name="adminGetSession",
        summary=_("Get anybody's session"),
        description=_("In whatever state it is."),
        parameters=(SESSION_ID,),
        answers=ANYBODYS | NO_SUCH_SESSION,
    ),
    "destroy": Operation(
        name="adminEndSession",
        summary=_("End anybody's session"),
        description=_("It is no error if it has ended already."),
        parameters=(SESSION_ID,),
        answers=DONE | NO_SUCH_SESSION,
        writes=True,
        ends_others=True,
    ),
    "extend": Operation(
        name="adminExtendSession",
        summary=_("Extend anybody's session"),
        description=_("It gets the lifetime it would have if it were saved now. Takes no body."),
        parameters=(SESSION_ID,),
        answers=ANYBODYS
        | malformed_body({"expires_at": ["There is no such field."]})
        | NO_SUCH_SESSION
        | {
            HTTPStatus.CONFLICT: answer(
                _("It cannot be extended."),
                json_types.DETAIL,
                {"detail": CannotExtend.NOT_ACTIVE},
            )
        },
        writes=True,
    ),
}

USERS = {
    "list": Operation(
        name="adminListUserSessions",
        summary=_("List a user's sessions"),
        description=_("Follow `next` to its end: a page can be short, or empty, and not the last."),
        parameters=(USER_ID,),
        answers=ANYBODYS_PAGE | MALFORMED | NO_SUCH_USER,
    ),
    "end_all": Operation(
        name="adminEndUserSessions",
        summary=_("End a user's sessions"),
        description=_("All of them. Those of a superuser are ended by superusers only."),
        parameters=(USER_ID,),
        answers=ENDED | UNFILTERED | NO_SUCH_USER,
        writes=True,
        ends_others=True,
    ),
}
