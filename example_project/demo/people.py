"""The demo's users."""

from base64 import b32encode
from dataclasses import dataclass

from django.contrib.auth.models import Permission, User


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in to the demo."""

    username: str
    role: str
    is_staff: bool = False
    is_superuser: bool = False
    permissions: tuple[str, ...] = ()
    totp_key: str = ""
    """The key of an authenticator app, in hexadecimal digits."""
    has_password: bool = True
    """False for somebody who signs in by single sign-on alone."""

    @property
    def password(self) -> str:
        """Return the password the demo prints, or ""."""
        return f"{self.username}-demo" if self.has_password else ""

    @property
    def totp_secret(self) -> str:
        """Return what an authenticator app is given, or ""."""
        return b32encode(bytes.fromhex(self.totp_key)).decode()

    def totp_code(self) -> str:
        """Return what the authenticator app has shown last. A code counts once: this leaves the next."""
        from django_otp.oath import totp  # only the example site has it

        return f"{totp(bytes.fromhex(self.totp_key), drift=-1):06}"


PEOPLE = (
    Person("admin", "superuser", is_staff=True, is_superuser=True),
    Person(
        "staff",
        "sees and ends everyone's sessions in the admin",
        is_staff=True,
        permissions=("view_user", "view_session", "change_session", "end_session"),
    ),
    Person("alice", "an ordinary user"),
    Person("bob", "an ordinary user"),
    Person(
        "carol", "has an authenticator app", totp_key="3132333435363738393031323334353637383930"
    ),
    Person("dave", "has no password: signs in by single sign-on", has_password=False),
)


def create_missing_users() -> None:
    """Create the people who have no user yet. Existing users keep whatever they were changed to."""
    existing = set(User.objects.values_list("username", flat=True))
    for person in PEOPLE:
        if person.username not in existing:
            create_user(person)


def create_user(person: Person) -> None:
    """Create the user of a person, with the permissions named."""
    user = User.objects.create_user(
        person.username,
        password=person.password or None,
        email=f"{person.username}@example.com",
        first_name=person.username.capitalize(),
        is_staff=person.is_staff,
        is_superuser=person.is_superuser,
    )
    user.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label__in=("auth", "sessions_api"), codename__in=person.permissions
        )
    )
    if person.totp_key:
        from django_otp.plugins.otp_totp.models import TOTPDevice  # only the example site has it

        TOTPDevice.objects.create(user=user, name="Authenticator app", key=person.totp_key)


def has_printed_password(person: Person) -> bool:
    """Return whether the person still signs in as the demo prints."""
    if not person.has_password:
        return True
    return User.objects.get(username=person.username).check_password(person.password)
