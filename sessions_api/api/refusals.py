"""Refused sign-ins and proofs as errors of Django REST framework, each with its ``code``."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    PermissionDenied,
    Throttled,
    ValidationError,
)

from sessions_api.authentication import SessionEnded, Unavailable
from sessions_api.exceptions import (
    AttemptsNotCounted,
    CredentialsMissing,
    InvalidCredentials,
    InvalidSecondFactor,
    ProofRefused,
    SecondFactorRequired,
    SessionLimitReached,
    SignInIncomplete,
    SignInRefused,
    TooManyAttempts,
)
from sessions_api.models import Session
from sessions_api.tracking.state import Over

REQUIRED = _("This field is required.")


def error_of(refusal: SignInRefused | ProofRefused) -> APIException:
    """Return the error that a client gets for a refusal."""
    match refusal:
        case CredentialsMissing():
            return ValidationError({name: [REQUIRED] for name in refusal.fields})
        case InvalidSecondFactor():
            return ValidationError({"otp": [refusal.message]})
        case SecondFactorRequired():
            return AuthenticationFailed(_body(refusal, methods=list(refusal.methods)))
        case InvalidCredentials():
            return AuthenticationFailed(_body(refusal))
        case TooManyAttempts():
            return Throttled(refusal.seconds)
        case AttemptsNotCounted():
            return Unavailable()
        case SignInIncomplete():
            return PermissionDenied(_body(refusal, stage=refusal.stage))
        case SignInRefused():
            return PermissionDenied(_body(refusal))
        case ProofRefused():
            return _proof(refusal)


def session_ended(session: Session) -> SessionEnded:
    """Return the error for whoever has made a request with a session that has ended meanwhile."""
    row = Session.objects.on_primary().filter(pk=session.pk).first()
    over = None if row is None else Over.of(row)
    return SessionEnded(None if over is None else over.reason)


def limit_reached(refusal: SessionLimitReached) -> APIException:
    """Return the error for whoever has as many sessions as the site allows."""
    body: Any = {"detail": str(refusal), "code": refusal.code}
    return PermissionDenied(body)


def _body(refusal: SignInRefused, **more: object) -> Any:
    return {"detail": refusal.message, "code": refusal.code, **more}


def _proof(refusal: ProofRefused) -> APIException:
    errors: Any = {name: [refusal.message_of(name)] for name in refusal.fields}
    return ValidationError(errors)
