"""What each operation of staff on anybody's sessions is called, takes and answers."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiRequest,
)

from sessions_api.api.openapi import components, schemas
from sessions_api.api.openapi.operation import Operation
from sessions_api.api.openapi.responses import (
    ANYBODYS,
    ANYBODYS_PAGE,
    ENDED,
    ENDED_MATCHING,
    ENDED_ONE,
    MALFORMED,
    NO_SUCH_SESSION,
    NO_SUCH_USER,
    SESSION_ID,
    UNFILTERED,
    USER_ID,
    answer,
    malformed_body,
)
from sessions_api.exceptions import CannotExtend
from sessions_api.listing.filters import StaffSessionFilter

ANYBODY = {
    "list": Operation(
        name="sessions_admin_list",
        summary=_("List everybody's sessions"),
        description=_(
            "Follow `next` until it is null. A page can be short, or empty, without being the last."
        ),
        answers=ANYBODYS_PAGE | MALFORMED,
    ),
    "end_matching": Operation(
        name="sessions_admin_end_matching",
        summary=_("End what the list's filters find"),
        description=_(
            "Ends sessions that are not over. Those of superusers end only for a superuser. Every session ends "
            "only if the body says `all`."
        ),
        body=OpenApiRequest(
            schemas.sessions_to_end(StaffSessionFilter),
            examples=[
                OpenApiExample("network", value={"ip": "203.0.113.0/24", "dry_run": True}),
                OpenApiExample("everybody", value={"all": True, "dry_run": True}),
            ],
        ),
        answers=ENDED_MATCHING | malformed_body({"adress": ["There is no such field."]}),
        writes=True,
        ends_others=True,
    ),
    "retrieve": Operation(
        name="sessions_admin_get",
        summary=_("Get anybody's session"),
        description=_("In any state."),
        parameters=(SESSION_ID,),
        answers=ANYBODYS | NO_SUCH_SESSION,
    ),
    "destroy": Operation(
        name="sessions_admin_end",
        summary=_("End anybody's session"),
        description=_("It is no error if it has ended before."),
        parameters=(SESSION_ID,),
        answers=ENDED_ONE | NO_SUCH_SESSION,
        writes=True,
        ends_others=True,
    ),
    "extend": Operation(
        name="sessions_admin_extend",
        summary=_("Extend anybody's session"),
        description=_("It gets the lifetime that saving it now would give it. Takes no body."),
        parameters=(SESSION_ID,),
        answers=ANYBODYS
        | malformed_body({"expires_at": ["There is no such field."]})
        | NO_SUCH_SESSION
        | {
            HTTPStatus.CONFLICT: answer(
                _("It cannot be extended."),
                components.ERROR,
                {"detail": CannotExtend.NOT_ACTIVE},
            )
        },
        writes=True,
    ),
}

USERS = {
    "list": Operation(
        name="sessions_admin_list_of_user",
        summary=_("List a user's sessions"),
        description=_(
            "Follow `next` until it is null. A page can be short, or empty, without being the last."
        ),
        parameters=(USER_ID,),
        answers=ANYBODYS_PAGE | MALFORMED | NO_SUCH_USER,
    ),
    "end_all": Operation(
        name="sessions_admin_end_of_user",
        summary=_("End a user's sessions"),
        description=_("All of them. Only superusers can end those of a superuser."),
        parameters=(USER_ID,),
        answers=ENDED | UNFILTERED | NO_SUCH_USER,
        writes=True,
        ends_others=True,
    ),
}
