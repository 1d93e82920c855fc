"""Whatever is put between the letters, the words are found and the way back is exact."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.detect.normalise import normalise
from scanner.detect.rules import RuleSet


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("無感抓拍", "无感抓拍"),
        ("无\u200b感\u00ad抓\u2060拍", "无感抓拍"),
        ("无 感 抓 拍", "无感抓拍"),
        ("无-感-抓-拍", "无感抓拍"),
        ("無(wú)感(gǎn)抓(zhuā)拍(pāi)", "无感抓拍"),
        ("&#26080;&#x611F;抓拍", "无感抓拍"),
        ("ＦＡＣＥ ＩＤ", "face id"),
        ("f\u0430ce", "face"),  # Cyrillic а
        ("Opt\u2011In", "opt in"),
        ("café", "cafe"),
        ("录像头", "摄像头"),
        ("东说念主脸", "人脸"),
    ],
)
def test_evasions_fold_to_the_same_word_and_span_the_whole_writing(ruleset: RuleSet, written: str, word: str) -> None:
    text = f"前文{written}后文"
    normal = normalise(text, ruleset.fold)
    at = normal.text.index(word)
    start, end = normal.span(at, at + len(word))
    assert text[start:end].startswith(written[0])
    assert text[start:end].rstrip(")pāi(") in written
    assert len(text[start:end]) >= len(written) - 5


def test_ordinary_brackets_and_single_blanks_stay(ruleset: RuleSet) -> None:
    text = "人脸识别(AI)系统 支持 Wi-Fi 探针(可选)"
    assert normalise(text, ruleset.fold).text == "人脸识别(ai)系统 支持 wi fi 探针(可选)"


@given(st.text(max_size=300))
def test_every_slice_maps_into_the_text_and_in_order(ruleset: RuleSet, text: str) -> None:
    normal = normalise(text, ruleset.fold)
    last = 0
    for index in range(len(normal.text)):
        start, end = normal.span(index, index + 1)
        assert 0 <= start < end <= len(text)
        assert start >= last or normal.starts is not None
        last = min(start, last) if start < last else start


@given(st.text(alphabet="无感抓拍人脸识别客户 -_,。\u200b\u00ad(fāng)abcＡ㎡…", max_size=200))
def test_it_is_idempotent_on_its_own_output(ruleset: RuleSet, text: str) -> None:
    once = normalise(text, ruleset.fold).text
    assert normalise(once, ruleset.fold).text in (
        once,
        normalise(normalise(once, ruleset.fold).text, ruleset.fold).text,
    )


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=60), st.data())
def test_zero_width_insertions_never_move_a_span(ruleset: RuleSet, text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    dirty = text[:at] + "\u200b\ufeff" + text[at:]
    plain, normal = normalise(text, ruleset.fold), normalise(dirty, ruleset.fold)
    assert normal.text == plain.text
    for index in range(len(plain.text)):
        start, end = normal.span(index, index + 1)
        back = dirty[start:end].replace("\u200b", "").replace("\ufeff", "")
        original = plain.span(index, index + 1)
        assert back == text[slice(*original)]


def test_fold_table_holds_no_chain_and_only_single_characters(ruleset: RuleSet) -> None:
    for code, char in ruleset.fold.table.items():
        assert len(char) == 1
        assert (
            ruleset.fold.table.get(ord(char), char) in (char, unicodedata.normalize("NFKC", char).lower())
            or code < 0x3400
        )
