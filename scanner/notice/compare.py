"""The room's second door: asserted claims and a vendor's notices in, one verdict a claim out.

A wrong `contradicts` is the worst that can happen here, so a denial counts only where it is unconditional, about the
same people (or about the thing itself) and not taken back elsewhere in the notice. Where in doubt the answer is
`cannot_tell`, with why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from scanner.model import (
    Contradiction,
    DatedAs,
    Finding,
    ItemStatus,
    Notice,
    NoticeFact,
    NoticeKind,
    Place,
    Saying,
    Stance,
    UnreadReason,
    Verdict,
    VerdictReason,
)
from scanner.notice.admission import admission, back, optional
from scanner.notice.claim import Claim, read_claim
from scanner.notice.hearing import Reply
from scanner.notice.matter import (
    for_others,
    of_section,
    other_crowd,
    other_product,
    same_data,
    same_people,
    something_else,
)
from scanner.notice.period import period_fits
from scanner.notice.rules import Answer, ClaimRule, NoticeRules
from scanner.notice.sentence import groups_of

_PERIOD, _NOT = "retention", "not"
_ORDER = {
    Verdict.CONTRADICTS: 0, Verdict.ADMITS: 1, Verdict.CANNOT_TELL: 2, Verdict.SILENT: 3,
}  # fmt: skip
_VOID = frozenset({VerdictReason.SUPERSEDED, VerdictReason.NOT_YET_IN_FORCE})
_WEAK = _VOID | {VerdictReason.OTHER_PEOPLE, VerdictReason.OTHER_PRODUCT, VerdictReason.NOT_READ}
"""Reasons that yield to what another notice of the vendor says, even to its silence."""


_DENIED_FROM = {
    Verdict.CONTRADICTS: 0.7, Verdict.CANNOT_TELL: 0.9, Verdict.SILENT: 0.9, Verdict.ADMITS: 0.94,
}  # fmt: skip
"""How sure a reader of claim and notice together must be of a plain denial, by what the notice's facts say alone.
Chosen on pairs that it had not learnt from (docs/decisions/0009-claim-and-notice.md)."""
_IN_SPITE = 0.97
"""How sure where a word of the sentence leaves room: a condition, an exception, a hedge."""
_LISTED_FROM = 0.5
"""How sure of an item below "We do not:", which the facts read as one sentence with it."""
_ELSEWHERE_FROM = 0.8
"""How sure where the facts found a denial in one sentence and the reader in another."""
_SAME_FROM = 0.5
"""How sure that some sentence says the same and none denies it, for an admission that the facts do not know."""
_SAID_FROM = 0.03
"""How sure that some sentence says the same, for what the facts take for an admission to stand."""
_NEAR_FROM = 0.5
"""How sure that a sentence speaks of the matter with a reserve, for it to be quoted with a verdict left open."""
_WITH_CONSENT_FROM = 0.3
"""How sure that a sentence is on a condition, where that is consent: "not without your consent" denies that none is
needed, though it leaves room in anything else."""
_NOT_ASKED = _VOID | {VerdictReason.OTHER_PRODUCT, VerdictReason.NO_COUNTERPART}


Ask = Callable[[Claim, Notice], Reply | None]
"""Claim and notice -> what a reader of both together takes from the notice; None: not read."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one notice says to one claim."""

    verdict: Verdict
    reason: VerdictReason
    fact: NoticeFact | None = None
    notice: Notice | None = None
    topic: str = ""


def compare(
    findings: Iterable[Finding],
    notices: Sequence[Notice],
    rules: NoticeRules,
    ask: Ask | None = None,
    at: date | None = None,
) -> tuple[Contradiction, ...]:
    """One verdict for each asserted finding, in their order; `notices` are all of the vendor's, read or not.

    `ask`: a reader of claim and notice together; without it the notice's facts decide alone. `at`: the day of adverts
    that do not know their own; a notice that does not hold on an advert's day answers none of its claims.
    """
    return tuple(_against(f, notices, rules, ask, at) for f in findings if f.stance is Stance.ASSERTED)


def within(findings: Iterable[Finding], document: Notice, rules: NoticeRules) -> tuple[Contradiction, ...]:
    """Boast and denial in one document: `document` is the page read as if it were a notice, `findings` are its claims.

    Only contradictions come out: that an advert does not mention something, or mentions it twice, says nothing.
    """
    out = []
    findings = tuple(findings)
    apart = tuple(f for f in document.facts if not any(f.start < c.end and c.start < f.end for c in findings))
    for finding in findings:
        rule = rules.claims.get(finding.category)
        if finding.stance is not Stance.ASSERTED or rule is None:
            continue
        claim = read_claim(finding, rule, rules)
        opinion = _opinion(claim, rule, document, apart, rules, same_document=True)
        if opinion.verdict is Verdict.CONTRADICTS:
            same = Opinion(opinion.verdict, VerdictReason.SAME_DOCUMENT, opinion.fact, document, opinion.topic)
            out.append(_result(finding, rule, same, document))
    return tuple(out)


def _against(
    finding: Finding, notices: Sequence[Notice], rules: NoticeRules, ask: Ask | None, at: date | None
) -> Contradiction:  # fmt: skip
    rule = rules.claims.get(finding.category)
    if rule is None or not rule.answerable:
        return _result(finding, rule, Opinion(Verdict.CANNOT_TELL, VerdictReason.NO_COUNTERPART), None)
    read = [notice for notice in notices if notice.unread is None]
    if not read:
        foreign = bool(notices) and all(notice.unread is UnreadReason.LANGUAGE for notice in notices)
        reason = VerdictReason.LANGUAGE if foreign else VerdictReason.NOT_READ if notices else VerdictReason.NO_NOTICE
        return _result(finding, rule, Opinion(Verdict.CANNOT_TELL, reason), notices[0] if notices else None)
    claim = read_claim(finding, rule, rules)
    day = finding.captured_at.date() if finding.captured_at else at
    read.sort(key=lambda notice: notice.void_on(day) is not None)
    opinions = [_void(n, day) or _opinion(claim, rule, n, n.facts, rules) for n in read]
    if ask is not None and rule.asked:
        opinions = [_reconsidered(one, claim, notice, ask, rules) for one, notice in zip(opinions, read, strict=True)]
    return _result(finding, rule, _together(opinions, all_read=len(read) == len(notices)), read[0])


def _void(notice: Notice, day: date | None) -> Opinion | None:
    """A version that was replaced, or is not in force yet, says nothing to an advert of that day."""
    reason = notice.void_on(day)
    if reason is None:
        return None
    topic = DatedAs.ENDS if reason is VerdictReason.SUPERSEDED else DatedAs.IN_FORCE
    said = next((fact for fact in notice.facts if fact.topic == topic.value), None)
    return Opinion(Verdict.CANNOT_TELL, reason, said, notice, topic.value)


def _reconsidered(opinion: Opinion, claim: Claim, notice: Notice, ask: Ask, rules: NoticeRules) -> Opinion:
    """An opinion from the notice's facts, once claim and notice were read together.

    What it reads plainly stands, whatever the facts make of it: a denial, the same, or something near. Where it is
    unsure the facts' opinion stays, unless that needs bearing out and has none.
    """
    if opinion.reason in _NOT_ASKED or _for_the_site_alone(opinion, claim, notice):
        return opinion
    reply = ask(claim, notice)
    if reply is None:
        return opinion
    denies = opinion.verdict is Verdict.CONTRADICTS
    plain = denies and opinion.topic in rules.claims[claim.finding.category].plain
    if denies and _heard(opinion, reply, plain=plain):
        return opinion
    if _denied_plainly(opinion, reply, claim, notice, rules):
        denial = replace(reply.denial, saying=Saying.DENIED)
        return Opinion(Verdict.CONTRADICTS, VerdictReason.DENIES, denial, notice, denial.topic)
    if opinion.reason is VerdictReason.TAKEN_BACK:
        return opinion
    rule = rules.claims[claim.finding.category]
    elsewhere = plain or other_crowd(claim, notice, rules, reply.same) or something_else(claim, reply.same, rules)
    elsewhere = elsewhere or not of_section(claim, rule, reply.same)
    if reply.said * (1 - reply.denied) >= _SAME_FROM and not elsewhere:
        if admission(claim, rules.claims[claim.finding.category], reply.same, notice.facts, rules):
            return Opinion(Verdict.ADMITS, VerdictReason.DISCLOSES, reply.same, notice, reply.same.topic)
        if opinion.verdict is not Verdict.ADMITS and (both := back((reply.same,), notice.facts)):
            return Opinion(Verdict.CANNOT_TELL, VerdictReason.TAKEN_BACK, both, notice, reply.same.topic)
        if opinion.verdict is not Verdict.ADMITS:
            reason = VerdictReason.CONDITIONAL if optional(claim, reply.same, rules) else VerdictReason.VAGUE
            return Opinion(Verdict.CANNOT_TELL, reason, reply.same, notice, reply.same.topic)
    unheard = denies or (opinion.verdict is Verdict.ADMITS and reply.said < _SAID_FROM)
    if reply.weakened >= _NEAR_FROM and of_section(claim, rule, reply.near):
        reason = opinion.reason if opinion.verdict is Verdict.CANNOT_TELL else VerdictReason.VAGUE
        return Opinion(Verdict.CANNOT_TELL, reason, reply.near, notice, reply.near.topic)
    return _left_open(opinion, notice) if unheard else opinion


def _denied_plainly(opinion: Opinion, reply: Reply, claim: Claim, notice: Notice, rules: NoticeRules) -> bool:
    """Is a denial heard so clearly that the facts may think otherwise, and is it of what is claimed?"""
    enough = _DENIED_FROM[opinion.verdict]
    if opinion.verdict is Verdict.CONTRADICTS:
        enough = _ELSEWHERE_FROM
        if _of_another_matter(claim, reply.denial, notice, rules):
            return False
    if reply.denial.saying is Saying.CONDITIONAL:
        enough = max(enough, _IN_SPITE)
    besides = (
        (opinion.verdict is not Verdict.CONTRADICTS and _both_ways(claim, reply.denial, notice, rules))
        or other_crowd(claim, notice, rules, reply.denial)
        or something_else(claim, reply.denial, rules)
        or _only_a_period(claim, reply.denial, notice, rules)
        or not of_section(claim, rules.claims[claim.finding.category], reply.denial)
    )
    return _plainly(reply.denied, reply) >= enough and not besides


def _both_ways(claim: Claim, denial: NoticeFact, notice: Notice, rules: NoticeRules) -> bool:
    """Do the facts hear the same sentence bear the claim out as well: recorded during calls, and not in the breaks?"""
    rule = rules.claims[claim.finding.category]
    here = [fact for fact in notice.facts if fact.start == denial.start]
    said = bool(_answers(claim, rule.admits, here))
    return said and any(f.saying is Saying.DENIED and f.topic in {a.topic for a in rule.contradicts} for f in here)


def _of_another_matter(claim: Claim, denial: NoticeFact, notice: Notice, rules: NoticeRules) -> bool:
    """Do the facts know what the sentence denies, and is it nothing that answers this claim?"""
    known = {f.topic for f in notice.facts if f.start == denial.start and f.saying is Saying.DENIED}
    own = {answer.topic for answer in rules.claims[claim.finding.category].contradicts}
    return bool(known) and not known & (own | {f"claim:{claim.finding.category}"})


def _heard(opinion: Opinion, reply: Reply, *, plain: bool) -> bool:
    """Does the reader bear out the very sentence in which the facts found a denial? `plain`: the words are so clear
    that it is enough if it hears no sentence say the same."""
    if plain and reply.said < _SAID_FROM:
        return True
    at = opinion.fact.start if opinion.fact else -1
    if opinion.topic == "consent" and reply.weakened_at.get(at, 0.0) >= _WITH_CONSENT_FROM:
        return True
    enough = _LISTED_FROM if opinion.fact and opinion.fact.lead else _DENIED_FROM[opinion.verdict]
    return _plainly(reply.denied_at.get(at, 0.0), reply) >= enough


def _plainly(denied: float, reply: Reply) -> float:
    """How sure it is that a sentence denies the claim, and that none says the same or makes a reserve.

    The odds of the denial are multiplied, not its probability: what is certain may be doubted elsewhere, and what is
    merely likely may not.
    """
    odds = denied / max(1 - denied, 1e-4) * (1 - reply.said) * (1 - reply.weakened)
    return odds / (1 + odds)


def _only_a_period(claim: Claim, denial: NoticeFact, notice: Notice, rules: NoticeRules) -> bool:
    """Does the sentence only say how long data is kept, and the claim nothing of that? What goes was taken. One that
    also says that something is not so says more."""
    answers = {answer.topic for answer in rules.claims[claim.finding.category].contradicts if _asks(claim, answer)}
    denied = {f.topic for f in notice.facts if f.start == denial.start and f.saying is Saying.DENIED}
    groups = groups_of(rules.lexicon, rules.normalise(denial.whole_quote).text)
    if _PERIOD in answers or denied & answers or _NOT in groups:
        return False
    return any(f.topic == _PERIOD and f.start == denial.start and (f.days or 0) >= 1 for f in notice.facts)


def _left_open(opinion: Opinion, notice: Notice) -> Opinion:
    """What the facts made out and the reader of both does not hear."""
    return Opinion(Verdict.CANNOT_TELL, VerdictReason.VAGUE, opinion.fact, notice, opinion.topic)


def _for_the_site_alone(opinion: Opinion, claim: Claim, notice: Notice) -> bool:
    """What a notice for visitors of a web site says is not about those whom the advert is about."""
    others = opinion.reason is VerdictReason.OTHER_PEOPLE or claim.people is NoticeKind.PEOPLE_FILMED
    return others and notice.kind is NoticeKind.SITE_VISITORS


def _together(opinions: Sequence[Opinion], all_read: bool) -> Opinion:
    """The vendor's answer: the clearest of its notices', unless they contradict each other."""
    verdicts = {opinion.verdict for opinion in opinions}
    if {Verdict.CONTRADICTS, Verdict.ADMITS} <= verdicts:
        clear = next(o for o in opinions if o.verdict is Verdict.CONTRADICTS)
        return Opinion(Verdict.CANNOT_TELL, VerdictReason.CONFLICTING, clear.fact, clear.notice, clear.topic)
    best = min(opinions, key=lambda o: (o.reason in _WEAK, _ORDER[o.verdict]))
    if best.verdict is Verdict.SILENT and not all_read:
        return Opinion(Verdict.CANNOT_TELL, VerdictReason.NOT_READ, notice=best.notice)
    return best


def _opinion(
    claim: Claim, rule: ClaimRule, notice: Notice, facts: tuple[NoticeFact, ...], rules: NoticeRules,
    *, same_document: bool = False,
) -> Opinion:  # fmt: skip
    if not same_document and other_product(claim, notice):
        return Opinion(Verdict.CANNOT_TELL, VerdictReason.OTHER_PRODUCT, notice=notice)
    # Within one page only a plain denial of the same matter counts: an advert that also sells signs denies nothing.
    answers = [a for a in rule.contradicts if a.saying is Saying.DENIED or not same_document]
    every, facts = facts, tuple(fact for fact in facts if same_document or of_section(claim, rule, fact))
    of_this = tuple(fact for fact in facts if same_data(claim, notice, fact, rules))
    against, told = _answers(claim, answers, facts), _answers(claim, rule.admits, of_this)
    bears_out = [fact for fact in told if admission(claim, rule, fact, facts, rules)]
    fitting = [
        fact for fact in _answers(claim, answers, of_this)
        if (same_document or same_people(claim, rule, notice, fact, rules))
        and not _taken_back(fact, of_this)
        and not something_else(claim, fact, rules)
    ]  # fmt: skip
    if fitting and told and not bears_out:
        return Opinion(Verdict.CANNOT_TELL, VerdictReason.CONFLICTING, fitting[0], notice, fitting[0].topic)
    if fitting and bears_out:
        return _both(fitting, bears_out, notice)
    if fitting:
        fact = fitting[0]
        return Opinion(Verdict.CONTRADICTS, VerdictReason.DENIES, fact, notice, fact.topic)
    if bears_out:
        return Opinion(Verdict.ADMITS, VerdictReason.DISCLOSES, bears_out[0], notice, bears_out[0].topic)
    if both := back(told, facts):
        return Opinion(Verdict.CANNOT_TELL, VerdictReason.TAKEN_BACK, both, notice, told[0].topic)
    if hedged := _hedged(claim, rule, facts) or next((fact for fact in told if optional(claim, fact, rules)), None):
        return Opinion(Verdict.CANNOT_TELL, VerdictReason.CONDITIONAL, hedged, notice, hedged.topic)
    if against:
        return Opinion(Verdict.CANNOT_TELL, VerdictReason.OTHER_PEOPLE, against[0], notice, against[0].topic)
    if others := _for_another_section(claim, rule, every, facts):
        return Opinion(Verdict.CANNOT_TELL, VerdictReason.OTHER_PEOPLE, others, notice, others.topic)
    if heard := [fact for fact in facts if rule.heard and fact.topic == f"claim:{rule.category}"]:
        return _by_hearing(claim, rule, notice, heard, rules)
    if vague := _answers(claim, rule.vague, facts):
        return Opinion(Verdict.CANNOT_TELL, VerdictReason.VAGUE, vague[0], notice, vague[0].topic)
    if for_others(claim, notice, facts) or other_crowd(claim, notice, rules):
        return Opinion(Verdict.CANNOT_TELL, VerdictReason.OTHER_PEOPLE, notice=notice)
    if not any(f.topic == "types" or (f.topic == "biometrics" and f.saying is Saying.DISCLOSED) for f in facts) and any(
        f.topic == "vague_data" for f in facts
    ):
        return Opinion(Verdict.CANNOT_TELL, VerdictReason.VAGUE, notice=notice)
    return Opinion(Verdict.SILENT, VerdictReason.NOT_MENTIONED, notice=notice)


def _for_another_section(
    claim: Claim, rule: ClaimRule, every: Sequence[NoticeFact], of_theirs: Sequence[NoticeFact]
) -> NoticeFact | None:  # fmt: skip
    """What answers in a section for other people, where none for those of the claim does."""
    left = [fact for fact in every if fact not in of_theirs]
    heard = (fact for fact in left if rule.heard and fact.topic == f"claim:{rule.category}")
    return next(iter([*_answers(claim, (*rule.contradicts, *rule.admits), left), *heard]), None)


def _by_hearing(
    claim: Claim, rule: ClaimRule, notice: Notice, heard: Sequence[NoticeFact], rules: NoticeRules
) -> Opinion:  # fmt: skip
    """No fact of ours answers, but the models that find claims heard this one denied in the notice, or made."""
    first = {saying: next((fact for fact in heard if fact.saying is saying), None) for saying in Saying}
    denied, made, weak = (first[s] for s in (Saying.DENIED, Saying.DISCLOSED, Saying.CONDITIONAL))
    if denied and made and made.start != denied.start:
        return Opinion(Verdict.CANNOT_TELL, VerdictReason.CONFLICTING, denied, notice, denied.topic)
    if made and admission(claim, rule, made, notice.facts, rules):
        return Opinion(Verdict.ADMITS, VerdictReason.DISCLOSES, made, notice, made.topic)
    if made and (both := back((made,), notice.facts)):
        return Opinion(Verdict.CANNOT_TELL, VerdictReason.TAKEN_BACK, both, notice, made.topic)
    if weak or made:
        near = weak or made
        assert near is not None
        return Opinion(Verdict.CANNOT_TELL, VerdictReason.CONDITIONAL, near, notice, near.topic)
    fitting = [f for f in heard if same_people(claim, rule, notice, f, rules) and not something_else(claim, f, rules)]
    if fitting:
        return Opinion(Verdict.CONTRADICTS, VerdictReason.DENIES, fitting[0], notice, fitting[0].topic)
    return Opinion(Verdict.CANNOT_TELL, VerdictReason.OTHER_PEOPLE, heard[0], notice, heard[0].topic)


def _both(against: Sequence[NoticeFact], bears_out: Sequence[NoticeFact], notice: Notice) -> Opinion:
    """The notice answers both ways. Where one sentence does, it discloses; else it is not for us to choose."""
    first = against[0]
    for fact in bears_out:
        if fact.start == first.start:
            return Opinion(Verdict.ADMITS, VerdictReason.DISCLOSES, fact, notice, fact.topic)
    return Opinion(Verdict.CANNOT_TELL, VerdictReason.CONFLICTING, first, notice, first.topic)


def _answers(claim: Claim, answers: Sequence[Answer], facts: Sequence[NoticeFact]) -> list[NoticeFact]:
    """The facts that answer, in the order of the answers."""
    return [
        fact
        for answer in answers
        if _asks(claim, answer)
        for fact in facts
        if fact.topic == answer.topic
        and fact.saying is answer.saying
        and period_fits(answer.value, fact, claim.days, forever="claim_forever" in claim.groups)
    ]


def _asks(claim: Claim, answer: Answer) -> bool:
    """Has the claim the words for which the answer counts?"""
    return claim.groups >= answer.needs and not claim.groups & answer.lacks


def _taken_back(fact: NoticeFact, facts: Sequence[NoticeFact]) -> bool:
    """Does the notice speak otherwise of the same matter elsewhere: with an exception, the other way, or of longer?"""
    others = [other for other in facts if other.topic == fact.topic and other.start != fact.start]
    if fact.days is not None or fact.value:
        return any(o.saying is Saying.CONDITIONAL or period_fits("long", o) for o in others)
    return any(other.saying is not fact.saying for other in others)


def _hedged(claim: Claim, rule: ClaimRule, facts: Sequence[NoticeFact]) -> NoticeFact | None:
    """A denial of the matter that has an exception."""
    topics = {
        answer.topic for answer in rule.contradicts
        if answer.saying is Saying.DENIED and claim.groups >= answer.needs and not claim.groups & answer.lacks
    }  # fmt: skip
    topics |= {a.topic for a in rule.contradicts if a.saying is Saying.DISCLOSED and not a.needs - claim.groups}
    return next((fact for fact in facts if fact.topic in topics and fact.saying is Saying.CONDITIONAL), None)


def _result(finding: Finding, rule: ClaimRule | None, opinion: Opinion, notice: Notice | None) -> Contradiction:
    fact, source = opinion.fact, opinion.notice or notice
    return Contradiction(
        verdict=opinion.verdict, category=finding.category, vendor=finding.vendor, finding=finding.id,
        claim_quote=finding.quote, claim_at=place_of(finding), reason=opinion.reason,
        notice_quote=fact.whole_quote if fact else "", topic=opinion.topic,
        notice_at=_place(source, fact), item=_item(rule, source, finding.lang),
    )  # fmt: skip


def place_of(finding: Finding) -> Place:
    """Where a claim stands."""
    return Place(
        finding.source, finding.start, finding.end, finding.captured_at, finding.capture_sha256, finding.warc_record,
        finding.derivation,
    )  # fmt: skip


def _place(notice: Notice | None, fact: NoticeFact | None) -> Place | None:
    if notice is None:
        return None
    return notice.place(fact.begins, fact.end) if fact else notice.place(0, 0)


def _item(rule: ClaimRule | None, notice: Notice | None, lang: str) -> str:
    """The item under which the matter should stand: of a regime of the notice, in the order of the claim's own list,
    one that a text can show before one that cannot be checked online; without a notice that was read, of a regime that
    goes with the language of the claim. Empty where these have none: another country's item is no answer."""
    if rule is None:
        return ""
    unseen = {item.id for item in notice.items if item.status is ItemStatus.NOT_CHECKABLE} if notice else set()
    regimes = {item.regime for item in notice.items} if notice else set()
    if not regimes:
        regimes = {regime for regime in rule.items if regime.startswith("cn.") == lang.startswith("zh")}
    own = [item for regime, item in rule.items.items() if regime in regimes]
    return next((item for item in own if item not in unseen), next(iter(own), ""))
