"""Text from outside, in a form that can be stored."""

import re

_UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def storable(text: str, most: int) -> str:
    """Return at most so many characters of a text, without what databases and encoders refuse.

    These are control characters and lone surrogates.
    """
    # Cut first: the rest takes time in proportion to the length.
    return _UNSTORABLE.sub("", text[:most])
