"""What each operation on one's own sessions is called, takes and answers."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiRequest,
)

from sessions_api.api.openapi import components, examples, schemas
from sessions_api.api.openapi.operation import Operation
from sessions_api.api.openapi.responses import (
    ACTS_AS_ANOTHER,
    ENDED,
    ENDED_ONE,
    INCLUDE_CURRENT,
    LIMIT_REACHED,
    MALFORMED,
    MINE,
    MY_PAGE,
    NO_METHOD,
    NO_TOKEN_OF_IT,
    NOT_BY_SESSION,
    NOT_MINE,
    SESSION_ID,
    STATUS,
    UNFILTERED,
    answer,
    malformed_body,
)
from sessions_api.api.serializers import (
    CurrentSessionSerializer,
    IssuedSerializer,
    LabelSerializer,
    NewTokenSerializer,
    ProofSerializer,
)

OWN = {
    "sign_in": Operation(
        name="sessions_sign_in",
        summary=_("Sign in for a token"),
        description=_(
            "For clients that are no browsers, on sites that turn it on. The token is shown only in this "
            "answer. Where 401 says `second_factor_required`, send the same again with `otp`."
        ),
        body=OpenApiRequest(
            schemas.credentials(),
            examples=[
                OpenApiExample(
                    "credentials",
                    value={"username": "alice", "password": "alice-demo", "label": "Pixel"},
                )
            ],
        ),
        answers={
            HTTPStatus.CREATED: answer(_("The session."), IssuedSerializer, examples.TOKEN_EXAMPLE),
            HTTPStatus.UNAUTHORIZED: answer(
                _("No account has these credentials, or a second factor is missing."),
                components.ERROR,
                {
                    "detail": "No account has this user name and password.",
                    "code": "invalid_credentials",
                },
                {
                    "detail": "Send a code of your second factor, too.",
                    "code": "second_factor_required",
                    "methods": ["recovery_codes", "totp"],
                },
            ),
            HTTPStatus.FORBIDDEN: answer(
                _(
                    "The site does not sign in here, its own login asks for more, or the user has as many "
                    "sessions as the site allows."
                ),
                components.ERROR,
                LIMIT_REACHED.body,
                {
                    "detail": "Sign in on the site's own page: it asks for more than this.",
                    "code": "sign_in_incomplete",
                    "stage": "verify_email",
                },
            ),
        }
        | malformed_body({"password": ["This field is required."]}),
        is_open=True,
    ),
    "reauthenticate": Operation(
        name="sessions_reauthenticate",
        summary=_("Confirm who you are"),
        description=_("The session gets a new token or cookie. The old one is no longer valid."),
        body=OpenApiRequest(
            {**schemas.body(ProofSerializer), "minProperties": 1},
            examples=[OpenApiExample("password", value={"password": "alice-demo"})],
        ),
        answers={
            HTTPStatus.OK: answer(_("The session."), IssuedSerializer, examples.RENEWED_EXAMPLE)
        }
        | malformed_body({"password": ["This is not your password."]})
        | NOT_BY_SESSION,
        writes=True,
        refusals=(ACTS_AS_ANOTHER, NO_METHOD),
    ),
    "issue_token": Operation(
        name="sessions_make_token",
        summary=_("Make a token of this session"),
        description=_(
            "For an app or a script. Always wants a recent proof of who one is. The token has no more "
            "assurance than this session, and ends with it when that is ended from elsewhere."
        ),
        body=OpenApiRequest(
            schemas.body(NewTokenSerializer),
            examples=[OpenApiExample("script", value={"label": "Backup", "lifetime": 3600})],
        ),
        needs_body=False,
        answers={
            HTTPStatus.CREATED: answer(_("The session."), IssuedSerializer, examples.MADE_EXAMPLE)
        }
        | malformed_body({"lifetime": ["A valid integer is required."]})
        | NOT_BY_SESSION,
        writes=True,
        ends_others=True,
        refusals=(NO_TOKEN_OF_IT, LIMIT_REACHED),
    ),
    "list": Operation(
        name="sessions_list",
        summary=_("List your sessions"),
        description=_(
            "Follow `next` until it is null. A page can be short, or empty, without being the last."
        ),
        answers=MY_PAGE | MALFORMED,
    ),
    "end_others": Operation(
        name="sessions_end_others",
        summary=_("End your other sessions"),
        description=_(
            "All except the one that has authenticated this request. A request without a session has "
            "to send `include_current=true`."
        ),
        parameters=(INCLUDE_CURRENT,),
        answers=ENDED | UNFILTERED,
        writes=True,
        ends_others=True,
    ),
    "retrieve_current": Operation(
        name="sessions_current",
        summary=_("Get the current session"),
        description=_("The session that has authenticated this request."),
        answers={
            HTTPStatus.OK: answer(
                _("The session."), CurrentSessionSerializer, examples.CURRENT_EXAMPLE
            )
        }
        | NOT_BY_SESSION,
    ),
    "retrieve_status": Operation(
        name="sessions_status",
        summary=_("Ask when the current session ends"),
        description=_("For pages that ask by themselves: asking is no use of it."),
        answers=STATUS | NOT_BY_SESSION,
    ),
    "keep_alive": Operation(
        name="sessions_keep_alive",
        summary=_("Keep the current session alive"),
        description=_(
            "Counts as a use at this moment. Takes no body. Only deadlines that a use moves are moved."
        ),
        answers=STATUS | malformed_body({"lifetime": ["There is no such field."]}) | NOT_BY_SESSION,
        writes=True,
    ),
    "destroy_current": Operation(
        name="sessions_sign_out",
        summary=_("Sign out"),
        description=_("Ends the session that has authenticated this request."),
        answers=ENDED_ONE | NOT_BY_SESSION,
        writes=True,
    ),
    "retrieve": Operation(
        name="sessions_get",
        summary=_("Get one of your sessions"),
        description=_("In any state."),
        parameters=(SESSION_ID,),
        answers=MINE | NOT_MINE,
    ),
    "rename": Operation(
        name="sessions_rename",
        summary=_("Name one of your sessions"),
        description=_("An empty name removes it."),
        body=OpenApiRequest(
            schemas.body(LabelSerializer),
            examples=[OpenApiExample("name", value={"label": "Work laptop"})],
        ),
        parameters=(SESSION_ID,),
        answers=MINE
        | malformed_body({"label": ["Ensure this field has no more than 100 characters."]})
        | NOT_MINE,
        writes=True,
    ),
    "destroy": Operation(
        name="sessions_end",
        summary=_("End one of your sessions"),
        description=_("Also the current one. It is no error if it has ended before."),
        parameters=(SESSION_ID,),
        answers=ENDED_ONE | NOT_MINE,
        writes=True,
        ends_others=True,
    ),
}
