"""Provisions as text and JSON: for reports, `law show` and programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.lawfile import EU
from scanner.model import LawGap, Provision, ProvisionRole, RelevantLaw
from scanner.report.words import WORDS, Words, words

PROVISION_SCHEMA = "noticescan/provision/1"
_BARE = frozenset({ProvisionRole.ORDER, ProvisionRole.STANDARD})


def heading(one: Provision, t: Words, *, brief: bool = False) -> str:
    """What a reader would look up, marked where it is not confirmed. `brief`: by the short name of the law."""
    return (one.brief(t.lang) if brief else one.cited(t.lang)) + ("" if one.verified else f" [{t['law_unverified']}]")


def facts(one: Provision, t: Words) -> str:
    """Since when, until when, for whom where `bound` does not say it: one line."""
    parts = [t.say("law_in_force", date=one.in_force_from.isoformat())]
    if one.in_force_until:
        parts.append(t.say("law_until", date=one.in_force_until.isoformat()))
    if not one.bound(t.lang):
        parts.append(t.say("law_addresses", roles=roles(one, t, "law_to_")))
    if one.audience:
        parts.append(t["law_" + one.audience])
    return ("；" if t.lang == "zh" else "; ").join(parts)


def roles(one: Provision, t: Words, prefix: str) -> str:
    """Whom it addresses, by the roles of the settings: `law_to_` in words, `law_as_` in one word each."""
    return ("、" if t.lang == "zh" else ", ").join(t[prefix + role] for role in one.applies_to)


def bound(one: Provision, t: Words) -> str:
    """Who is bound, in plain words; empty where the entry does not say it."""
    return f"{t['law_bound']}{t['colon']}{one.bound(t.lang)}" if one.bound(t.lang) else ""


def for_a_court(one: Provision) -> bool:
    """Is it a penal rule, of which a court or office alone can find that it applies? A defence is none."""
    return one.penal and one.role not in (ProvisionRole.DEFENCE, ProvisionRole.SCOPE)


def others(law: RelevantLaw, t: Words) -> tuple[str, str]:
    """What stands over the duties of others, and the sentence below it."""
    key = "law_users" if _of_users(law) else "law_others"
    return t.count(key, len(law.of_others)), t[key + "_note"]


def _of_users(law: RelevantLaw) -> bool:
    """Are the duties of others all duties of whoever operates a product?"""
    return all(one.applies_to == ("deployer",) for one in law.of_others)


def gap_text(law: RelevantLaw | None, t: Words) -> str:
    """Why no provision is named beside a claim; empty where some are. None: the page does not say it itself."""
    if law is None:
        return t["law_gap_not_asserted"]
    if law.gap is None:
        return ""
    why = law.gap.value
    if law.of_others:  # the list does address this kind of claim by name: it binds somebody else
        why = "users" if _of_users(law) else "others"
    return t.say("law_gap_" + why, places=places(law, t))


def places(law: RelevantLaw, t: Words) -> str:
    """The places whose law was looked at, by name where we have one."""
    known = WORDS[t.lang]

    def name(code: str) -> str:
        own = known.get(f"place_{code}", code)
        return f"{own} ({t['place_EU']})" if code in EU else own

    names = (name(code) for code in law.jurisdictions)
    return ("、" if t.lang == "zh" else ", ").join(names)


def marked(law: RelevantLaw, t: Words) -> str:
    """That the targets file says whose duties this vendor has, or empty."""
    names = ("、" if t.lang == "zh" else ", ").join(t["law_as_" + role] for role in law.roles)
    return t.say("law_marked", roles=names) if names else ""


def left_out(law: RelevantLaw, t: Words) -> str:
    """What was left out and why, or empty: `Left out: 3 that address others ...`."""
    if not law.left_out:
        return ""
    comma = "；" if t.lang == "zh" else "; "
    return f"{t['law_left']} " + comma.join(t.count("law_left_" + why, n) for why, n in law.left_out)


def described(one: Provision, lang: str) -> Iterator[str]:
    """Everything about one provision, line by line, for a terminal."""
    t = words(lang)
    yield f"{one.id}  ({t['law_role_' + one.role]}, {one.jurisdiction})"
    yield heading(one, t)
    if one.instrument not in one.cited(lang):
        yield one.instrument
    if who := bound(one, t):
        yield who
    yield facts(one, t)
    if one.role in _BARE:
        yield t["law_not_binding"]
    yield ""
    yield one.summary(lang)
    if for_a_court(one):
        yield t["law_penal"]
    if note := one.note(lang):
        yield note
    if not one.verified:
        yield t["law_unverified_note"]
    yield ""
    yield f"{t['category']}{t['colon']}" + ", ".join(one.engages)
    yield one.source_url
    yield ""
    yield t["law_paraphrase"]


def provision_json(one: Provision) -> dict[str, Any]:
    """One provision as a JSON object (`noticescan/provision/1`). `binding` is false for standards and single orders."""
    out: dict[str, Any] = {"schema": PROVISION_SCHEMA}
    for name in one.__slots__:
        value = getattr(one, name)
        if isinstance(value, tuple):
            value = list(value)
        elif hasattr(value, "isoformat"):
            value = value.isoformat()
        elif isinstance(value, ProvisionRole):
            value = value.value
        out[name] = value
    return out | {"binding": one.role not in _BARE}


def law_json(law: RelevantLaw | None) -> dict[str, Any] | None:
    """The law beside one finding as ids, in the parts in which it must be read. None where it is not asserted."""
    if law is None:
        return None
    parts = ("shown", "more", "defences", "scope", "rights", "penalties", "of_others", "not_binding")
    return {
        **{name: [one.id for one in getattr(law, name)] for name in parts},
        "jurisdictions": list(law.jurisdictions),
        "roles_stated": list(law.roles),
        "left_out": dict(law.left_out),
        "why_none": law.gap.value if law.gap else None,
    }


def provisions_in(law: RelevantLaw) -> Iterator[Provision]:
    """Every provision that is named anywhere beside a finding."""
    yield from (*law.duties, *law.beside, *law.rights, *law.penalties, *law.of_others, *law.not_binding)


def unstated(law: RelevantLaw | None) -> bool:
    """Is the law unknown only because nobody said where the vendor is?"""
    return law is not None and law.gap is LawGap.NO_JURISDICTION
