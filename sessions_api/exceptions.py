"""The errors that this app raises."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class SessionLimitReached(PermissionDenied):
    """A login was refused because its user already has as many sessions as the site allows.

    ``limit`` is MAX_SESSIONS_PER_USER. Django and Django REST framework answer 403, our API with
    ``code``.
    """

    code = "session_limit_reached"

    def __init__(self, limit: int) -> None:
        super().__init__(
            ngettext(
                "You are already signed in %(limit)d time, which is the limit. "
                "End that session before you sign in again.",
                "You are already signed in %(limit)d times, which is the limit. "
                "End one of those sessions before you sign in again.",
                limit,
            )
            % {"limit": limit}
        )
        self.limit = limit


class ReauthenticationRequired(PermissionDenied):
    """Callers must prove again who they are before they end others of their own sessions.

    Nothing has ended. Django and Django REST framework answer 403.
    """


class CannotExtend(Exception):
    """A session cannot get a later expiry. ``why`` is one of the reasons below."""

    NOT_ACTIVE = _("This session is not active.")
    NOT_BY_ENGINE = _("The session engine cannot extend a session.")
    FIXED_DATE = _("This session ends at a fixed date.")

    def __init__(self, why: str | Promise) -> None:
        super().__init__(why)
        self.why = why


class CannotList(Exception):
    """The site's session engine cannot say which sessions it holds."""


class EngineNotProven(Exception):
    """It is not proven that this process reads the session engine of the site's web processes.

    Sessions that it does not find may be alive, so nothing ends. ``why`` is one of the reasons below.
    """

    NOT_LEFT = (
        "The web processes have not left their canary in the session engine yet. The site has to serve "
        "a sign-in, or a request of somebody who is signed in, first."
    )
    OTHER_KEY = (
        "This process has another SECRET_KEY than the web processes: it cannot open what they have "
        "sealed. Run it with their SECRET_KEY, or name theirs in SECRET_KEY_FALLBACKS."
    )
    OTHER_ENGINE = "This process has another SESSION_ENGINE than the web processes."
    NOT_FOUND = (
        "The canary that the web processes have left in the session engine is not there. Either this "
        "process reads another cache, database or directory than they do (LocMemCache and DummyCache "
        "hold nothing of theirs); or the cache does not answer and swallows its errors, as django-redis "
        "does with IGNORE_EXCEPTIONS; or SECRET_KEY differs; or the engine was emptied, and the site "
        "has not left another canary since, which it does within an hour of serving."
    )

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class TooManyLost(Exception):
    """An unusual share of the sessions would end as lost, or because a password has changed."""

    def __init__(self, lost: int, of: int) -> None:
        super().__init__(
            f"{lost} of {of} sessions would end as lost or because their password has changed. That is "
            "unusual, so it stops here. If the session engine was emptied, or many passwords have "
            "changed, give --force."
        )


class SessionsUnavailable(Exception):
    """The table of sessions cannot be used now, and nothing else can say who is signed in.

    The middleware answers 503 (RFC 9110, section 15.6.4).
    """

    MESSAGE = _("Signing in is not possible at the moment. Try again in a little while.")


class SignInRefused(Exception):
    """A sign-in for a token was refused. ``code`` tells a client why, ``message`` a person."""

    code = "sign_in_refused"
    message: str | Promise = _("This sign-in was refused.")


class SignInDisabled(SignInRefused):
    """The site does not say by TOKEN_SIGN_IN whom it signs in for a token. Answered with 403."""

    code = "sign_in_disabled"
    message = _("Signing in for a token is off. The site turns it on by the setting TOKEN_SIGN_IN.")


class CredentialsMissing(SignInRefused):
    """A sign-in lacks some of what it needs. ``fields`` are the names of these. Answered with 400."""

    code = "required"
    message = _("This field is required.")

    def __init__(self, *fields: str) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


class InvalidCredentials(SignInRefused):
    """Nobody has these credentials, or their account is deactivated. Answered with 401."""

    code = "invalid_credentials"
    message = _("No account has this user name and password.")


class SecondFactorRequired(SignInRefused):
    """The credentials are right, and a second factor is missing. Answered with 401.

    ``methods`` are the words of those that the user has, such as ``totp`` and ``recovery_codes``.
    """

    code = "second_factor_required"
    message = _("Send a code of your second factor, too.")

    def __init__(self, methods: Sequence[str]) -> None:
        super().__init__(" ".join(methods))
        self.methods = methods


class InvalidSecondFactor(SignInRefused):
    """The credentials are right, and the code of the second factor is not. Answered with 400."""

    code = "invalid"
    message = _("This code is not valid.")


class SecondFactorUnsupported(SignInRefused):
    """The user has second factors, but none that is a code. Answered with 403."""

    code = "second_factor_unsupported"
    message = _("Your second factor only works on the site's own page for signing in.")


class SignInIncomplete(SignInRefused):
    """The site's own login asks for more than can be given here. Answered with 403.

    ``stage`` names what it would ask for.
    """

    code = "sign_in_incomplete"
    message = _("Sign in on the site's own page: it asks for more than this.")

    def __init__(self, stage: str) -> None:
        super().__init__(stage)
        self.stage = stage


class TooManyAttempts(SignInRefused):
    """There were too many attempts, as we or a package of the site have counted. Answered with 429.

    ``seconds`` says when there may be another, where that is known.
    """

    code = "throttled"
    message = _("There were too many attempts. Try again later.")

    def __init__(self, seconds: float | None = None) -> None:
        super().__init__()
        self.seconds = seconds


class AttemptsNotCounted(SignInRefused):
    """The cache that counts attempts fails, so nobody may try. Answered with 503."""

    code = "unavailable"
    message = SessionsUnavailable.MESSAGE


class ProofRefused(Exception):
    """What a user has sent does not prove who they are.

    ``fields`` are those that are wrong or, where none was given, those that could be.
    """

    MESSAGE = _("This does not prove who you are.")
    REQUIRED = _("This field is required.")
    WRONG = {
        "password": _("This is not your password."),
        "otp": _("This code is not valid."),
    }

    def __init__(self, fields: Sequence[str], *, is_wrong: bool) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields
        self.is_wrong = is_wrong

    def message_of(self, field: str) -> str | Promise:
        """Return what is wrong with a field."""
        return self.WRONG.get(field, self.MESSAGE) if self.is_wrong else self.REQUIRED
