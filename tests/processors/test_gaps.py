"""Speech without words for more than ten seconds is a gap; whatever brings words ends it."""

from processors.gaps import GAP_MS, UNHEARD, WAITING, GapWatch

NOW = 1_000_000


def test_speech_that_waits_longer_than_ten_seconds_is_a_gap_since_it_was_said() -> None:
    watch = GapWatch()
    watch.said("a-1", NOW)
    assert watch.gap(NOW + GAP_MS) == ("", 0)
    assert watch.gap(NOW + GAP_MS + 1) == (WAITING, NOW)


def test_words_end_it_and_more_of_the_same_utterance_counts_anew() -> None:
    watch = GapWatch()
    watch.said("a-1", NOW)
    watch.worded("a", "a-1")
    watch.said("a-1", NOW + 9_000)
    assert watch.gap(NOW + 12_000) == ("", 0)


def test_a_newer_draft_does_not_hide_how_long_the_first_has_waited() -> None:
    watch = GapWatch()
    for later_ms in (0, 4_000, 8_000, 12_000):
        watch.said("a-1", NOW + later_ms)
    assert watch.gap(NOW + 12_000) == (WAITING, NOW)


def test_one_track_that_is_answered_does_not_hide_another_that_waits() -> None:
    watch = GapWatch()
    watch.said("a-1", NOW)
    watch.said("b-1", NOW)
    watch.worded("b", "b-1")
    assert watch.gap(NOW + 11_000) == (WAITING, NOW)


def test_speech_in_which_no_words_are_found_adds_up_to_a_gap_and_is_forgotten_in_silence() -> None:
    watch = GapWatch()
    for n in range(3):
        watch.said(f"a-{n}", NOW + 4_000 * n)
        watch.wordless("a", f"a-{n}", 4_000, NOW + 4_000 * (n + 1))
    assert watch.gap(NOW + 12_000) == (UNHEARD, NOW)
    assert watch.gap(NOW + 12_000 + GAP_MS + 1) == ("", 0)


def test_coughs_far_apart_are_no_gap() -> None:
    watch = GapWatch()
    for n in range(20):
        watch.wordless("a", f"a-{n}", 2_000, NOW + 30_000 * n)
        assert watch.gap(NOW + 30_000 * n) == ("", 0)
