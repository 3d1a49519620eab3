"""Which organization a sign-in is for."""


def of(request, user):
    """Return what the e-mail address says."""
    return user.email.partition("@")[2]
