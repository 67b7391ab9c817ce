"""A disguise is read as what it stands for; what is no English is not judged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.screening.classifier_reading import abstention, reading


@pytest.mark.parametrize(
    ("text", "read"),
    [
        pytest.param("  The  Cat\n sat.", "the cat sat.", id="spaces-and-case"),
        pytest.param("caf\u00e9", "cafe", id="accents"),
        pytest.param("мuslіms", "muslims", id="look-alikes"),
        pytest.param("ｗｏｍｅｎ", "women", id="wide-letters"),
        pytest.param("w0men are w3lcome", "women are welcome", id="digits-for-letters"),
        pytest.param("m.u.s.l.i.m", "muslim", id="dotted-out"),
        pytest.param("I m.u.s.e", "i muse", id="dotted-out-beside-a-word-of-one-letter"),
        pytest.param("$tupid 4frican @sses", "stupid african asses", id="signs-before-a-word"),
        pytest.param("4e430b", "aeaeob", id="a-sign-behind-a-sign"),
        pytest.param("4th 3rdly 5pm $20 1m", "4th 3rdly 5pm $20 1m", id="numbers-and-sums"),
        pytest.param("b l a c k people", "black people", id="spaced-out"),
        pytest.param("i looove it", "i loove it", id="stretched"),
        pytest.param("in 2020 the 3rd of 15", "in 2020 the 3rd of 15", id="numbers-stay"),
        pytest.param("don\u2019t, e.g. it's", "don't, e.g. it's", id="apostrophes-and-abbreviations-stay"),
        pytest.param("a\x00b\u202ec", "a b c", id="control-characters"),
        pytest.param("\U0001f600\U0001f600", "", id="emoji"),
    ],
)
def test_it_is_read_as(text: str, read: str) -> None:
    assert reading(text) == read


@given(st.text())
def test_what_was_read_reads_the_same_again(text: str) -> None:
    once = reading(text)
    assert reading(once) == once
    assert "\n" not in once


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("", "empty", id="nothing"),
        pytest.param(" ... 12 !", "empty", id="no-letter"),
        pytest.param("Я их не люблю", "language", id="russian"),
        pytest.param("私は本が好きです", "language", id="japanese"),
        pytest.param("Ich habe die Leute nicht gesehen und das ist gut", "language", id="german"),
        pytest.param("je ne sais pas pour qui il est venu", "language", id="french"),
        pytest.param("no me gusta la gente que habla por hablar", "language", id="spanish"),
        pytest.param("non so che cosa fare con questa macchina", "language", id="italian"),
        pytest.param("bu benim için çok güzel ama pahalı", "language", id="turkish"),
        pytest.param("nie wiem jak to się stało", "language", id="polish"),
        pytest.param("Women are welcome here.", None, id="english"),
        pytest.param("die in a fire, man", None, id="english-that-looks-german"),
        pytest.param("The movie La La Land was on last night", None, id="a-foreign-name"),
        pytest.param("yes", None, id="one-word"),
    ],
)
def test_the_model_abstains_because(text: str, why: str | None) -> None:
    assert abstention(reading(text)) == why
