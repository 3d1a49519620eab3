"""Every call of every surface, by what it does. What the URL confs have and this has not is noticed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.urls import get_resolver

from sessions_api.models import Session
from tests.admin.users_pages import SITES, User
from tests.surfaces.rules import Act, Outcome

PREFIXES = {
    "/api/": "sessions_api.urls",
    "/ory/": "sessions_api.dialects.ory.urls",
    "/hanko/": "sessions_api.dialects.hanko.urls",
    "/torii/": "sessions_api.dialects.torii.urls",
    "/flashback/": "sessions_api.dialects.flashback.urls",
}
"""Where the test site mounts the surfaces that clients call. Staff have the pages under /UserAdmin/."""

PAGES = "/UserAdmin/"


@dataclass(frozen=True)
class Way:
    """One way to make a call: what it does, and what is sent."""

    act: Act
    body: Mapping[str, Any] | None = None
    """With ``{session}`` and ``{user}`` for the session that it is about, and whose it is."""
    statuses: Mapping[Outcome, int] = field(default_factory=dict)
    """The status codes where this call differs from the others of its surface."""
    otherwise: Act | None = None
    """What the call does for those to whom what it is for is not even offered."""


def ways(*acts: Act | Way) -> list[Way]:
    """Return ways without a body for acts, and ways as they are."""
    return [act if isinstance(act, Way) else Way(act) for act in acts]


TICKED = {"action": "end_selected", "_selected_action": "{session}", "post": "yes"}
YES = {"post": "yes"}

CALLS: dict[str, list[Way]] = {
    "GET /api/sessions/": ways(Act.SEE_OWN),
    "POST /api/sessions/": ways(Act.BY_SECRET),
    "DELETE /api/sessions/": ways(Act.END_OWN),
    "GET /api/sessions/current/": ways(Act.SEE_CURRENT),
    "DELETE /api/sessions/current/": ways(Act.SIGN_OUT),
    "GET /api/sessions/current/status/": ways(Act.SEE_CURRENT),
    "POST /api/sessions/current/keep-alive/": ways(Act.SEE_CURRENT),
    "POST /api/sessions/current/reauthenticate/": ways(Act.BY_SECRET),
    "POST /api/sessions/tokens/": ways(Way(Act.MAKE_TOKEN, {}, {Outcome.DONE: 201})),
    "GET /api/sessions/{pk}/": ways(Act.SEE_OWN),
    "PATCH /api/sessions/{pk}/": ways(Way(Act.RENAME_OWN, {"label": "renamed"})),
    "DELETE /api/sessions/{pk}/": ways(Act.END_OWN),
    "GET /api/admin/sessions/": ways(Act.SEE),
    "POST /api/admin/sessions/end/": ways(
        Way(Act.END_AMONG, {"user": "{user}"}),
        Way(Act.END_AMONG, {"all": True}),
        Way(Act.COUNT_TO_END, {"user": "{user}", "dry_run": True}),
    ),
    "GET /api/admin/sessions/{pk}/": ways(Act.SEE),
    "DELETE /api/admin/sessions/{pk}/": ways(Act.END),
    "POST /api/admin/sessions/{pk}/extend/": ways(Act.EXTEND),
    "GET /api/admin/users/{user_id}/sessions/": ways(Act.SEE),
    "DELETE /api/admin/users/{user_id}/sessions/": ways(Act.END),
    "GET /ory/sessions": ways(Act.SEE_OWN),
    "DELETE /ory/sessions": ways(Act.END_OWN),
    "ANY /ory/sessions/whoami": ways(Act.SEE_CURRENT),
    "DELETE /ory/sessions/{session_id}": ways(Act.END_OWN),
    "DELETE /ory/self-service/logout/api": ways(Act.BY_SECRET),
    "ANY /ory/identities/{identity_id}/sessions": ways(Act.LEAD_ELSEWHERE),
    "GET /ory/admin/sessions": ways(Act.SEE),
    "POST /ory/admin/sessions": ways(
        Way(Act.END_AMONG, {"action": "disable", "sessions": ["{session}"]}),
        Way(Act.END_AMONG, {"action": "delete", "sessions": ["{session}"]}),
        Way(Act.END_AMONG, {"action": "disable", "identities": ["{user}"]}),
        Way(Act.END_AMONG, {"action": "delete", "identities": ["*"]}),
    ),
    "DELETE /ory/admin/sessions": ways(Act.LEAD_ELSEWHERE),
    "ANY /ory/admin/sessions/whoami": ways(Act.LEAD_ELSEWHERE),
    "GET /ory/admin/sessions/{session_id}": ways(Act.SEE),
    "DELETE /ory/admin/sessions/{session_id}": ways(Act.END),
    "PATCH /ory/admin/sessions/{session_id}/extend": ways(Act.EXTEND),
    "GET /ory/admin/identities/{identity_id}/sessions": ways(Act.SEE),
    "DELETE /ory/admin/identities/{identity_id}/sessions": ways(Act.END),
    "GET /hanko/users/{user_id}/sessions": ways(Act.SEE),
    "DELETE /hanko/users/{user_id}/sessions/{session_id}": ways(Act.END),
    "GET /hanko/sessions/validate": ways(
        Way(Act.SEE_CURRENT, statuses={Outcome.STRANGER: 200})  # is_valid: false
    ),
    "POST /hanko/sessions/validate": ways(Act.BY_SECRET),
    "POST /hanko/logout": ways(Act.SIGN_OUT),
    "GET /torii/api/server/v1/users/{user_id}/sessions": ways(Act.SEE),
    "DELETE /torii/api/server/v1/users/{user_id}/sessions": ways(Act.END),
    "DELETE /torii/api/server/v1/users/{user_id}/sessions/{session_id}": ways(Act.END),
    "GET /torii/_torii/users/me/sessions": ways(Act.SEE_OWN),
    "DELETE /torii/_torii/users/me/sessions/{session_id}": ways(Act.END_OWN),
    "GET /flashback/sessions": ways(Act.SEE_OWN),
    "POST /flashback/sessions/revoke-all": ways(Act.END_OWN),
    "POST /flashback/sessions/{session_id}/revoke": ways(Act.END_OWN),
    "POST /flashback/sessions/{session_id}/heartbeat": ways(Act.KEEP_OWN),
    "GET /UserAdmin/sessions_api/session/": ways(Act.SEE),
    "POST /UserAdmin/sessions_api/session/": ways(
        Way(Act.END_AMONG, TICKED, otherwise=Act.SEE)  # the list, without the action
    ),
    "GET /UserAdmin/sessions_api/session/add/": ways(Act.NEVER),
    "POST /UserAdmin/sessions_api/session/add/": ways(Act.NEVER),
    "GET /UserAdmin/sessions_api/session/overview/": ways(Act.SEE_FIGURES),
    "POST /UserAdmin/sessions_api/session/overview/": ways(Act.SEE_FIGURES),
    "GET /UserAdmin/sessions_api/session/{session}/change/": ways(Act.SEE),
    "POST /UserAdmin/sessions_api/session/{session}/change/": ways(Act.NEVER),
    "GET /UserAdmin/sessions_api/session/{session}/delete/": ways(Act.NEVER),
    "POST /UserAdmin/sessions_api/session/{session}/delete/": ways(Way(Act.NEVER, YES)),
    "GET /UserAdmin/sessions_api/session/{session}/end/": ways(Act.ASK_TO_END),
    "POST /UserAdmin/sessions_api/session/{session}/end/": ways(Way(Act.END, YES)),
    "GET /UserAdmin/sessions_api/session/{session}/history/": ways(Act.SEE),
    "POST /UserAdmin/sessions_api/session/{session}/history/": ways(Act.SEE),
    "GET /UserAdmin/auth/user/{user}/end-sessions/": ways(Act.ASK_TO_END),
    "POST /UserAdmin/auth/user/{user}/end-sessions/": ways(Way(Act.END, YES)),
}
"""What each call does. What it asks of its caller follows from that alone."""


def mounted() -> Iterator[str]:
    """Return every call that the URL confs and the admin's pages have."""
    for prefix, urlconf in PREFIXES.items():
        for pattern in get_resolver(urlconf).url_patterns:
            path = prefix + re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))
            actions = dict(vars(pattern.callback).get("actions", {}))
            actions.pop("head", None)  # which follows get, from the first request on
            if not actions or len(set(actions.values())) == 1 < len(actions):
                yield f"ANY {path}"
            else:
                yield from (f"{method.upper()} {path}" for method in actions)
    for path in _pages():
        yield from (f"{method} {PAGES}{path}" for method in ("GET", "POST"))


def _pages() -> Iterator[str]:
    """Return the paths of the pages that are ours: all of a session, and one of a user."""
    site: admin.AdminSite = SITES["UserAdmin"]
    for model, name in ((Session, "session"), (User, "user")):
        for url in site._registry[model].get_urls():
            is_ours = model is Session or "end_sessions" in (url.name or "")
            if is_ours and url.name:  # without a name it is an old path that redirects
                path = re.sub("<path:object_id>", f"{{{name}}}", str(url.pattern))
                yield f"{model._meta.app_label}/{model._meta.model_name}/{path}"
