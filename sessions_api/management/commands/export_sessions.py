"""Print what is stored of one user's sessions."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder

from sessions_api import lifecycle
from sessions_api.management.people import user_named


class Command(BaseCommand):
    """Answer somebody who asks what is stored of them (GDPR, articles 15 and 20)."""

    help = (
        "Print what is stored of a user's sessions, as JSON. Secrets and other users are left out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", metavar="USERNAME")

    def handle(self, *, user: str, **options: Any) -> None:
        stored = lifecycle.export(user_named(user))
        text = json.dumps(stored, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
        self.stdout.write(text)
