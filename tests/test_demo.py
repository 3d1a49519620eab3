"""What the example site's demo says when it cannot be served."""

import socket

import pytest
from django.core.management.base import CommandError

from example_project.demo.management.commands.demo import check_can_listen


@pytest.mark.parametrize(
    ("host", "option"), [("127.0.0.1", ""), ("localhost", " --host localhost")]
)
def test_where_the_port_is_taken_the_command_for_another_is_told(host, option):
    with socket.create_server((host, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CommandError) as told:
            check_can_listen(host, port)
    assert str(told.value).endswith(f": uv run manage.py demo{option} --port {port + 1}")
