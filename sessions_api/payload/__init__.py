"""What an engine session's payload says: our id, its user, and how they signed in.

Django itself, django-allauth, django-otp, social-auth, django-hijack, django-loginas and
django-impersonate each leave a trace in the payload. None of the packages needs to be installed.
"""

from sessions_api.payload.assurance import (
    NOTHING,
    Assurance,
    add_method,
    assurance,
    is_verified,
    last_proof,
    level,
    may_prove,
    method_of_device,
    new_factors,
    proof_at_sign_in,
    proves,
    told,
)
from sessions_api.payload.content import (
    ID_KEY,
    METHOD_KEY,
    Payload,
    auth_digest,
    backend,
    begin,
    marks,
    names_a_session,
    names_a_user,
    session_id,
    user_id,
)
from sessions_api.payload.impersonation import acting_as_id, forget_flag, is_impersonated

__all__ = [
    "ID_KEY",
    "METHOD_KEY",
    "NOTHING",
    "Assurance",
    "Payload",
    "acting_as_id",
    "add_method",
    "assurance",
    "auth_digest",
    "backend",
    "begin",
    "forget_flag",
    "is_impersonated",
    "is_verified",
    "last_proof",
    "level",
    "marks",
    "may_prove",
    "method_of_device",
    "names_a_session",
    "names_a_user",
    "new_factors",
    "proof_at_sign_in",
    "proves",
    "session_id",
    "told",
    "user_id",
]
