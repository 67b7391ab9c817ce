"""A room's captions are told of at each change and every five seconds, once when nothing comes; gaps are counted."""

from agents.caption_states import IDLE_AFTER_MS, PULSE_MS, StateTeller
from agents.hearing_figures import HearingFigures
from processors.gaps import GAP_MS
from schemas.captions import IDLE

NOW = 1_000_000


def counted(figures: HearingFigures) -> float:
    return sum(sample.value for metric in figures.gaps.collect() for sample in metric.samples if "total" in sample.name)


def test_a_room_that_goes_well_is_told_of_every_five_seconds() -> None:
    teller, figures = StateTeller("r", NOW, NOW), HearingFigures()
    told = []
    for later_ms in range(0, 20_000, 500):
        teller.arrived_ms = NOW + later_ms
        told += [state for state in [teller.tell(NOW + later_ms, figures)] if state is not None]
    assert [state.at_ms - NOW for state in told] == [PULSE_MS, 2 * PULSE_MS, 3 * PULSE_MS]
    assert not any(state.delayed for state in told)


def test_a_gap_is_told_at_once_counted_once_and_told_when_it_is_over() -> None:
    teller, figures = StateTeller("r", NOW, NOW), HearingFigures()
    teller.gaps.said("a-1", NOW)
    begun = teller.tell(NOW + GAP_MS + 1, figures)
    again = teller.tell(NOW + GAP_MS + 1 + PULSE_MS, figures)
    teller.arrived_ms = NOW + 2 * GAP_MS
    teller.gaps.worded("a", "a-1")
    over = teller.tell(NOW + 2 * GAP_MS, figures)
    assert begun is not None
    assert again is not None
    assert over is not None
    assert [(each.delayed, each.reason) for each in (begun, again, over)] == [(True, "waiting")] * 2 + [(False, "")]
    assert begun.since_ms == NOW
    assert counted(figures) == 1


def test_a_room_that_sends_nothing_is_called_idle_once_until_it_speaks() -> None:
    teller, figures = StateTeller("r", NOW, NOW), HearingFigures()
    told = [teller.tell(NOW + IDLE_AFTER_MS + later_ms, figures) for later_ms in (1, 10_000, 20_000)]
    assert [state.reason for state in told if state] == [IDLE]
    teller.arrived_ms = NOW + 40_000
    awake = teller.tell(NOW + 40_000, figures)
    assert awake is not None
    assert (awake.reason, awake.delayed) == ("", False)
    assert counted(figures) == 0
