"""What a notice says: sentence by sentence, with denials, exceptions and other people's duties respected.

A denial governs what follows it, as in ConText: in Chinese up to the comma, in English through a list, in both up to a
stop (but, 但). A denial with an exception is `conditional`, never `denied`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from scanner.model import NoticeFact, NoticeKind, Saying
from scanner.notice.items import HEARSAY
from scanner.notice.period import dated_only, days_of
from scanner.notice.rules import Combination, FactRule, NoticeRules
from scanner.notice.sentence import Sentence
from scanner.notice.text import MOST_SENTENCES, NoticeText
from scanner.notice.twice import undone
from scanner.notice.words import Hit, Lexicon

WINDOW_HAN, WINDOW_LATIN = 26, 110
"""Characters between the words of one fact."""
NEG_HAN, NEG_LATIN = 18, 70
"""Characters over which a denial reaches."""
MOST_QUOTE = 400
BIOMETRICS = "biometrics"
_HAN = re.compile(r"[\u3400-\u9fff]")
_PEOPLE = (
    ("people_filmed", NoticeKind.PEOPLE_FILMED),
    ("account_holders", NoticeKind.PRODUCT_USERS),
    ("site_visitors", NoticeKind.SITE_VISITORS),
)
_NO_SUCH = frozenset({"no", "neither", "nor", "without", "nothing", "none"})
_TURNS = frozenset({"not", "not_joined", "not_after"})
_BESIDE = 24
_NAMES = frozenset({"people_filmed", "product"})
_EXCEPTION = re.compile(
    r"^[\s\-·*•\d.()]*"
    r"(但(?!是否)|然而|除(?!了)|例外|(?:however|but|except|unless|exceptions?|this does not apply|the exception)\b)"
)
_OWN_EXCEPTION = re.compile(r"^[\s\-·*•\d.()一二三四五六七八九十、]*(?:[^\s,:]{1,8}:)?除[^,。;]{1,30}外,?[^,。;]")
"""`除公安机关依法调取外,不向任何人提供`: its exception is one to what it says itself, not to the sentence before."""
_AND = re.compile(r"\s*(?:、|及|和|与|或|以及|(?:and|or)\b)")
_IF = re.compile(r"if\b|unless|optional|may\b|on request|at |by default|currently|now|so far|目前|主动|必要")
_BEGINNING = 60
"""Characters of a sentence in which an exception to the one before it stands."""
_MORE = frozenset({"give", "money", "share", "run", "collect", "hands", "store", "sell"})


Filling = tuple[Hit | None, ...]
"""The words that fill a combination, in its order; None: the word stands in the heading."""


def read_facts(text: NoticeText, rules: NoticeRules, kind: NoticeKind) -> tuple[NoticeFact, ...]:
    """Every fact of every sentence, in order. `kind`: whose data a sentence is about that does not say."""
    sentences = text.sentences[:MOST_SENTENCES]
    out: list[NoticeFact] = []
    for sentence, following in pairwise((*sentences, None)):
        if sentence is None or says_nothing(sentence):
            continue
        excepted = following is not None and takes_back(following)
        in_law = excepted and following is not None and takes_back(following, lawful=True)
        for rule in rules.facts.values():
            out.extend(_facts(rule, sentence.read, text, kind, in_law if rule.lawful else excepted))
    return tuple(out)


def denies_any(text: NoticeText, rules: NoticeRules, topics: frozenset[str]) -> bool:
    """Is one of these matters denied in any sentence? Only those are read that hold a word of denial."""
    wanted = [rule for rule in rules.facts.values() if rule.id in topics]
    telling = denying(
        rules.lexicon, frozenset(part.group for rule in wanted for whole in rule.denies for part in whole)
    )
    return any(
        fact.saying is Saying.DENIED
        for sentence in text.sentences[:MOST_SENTENCES]
        if telling.find(sentence.read.text) and not says_nothing(sentence)
        for rule in wanted
        for fact in _facts(rule, sentence.read, text, NoticeKind.UNKNOWN, False)
    )


@lru_cache(maxsize=64)
def denying(lexicon: Lexicon, groups: frozenset[str]) -> Lexicon:
    """The words without which nothing is denied: those that turn a deed, and groups that deny by themselves."""
    return lexicon.part(groups | _TURNS)


def says_nothing(sentence: Sentence) -> bool:
    """A heading or a question."""
    return sentence.is_heading or sentence.text.rstrip().endswith("?")


def takes_back(sentence: Sentence, *, lawful: bool = False) -> bool:
    """Does a sentence begin with an exception to the one before it? `lawful`: other than one that leaves none."""
    if sentence.is_heading or _OWN_EXCEPTION.match(sentence.text):
        return False
    begins = first(sentence, "exception", 0, _BEGINNING, lawful) or first(sentence, "can_enable", 0, len(sentence.text))
    harmless = lawful and first(sentence, "no_room", 0, _BEGINNING) is not None
    return begins is not None or (not harmless and _EXCEPTION.match(sentence.text) is not None)


def opens_exception(sentence: Sentence, *, lawful: bool) -> bool:
    """Is a sentence from its first word an exception to the one before it, or does it say that the thing can be
    switched on? A `but` or `except` further on belongs to what it says itself. `lawful` as above."""
    if not takes_back(sentence, lawful=lawful):
        return False
    can = first(sentence, "can_enable", 0, len(sentence.text))
    return can is not None or _EXCEPTION.match(sentence.text) is not None


def _room(sentence: Sentence) -> Hit | None:
    """Words that leave room even where a condition is what the fact is about: consent that is asked for `where
    possible`."""
    return next(
        (h for h in sentence.hits if "hedge" in h.groups and not _IF.match(sentence.text[h.start : h.end])), None
    )


def overall(facts: tuple[NoticeFact, ...], topic: str = BIOMETRICS) -> Saying:
    """How the notice as a whole speaks of a matter. Biometrics that it discloses anywhere, it discloses; of other
    matters one that it both discloses and denies is `conditional`."""
    said = {fact.saying for fact in facts if fact.topic == topic}
    if topic == BIOMETRICS and said & {Saying.DISCLOSED, Saying.CONDITIONAL}:
        return Saying.DISCLOSED
    if len(said) > 1 or Saying.CONDITIONAL in said:
        return Saying.CONDITIONAL
    if Saying.DISCLOSED in said:
        return Saying.DISCLOSED
    return Saying.DENIED if Saying.DENIED in said else Saying.SILENT


def _facts(
    rule: FactRule, sentence: Sentence, text: NoticeText, kind: NoticeKind, excepted: bool
) -> Iterator[NoticeFact]:
    """At most one fact a saying."""
    seen: dict[Saying, NoticeFact] = {}
    groups = (("denies", rule.denies), ("affirms", rule.affirms), ("says", rule.says))
    for how, combinations in groups:
        if how != "says" and denied_above(sentence) and not rule.value:
            continue  # what stands for a fact by itself, and is denied above it, is neither
        for whole in combinations:
            if any(part.absent and part.group in sentence.groups for part in whole):
                continue
            combination = tuple(part for part in whole if not part.absent)
            if any(part.group == "period" for part in combination) and dated_only(sentence.text):
                continue
            for hits in _nearest_deeds(combination, tuple(fillings(combination, sentence, text))):
                if sentence.cut and not _of_item(hits, sentence):
                    continue
                saying, cue = _saying(rule, how, combination, hits, sentence, excepted)
                if saying is not None and _doubted(saying, rule, sentence):
                    saying = Saying.CONDITIONAL
                if saying is not None and saying not in seen:
                    seen[saying] = fact_in(rule, sentence, kind, saying, cue)
        if seen and how != "says":
            break
    yield from seen.values()


def _doubted(saying: Saying, rule: FactRule, sentence: Sentence) -> bool:
    """Is it not certain what a lead-in or an answer makes of the sentence; or does one that is answered with a no
    disclose, since its denial was not seen to govern the deed?"""
    if sentence.above is not None and sentence.above.doubtful:
        return True
    return saying is Saying.DISCLOSED and sentence.answered_no and not (rule.value and "limit" in sentence.groups)


def _nearest_deeds(combination: Combination, found: tuple[Filling, ...]) -> list[Filling]:
    """Of several deeds beside one thing the nearest is meant: `images serve safety and are never used to advertise`."""
    at = next((n for n, part in enumerate(combination) if part.act), None)
    if at is None:
        return list(found)
    nearest: dict[tuple[Hit | None, ...], tuple[int, Filling]] = {}
    for hits in found:
        act = hits[at]
        things = tuple(h for n, h in enumerate(hits) if n != at and combination[n].group != "not")
        thing = next((hit for hit in things if hit is not None), None)
        if act is None or thing is None:
            nearest[hits] = (0, hits)
            continue
        distance = max(act.start - thing.end, thing.start - act.end)
        if things not in nearest or distance < nearest[things][0]:
            nearest[things] = (distance, hits)
    return [hits for _, hits in nearest.values()]


def _saying(
    rule: FactRule, how: str, combination: Combination, hits: Filling, sentence: Sentence, excepted: bool
) -> tuple[Saying | None, Hit | None]:
    act = next((hit for part, hit in zip(combination, hits, strict=True) if part.act and hit), None)
    act = act or next((hit for hit in reversed(hits) if hit is not None), None)
    if act is None:
        return None, None
    if first(sentence, HEARSAY, 0, act.start) is not None:
        return None, None
    others_duty = first(sentence, "others_duty", 0, act.end)
    whole = len(sentence.text)
    exception = first(sentence, "exception", 0, whole, rule.lawful) or first(sentence, "part_only", 0, whole)
    hedge = first(sentence, "hedge", 0, whole, rule.lawful) if not rule.hedged else _room(sentence)
    if how == "affirms":
        weak = others_duty or exception or hedge
        return (Saying.CONDITIONAL, weak) if weak or excepted else (Saying.DISCLOSED, None)
    if how == "denies":
        weak = act if undone(sentence, act, denies=True) else None
        weak = weak or (None if rule.hedged else exception or hedge or first(sentence, "upgrade", 0, whole))
        return (Saying.CONDITIONAL, weak) if weak else (Saying.DENIED, act)
    denial = _denial(sentence, act) or _no_such(sentence, hits, act)
    if any(part.group == "not" for part in combination) and denial is None:
        return None, None
    condition = first(sentence, "condition", 0, whole, rule.lawful) or first(sentence, "can_enable", 0, whole)
    condition = condition or exception or _room(sentence)
    if denial is not None and any(undone(sentence, hit) for hit in hits if hit and hit is not denial):
        return Saying.CONDITIONAL, denial
    if denial is None:
        weak = others_duty or (condition if rule.wary else None)
        return (Saying.CONDITIONAL, weak) if weak else (Saying.DISCLOSED, None)
    if rule.unless and denial is not None and _only_a_use(sentence, rule.unless, denial, act):
        return None, None
    if rule.hedged:
        return Saying.DENIED, denial
    condition = condition or exception_behind(sentence, act) or others_duty
    if condition is not None or excepted:
        return Saying.CONDITIONAL, condition
    return Saying.DENIED, denial


def fillings(combination: Combination, sentence: Sentence, text: NoticeText) -> Iterator[Filling]:
    """Each way in which an act word and the nearest words of the other groups stand together. None: in the heading."""
    in_sentence = [part for part in combination if part.group in sentence.groups]
    above = sentence.context | text.title_groups
    for part in combination:
        if part not in in_sentence and not (part.context and part.group in above):
            return
    anchor = next((p for p in in_sentence if p.act), in_sentence[-1] if in_sentence else None)
    if anchor is None:
        return
    for act in (hit for hit in sentence.hits if anchor.group in hit.groups):
        chosen: list[Hit | None] = []
        for part in combination:
            if part is anchor:
                chosen.append(act)
            elif part not in in_sentence:
                chosen.append(None)
            else:
                near = _nearest(sentence, act, part.group, apart=anchor.act)
                if near is None:
                    break
                chosen.append(near)
        else:
            yield tuple(chosen)


def _nearest(sentence: Sentence, act: Hit, group: str, *, apart: bool) -> Hit | None:
    """The nearest word of a group within the window, on this side of a stop; `apart`: that does not overlap the act,
    for the 识别 in 人脸识别 is no deed of its own."""
    window = WINDOW_HAN if _HAN.search(sentence.text[act.start : act.end]) else WINDOW_LATIN
    best: tuple[int, Hit] | None = None
    for hit in sentence.hits:
        if group not in hit.groups:
            continue
        if apart and group != "not" and hit.start < act.end and act.start < hit.end:
            continue
        distance = max(act.start - hit.end, hit.start - act.end)
        low, high = min(act.end, hit.end), max(act.start, hit.start)
        if distance > window or first(sentence, "stop", low, high) is not None:
            continue
        if best is None or distance < best[0]:
            best = (distance, hit)
    return best[1] if best else None


def first(sentence: Sentence, group: str, low: int, high: int, lawful: bool = False) -> Hit | None:
    """The first word of a group that lies in [low:high]; `lawful`: in no exception that leaves the thing as it is."""
    return next(
        (
            h for h in sentence.hits
            if group in h.groups and low <= h.start and h.end <= high and not (lawful and _leaves_none(sentence, h))
        ),
        None,
    )  # fmt: skip


def _leaves_none(sentence: Sentence, hit: Hit) -> bool:
    """Does a word touch an exception that leaves none: for the police or a court and for nobody besides, or by one's
    own doing?"""
    return any(
        "no_room" in h.groups and h.start < hit.end and hit.start < h.end and not _goes_on(sentence, h)
        for h in sentence.hits
    )


def _goes_on(sentence: Sentence, exception: Hit) -> bool:
    """Are others named behind it: `except to police and our partners`? A comma ends it where it opens a sentence."""
    rest, opens = sentence.text[exception.end :], not sentence.text[: exception.start].strip()
    closed = opens or bool(
        _HAN.search(sentence.text[exception.end - 1 : exception.end])
    )  # 除 ... 外 is closed by itself
    return _AND.match(rest) is not None or (not closed and rest.lstrip().startswith(","))


def _denial(sentence: Sentence, act: Hit) -> Hit | None:
    """The word that denies the act: before it or running into it, in the same clause."""
    han = bool(_HAN.search(sentence.text[act.start : act.end]))
    for hit in reversed(sentence.hits):
        if "not" not in hit.groups or hit.start > act.start or (hit.start == act.start and hit.end < act.end):
            continue
        # what the lead-in of a list denies, it denies to the end of each item
        last = min(act.start, sentence.cut) if denied_above(sentence) and hit.end <= sentence.cut else act.start
        between = sentence.text[hit.end : last] if hit.end < last else ""
        if len(between) > (NEG_HAN if han else NEG_LATIN) or (han and "," in between):
            continue
        if first(sentence, "stop", hit.end, act.start) is None:
            # `not kept longer than 30 days` says how long, not that it is not kept
            return None if first(sentence, "limit", hit.end, len(sentence.text)) else hit
    if any("not_joined" in hit.groups and hit.start == act.end for hit in sentence.hits):
        return act  # 采集不到
    after = first(sentence, "not_after", act.end, len(sentence.text))
    return after if after and first(sentence, "stop", act.end, after.start) is None else None


def _only_a_use(sentence: Sentence, group: str, denial: Hit, act: Hit) -> bool:
    """Does the denial belong to words that deny one use and not the thing: `not used for marketing`?"""
    return any(
        group in hit.groups and denial.start - 1 <= hit.start <= act.start and hit.end >= act.start
        for hit in sentence.hits
    )


def _no_such(sentence: Sentence, hits: Filling, act: Hit) -> Hit | None:
    """`collects no face data`: a `no` just before the thing, behind the deed."""
    for thing in hits:
        for hit in sentence.hits:
            if thing is None or "not" not in hit.groups or not hit.end < thing.start <= hit.end + _BESIDE:
                continue
            word = sentence.text[hit.start : hit.end]
            if word in _NO_SUCH or (word == "not" and thing is not act and thing.start == hit.end + 1):
                return hit
    return None


def exception_behind(sentence: Sentence, act: Hit) -> Hit | None:
    """A `but` after the denial with a deed behind it: the denial has an exception."""
    for hit in sentence.hits:
        if (
            "stop" in hit.groups
            and hit.start >= act.end
            and any(later.start >= hit.end and later.groups & _MORE for later in sentence.hits)
        ):
            return hit
    return None


def _of_item(hits: Filling, sentence: Sentence) -> bool:
    """Does what an item says rest on its own words; and, where its lead-in denies a deed, on that deed: that faces are
    `not shared` says nothing of whether they are recognised?"""
    found = [hit for hit in hits if hit is not None]
    above = [hit for hit in found if hit.end <= sentence.cut and hit.groups != {"not"}]
    assert sentence.above is not None
    deed_missing = sentence.above.denies and sentence.above.deed and not above
    return any(hit.end > sentence.cut for hit in found) and not deed_missing


def denied_above(sentence: Sentence) -> bool:
    """Is it read as one sentence with a lead-in that denies?"""
    return bool(sentence.cut) and sentence.above is not None and sentence.above.denies


def fact_in(rule: FactRule, sentence: Sentence, kind: NoticeKind, saying: Saying, cue: Hit | None) -> NoticeFact:
    """What a sentence says, with its quotation and place. `cue`: the word that weakens it."""
    start, end = sentence.whole()
    end = min(end, start + MOST_QUOTE)
    block = sentence.block
    quote = block.text[start - block.start : end - block.start]
    people, named = whose(sentence, kind)
    cue_text = ""
    if cue is not None:
        cue_text = sentence.written(cue.start, cue.end)
    value, days = "", None
    if rule.value:
        value, days = days_of(sentence)
    section = sentence.audience is not None
    lead = sentence.before
    return NoticeFact(rule.id, saying, people, quote, start, end, value, cue_text, named, days, section, lead)


def whose(sentence: Sentence, kind: NoticeKind) -> tuple[NoticeKind, bool]:
    """Whose data a sentence is about, and whether it (or its heading) names them or the product. In a section for
    some people, these: that a camera is named under `Visitors of our web site` films nobody."""
    if sentence.audience is not None:
        return sentence.audience, sentence.audience is NoticeKind.PEOPLE_FILMED
    for groups in (sentence.groups, sentence.context):
        if kind is NoticeKind.SITE_VISITORS and "site_visitors" in groups:
            return kind, bool(groups & _NAMES)
        for group, people in _PEOPLE:
            if group in groups:
                return people, bool(groups & _NAMES)
        if groups & _NAMES:
            return kind, True
    return kind, False
