"""Which assurance level the site asks of a user's sessions."""


def of(user):
    """Ask two factors of staff, and know nothing of whose name is "nobody"."""
    if user.username == "nobody":
        raise LookupError(user.username)
    return 2 if user.is_staff else 1


def in_words(user):
    """Return what no level can be compared with."""
    return "the highest"
