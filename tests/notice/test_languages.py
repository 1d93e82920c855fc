"""Of a notice in a language in which notices are not read nothing is said but that it is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.detect.rules import load as load_rules
from scanner.model import UnreadReason, VerdictReason
from scanner.pipeline.notices import compared, notices_in

RULES = load_rules()
GERMAN = """<html lang="de"><title>Datenschutzhinweise</title><h1>Datenschutzhinweise für unser Geschäft</h1>
<p>Am Eingang und an der Kasse hängen Kameras. Die Aufnahmen werden nach zehn Tagen gelöscht und nicht mit
anderen geteilt.</p>
<p>Wir erkennen keine Gesichter. Sie können jederzeit Auskunft verlangen oder
sich bei der Behörde beschweren.</p></html>"""
FRENCH = """<title>Politique de confidentialité</title><h1>Politique de confidentialité</h1>
<p>Les images de nos caméras sont effacées après dix jours et ne sont pas partagées avec des tiers. Nous ne
reconnaissons pas les visages. Vous pouvez demander à tout moment une copie de vos données ou saisir l'autorité.</p>"""
ENGLISH = """<html lang="de"><title>Privacy notice</title><p>There are cameras at the door of our shop. The recordings
are deleted after ten days and are not shared with anybody. We do not recognise our customers.</p></html>"""
AD = "<title>Shop camera</title><p>Our camera keeps the faces of all shoppers in a gallery for ever.</p>"


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize(("text", "lang"), [(GERMAN, "de"), (FRENCH, "fr")])
def test_it_is_known_and_not_read(tmp_path: Path, text: str, lang: str) -> None:
    notice = notices_in([written(tmp_path, "n.html", text)], RULES)[0]
    assert (notice.unread, notice.lang, notice.items, notice.facts, notice.stated) == (
        UnreadReason.LANGUAGE, lang, (), (), (),
    )  # fmt: skip


def test_what_the_text_is_in_counts_and_not_what_the_page_declares(tmp_path: Path) -> None:
    notice = notices_in([written(tmp_path, "n.html", ENGLISH)], RULES)[0]
    assert (notice.unread, notice.lang) == (None, "en")


def test_an_advert_is_not_held_against_it(tmp_path: Path) -> None:
    ad, notice = written(tmp_path, "ad.html", AD), written(tmp_path, "n.html", GERMAN)
    told = compared([ad], [notice], RULES).verdicts
    assert told
    assert {one.reason for one in told} == {VerdictReason.LANGUAGE}
