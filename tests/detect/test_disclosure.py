"""The model of disclosures reads what is said in words that `notices.toml` does not have."""

from __future__ import annotations

import numpy as np
import pytest

from scanner.detect import disclosure, told
from scanner.notice.items import SPOKEN
from scanner.notice.text import NoticeText
from tests.evaluation.notices import UNSCORED, document, rules

EN = (
    "Bluebell Garden Centre: what the cameras in our shop do\n"
    "The shop is run by Bluebell Ltd, hello@bluebell-garden.example if anything here worries you.\n"
    "The recorder writes over itself on the eleventh day.\n"
    "Nobody but our own two managers and, with a warrant, the police ever sees a frame.\n"
    "Our begonias like shade and a little water."
)
ZH = (
    "青禾书店摄像告知\n"
    "店主青禾文化，联系邮箱 hello@qinghe.example。\n"
    "画面到第十一天就被新画面盖掉。\n"
    "除店长两人和持文书的民警外，没有别人看得到。\n"
    "本店绿植喜阴，少浇水。"
)


def odds(text: str) -> dict[str, list[float]]:
    """Topic -> log-odds of each sentence that it speaks of it."""
    known = rules()
    sentences = NoticeText(document(text), known.normalise, known.lexicon).sentences
    return {topic: [spoken for spoken, _ in rows] for topic, rows in disclosure.disclosures(sentences).items()}


@pytest.mark.parametrize(("text", "sharing"), [(EN, "recipients"), (ZH, "sharing")])
def test_everyday_words_are_read(text: str, sharing: str) -> None:
    read = odds(text)
    for topic, sentence in (("identity", 1), ("retention", 2), (sharing, 3)):
        assert int(np.argmax(read[topic])) == sentence, topic
        assert read[topic][sentence] >= SPOKEN, topic
    assert max(rows[4] for rows in read.values()) < SPOKEN, "plants disclose nothing"


def test_every_topic_of_an_item_is_known_and_no_other() -> None:
    """Learnt anew when a topic comes: `python -m tests.evaluation.train_items`."""
    known = told.load(disclosure.FILE)
    assert known is not None
    asked = {item.topic for item in rules().items.values() if item.id not in UNSCORED}
    assert set(disclosure.topics(known)) == {
        name for name, topic in rules().topics.items() if topic.checkable and name in asked
    }


def test_no_sentence_and_hostile_sentences_are_read() -> None:
    assert all(len(rows) == 0 for rows in disclosure.disclosures(()).values())
    read = odds("\u202e\u0000" * 50 + "\n" + "为" * 5000 + "\n" + "a " * 5000 + "\n?!")
    assert all(np.isfinite(rows).all() for rows in read.values())
