"""What is read of the 20,000 user agents that come with the source of ua-parser."""

import tarfile

import pytest

from sessions_api.client.user_agent import parse
from tests.client.contradictions import contradictions
from tests.sdists import download

VERSION = "1.0.1"
"""The last version of ua-parser whose source has them."""
SAMPLES = f"ua_parser-{VERSION}/samples/useragents.txt"


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    archive = download("ua-parser", VERSION, cache=tmp_path_factory.mktemp("sdists"))
    with tarfile.open(archive) as files:
        content = files.extractfile(SAMPLES)
        assert content is not None
        return sorted(set(content.read().decode(errors="replace").splitlines()))


def test_no_reading_contradicts_its_user_agent_or_itself(samples):
    assert len(samples) > 20_000
    wrong = [
        (words, user_agent, device)
        for user_agent in samples
        for device in [parse(user_agent)]
        for words in contradictions(user_agent, device)
    ]
    assert wrong == []


def test_hardly_a_browser_of_a_person_is_read_as_nothing(samples):
    browsers = [each for each in samples if each.startswith("Mozilla/5.0 (")]
    unknown = [each for each in browsers if not any(parse(each))]
    assert len(unknown) < len(browsers) / 1_000
