"""Settings of a test site that has all the packages that sign people in."""

from tests.settings import *  # noqa: F403

ROOT_URLCONF = "tests.packages.urls"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"

INSTALLED_APPS = [
    *INSTALLED_APPS,  # noqa: F405
    "rest_framework.authtoken",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.dummy",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_hotp",
    "django_otp.plugins.otp_email",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "hijack",
    "impersonate",
    "knox",
    "loginas",
    "two_factor",
]

MIDDLEWARE = [
    *MIDDLEWARE,  # noqa: F405
    "django_otp.middleware.OTPMiddleware",
    "hijack.middleware.HijackUserMiddleware",
    "impersonate.middleware.ImpersonateMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "sessions_api.authentication.SessionTokenAuthentication",
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.TokenAuthentication",
        "allauth.headless.contrib.rest_framework.authentication.XSessionTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
}
# Both say "Token" unless told: one of them has to say something else.
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer"}

ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
SOCIALACCOUNT_AUTO_SIGNUP = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_RATE_LIMITS = False
HEADLESS_CLIENTS = ("app",)

AXES_FAILURE_LIMIT = 3
AXES_LOCKOUT_PARAMETERS = ["username"]

MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
