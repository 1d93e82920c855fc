"""Who speaks on a page, where a person has said so: the targets file, else an option or the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model import AUTO, PageRole, Said, SaidBy

if TYPE_CHECKING:
    from ..collect.scope import Scope
    from ..config import Settings


def said(word: str, by: SaidBy) -> Said | None:
    """What a word of `SPEAKERS` says; None where it leaves it to the page."""
    return Said(PageRole(word), by) if word and word != AUTO else None


def by_settings(settings: Settings) -> Said | None:
    """What the settings say of every page of which nobody says more."""
    return said(settings.rules.speaker, SaidBy.SETTINGS)


def by_option(word: str | None, settings: Settings) -> Said | None:
    """What an option says; the settings where it was not given."""
    return by_settings(settings) if word is None else said(word, SaidBy.OPTION)


def of_page(scope: Scope | None, url: str, settings: Settings) -> Said | None:
    """What the targets file says of a page of this scope, else the settings. `auto` there comes before the settings."""
    word = scope.speaker(url) if scope is not None else ""
    return said(word, SaidBy.TARGETS) if word else by_settings(settings)


def of_kept(scope: Scope | None, url: str, kept: Said | None, settings: Settings) -> Said | None:
    """The same of a kept page: the targets file, else what was said when the page was last judged, else the settings.

    What a targets file said earlier and the one of today no longer says is forgotten: it may have been wrong.
    """
    if scope is None:
        return kept or by_settings(settings)
    forgotten = kept is not None and kept.by is SaidBy.TARGETS
    if forgotten or scope.speaker(url):
        return of_page(scope, url, settings)
    return kept or by_settings(settings)
