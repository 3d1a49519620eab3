"""What tests in several folders share."""

from sessions_api.conf import SettingsGroup, conf
from sessions_api.dialects.ory.conf import conf as ory_conf
from sessions_api.dialects.torii.conf import conf as torii_conf

SETTINGS: dict[str, SettingsGroup] = {
    name: group
    for group in (conf, ory_conf, torii_conf)
    for name in vars(type(group))
    if name.isupper()
}
"""Every setting by name, and the group it is in."""
