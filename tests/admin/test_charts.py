"""What the overview draws."""

from datetime import date
from itertools import pairwise

from sessions_api.admin.charts import HEIGHT, DaysChart, shares
from sessions_api.admin.figures import Day


def days(*counts):
    return [Day(date(2026, 3, 1), *pair) for pair in counts]


def test_the_highest_bar_fills_the_chart_and_the_others_are_to_scale():
    chart = DaysChart.of(days((10, 0), (5, 20)))
    assert chart.most == 20
    assert [bar.height for bar in chart.sign_ins] == [HEIGHT // 2, HEIGHT // 4]
    assert [bar.height for bar in chart.ends] == [0, HEIGHT]
    assert all(bar.y + bar.height == HEIGHT for bar in (*chart.sign_ins, *chart.ends))


def test_bars_stand_beside_one_another():
    chart = DaysChart.of(days(*[(1, 1)] * 14))
    bars = sorted((*chart.sign_ins, *chart.ends))
    assert all(left.x + chart.bar < right.x for left, right in pairwise(bars))
    assert bars[-1].x + chart.bar <= chart.width < 1000


def test_what_is_little_can_be_seen_and_what_is_not_counted_is_not_drawn():
    chart = DaysChart.of(days((1, None), (1_000_000, 0)))
    assert [bar.height for bar in chart.sign_ins] == [1, HEIGHT]
    assert [bar.height for bar in chart.ends] == [0, 0]


def test_nothing_at_all_is_a_chart_without_bars():
    assert DaysChart.of(days((0, 0), (None, None))).most == 0


def test_shares_are_parts_of_the_sum():
    assert [share.percent for share in shares([("a", 3), ("b", 1)])] == [75, 25]
    assert [share.percent for share in shares([("a", 100_000), ("b", 1)])] == [100, 1]
    assert shares([]) == []
