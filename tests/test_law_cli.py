"""The law on the command line: who says where a vendor is, and what follows in each output."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from scanner.cli.main import run
from tests.loopback import CLAIM, Page, Vendor, html, vendor

SHOP = ["--allow-network", "127.0.4.0/24", "--delay", "0"]
CN = ["cn.r799.9", "cn.frt.13", "cn.consumer.29", "cn.spc2021.2", "cn.pipl.26"]
"""Duties of whoever operates what CLAIM advertises; none is that of a vendor which only sells it."""


@pytest.fixture
def folder(tmp_path: Path, patterns: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("NOTICESCAN_RULES__PATH", str(patterns))
    return work


NOT_FOUND = 4
"""The archive of a crawl holds answers 404: addresses that were tried for a notice."""


@pytest.fixture
def shop() -> Iterator[Vendor]:
    with vendor() as server:
        server.pages["/"] = Page(html(CLAIM))
        server.pages["/sitemap.xml"] = Page(b"<urlset/>", kind="application/xml")
        yield server


def lines(capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run([*args, "--format", "jsonl"]) == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def written(out: str = "noticescan-out") -> Path:
    (folder,) = Path(out, "reports").iterdir()
    return folder


def test_from_the_targets_file_through_the_store_to_every_report(
    folder: Path, shop: Vendor, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("targets.csv").write_text(
        f"vendor,url,notice_url,note,jurisdiction,audience\n甲公司,{shop.url()},,,cn,b2b\n", encoding="utf-8"
    )
    assert run(["--quiet", "crawl", *SHOP]) == 0
    (found,) = lines(capsys, "findings")
    assert (found["provisions"], found["provisions_of_others"]) == ([], CN)
    assert {"cn.pipl.3", "cn.frt.2"} <= set(found["provisions_beside"])
    data = json.loads((written() / "report.json").read_text(encoding="utf-8"))
    (one,) = data["findings"]
    assert one["provisions"] == one["law"]["shown"] == []
    assert one["law"]["of_others"] == CN
    assert one["law"]["jurisdictions"] == ["CN"]
    assert set(CN) <= set(data["provisions"])
    assert re.fullmatch(r"warc/.+\.warc\.gz", one["warc_file"])
    assert Path("noticescan-out", one["warc_file"]).is_file()
    assert one["warc_file"] in next((written() / "html" / "finding").iterdir()).read_text(encoding="utf-8")
    letters = sorted(path.name for path in (written() / "letters").iterdir())
    assert [name.rsplit(".", 2)[1] for name in letters] == ["en", "zh"]
    assert CLAIM in (written() / "letters" / letters[1]).read_text(encoding="utf-8")
    # Another place is asked for by hand; the targets file no longer says where the vendor is.
    assert lines(capsys, "findings", "--jurisdiction", "HK")[0]["provisions_of_others"] == []
    assert lines(capsys, "findings", "--jurisdiction", "cn")[0]["provisions_of_others"] == CN
    monkeypatch.setenv(
        "NOTICESCAN_LAW__ROLE", '["deployer"]'
    )  # whoever asks about the operator gets the same as its own
    assert lines(capsys, "findings", "--jurisdiction", "cn")[0]["provisions"] == CN
    monkeypatch.delenv("NOTICESCAN_LAW__ROLE")
    Path("targets.csv").write_text(f"vendor,url\n甲公司,{shop.url()}\n", encoding="utf-8")
    assert run(["--quiet", "crawl", *SHOP]) == 0
    assert lines(capsys, "findings")[0]["provisions_of_others"] == []


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "the targets file says that this vendor acts as vendor, operator; that was not read from any page"),
        ("zh", "目标文件注明该厂商的角色为厂商、使用者，并非由页面判定"),
    ],
)
def test_duties_of_a_vendor_that_runs_the_service_itself_are_its_own_where_it_is_marked(
    folder: Path, shop: Vendor, capsys: pytest.CaptureFixture[str], lang: str, said: str
) -> None:
    rows = f"甲公司,{shop.url()},cn,{{role}}\n"
    Path("targets.csv").write_text("vendor,url,jurisdiction,role\n" + rows.format(role=""), encoding="utf-8")
    assert run(["--quiet", "crawl", *SHOP, "--lang", lang]) == 0
    others = lines(capsys, "findings")[0]
    assert (others["provisions"], others["provisions_of_others"]) == ([], CN)
    before = written()
    assert said not in texts(before)
    Path("targets.csv").write_text(
        "vendor,url,jurisdiction,role\n" + rows.format(role="Vendor、deployer"), encoding="utf-8"
    )
    assert run(["--quiet", "crawl", *SHOP, "--lang", lang]) == 0
    own = lines(capsys, "findings")[0]
    assert (own["provisions"], own["provisions_of_others"]) == (CN, [])
    (after,) = set(Path("noticescan-out", "reports").iterdir()) - {before}
    assert texts(after).count(said) >= 2  # in the pages and in report.md
    data = json.loads((after / "report.json").read_text(encoding="utf-8"))
    assert data["findings"][0]["law"]["roles_stated"] == ["vendor", "deployer"]
    assert data["findings"][0]["provisions"] == CN


def texts(report: Path) -> str:
    """All that a person reads of a report."""
    files = [*sorted((report / "html").rglob("*.html")), report / "report.md"]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_report_for_another_place_names_another_law_and_the_page_says_why_none(
    folder: Path, shop: Vendor, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--quiet", "crawl", shop.url(), "--vendor", "Shop", *SHOP, "--format", "html"]) == 0
    (page,) = (written() / "html" / "vendor").iterdir()
    assert "it was not stated where the vendor is" in page.read_text(encoding="utf-8")
    shown: dict[str, set[str]] = {}
    for place in ("CN", "EU", "JP"):
        assert run(["report", "--jurisdiction", place, "--format", "html"]) == 0
        text = page.read_text(encoding="utf-8")
        shown[place] = set(re.findall(r"<code>((?:cn|eu)\.[\w.-]+)</code>", text))
        assert "it was not stated where" not in text
    assert set(CN) <= shown["CN"]
    assert not any(name.startswith("cn.") for name in shown["EU"])
    assert shown["JP"] == set()
    assert "holds no provision for this kind of claim in JP" in page.read_text(encoding="utf-8")
    assert "It is not complete" in page.read_text(encoding="utf-8")


def test_the_flag_of_a_crawl_is_kept_for_its_urls(
    folder: Path, shop: Vendor, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--quiet", "crawl", shop.url(), "--jurisdiction", "CN", *SHOP]) == 0
    assert lines(capsys, "findings")[0]["provisions_of_others"] == CN


def test_check_knows_the_day_of_a_warc_and_asks_for_that_of_a_page(
    folder: Path, shop: Vendor, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("page.html").write_bytes(html(CLAIM))
    assert lines(capsys, "check", "page.html")[0]["provisions_of_others"] == []
    run(["check", "page.html", "--jurisdiction", "CN", "--format", "jsonl"])
    out, err = capsys.readouterr()
    assert json.loads(out)["provisions_of_others"] == []
    assert "the day of these pages is not known; say it with --at" in err
    (dated,) = lines(capsys, "check", "page.html", "--jurisdiction", "CN", "--at", "2025-05-31")
    before = [name for name in CN if not name.startswith("cn.frt.")]  # the face measures began the day after
    assert dated["provisions_of_others"][:4] == before
    (later,) = lines(capsys, "check", "page.html", "--jurisdiction", "CN", "--at", "2025-06-01")
    assert later["provisions_of_others"] == CN
    run(["--quiet", "crawl", shop.url(), *SHOP])
    asked = ("check", "noticescan-out/warc", "--jurisdiction", "CN", "--at", "1990-01-01")
    (kept,) = lines(capsys, *asked, code=NOT_FOUND)
    assert kept["provisions_of_others"] == CN


def test_letters_are_not_read_as_pages_of_a_vendor(
    folder: Path, shop: Vendor, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["--quiet", "crawl", shop.url(), *SHOP, "--format", "letters"])
    sources = {found["source"] for found in lines(capsys, "check", "noticescan-out", code=NOT_FOUND)}
    assert sources == {shop.url()}


def test_law_list_and_show(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["law", "list", "--category", "covert-capture", "--jurisdiction", "cn"]
    before, after = (lines(capsys, *asked, "--at", day) for day in ("2025-05-31", "2025-06-01"))
    new = {one["id"] for one in after} - {one["id"] for one in before}
    assert new
    assert all(name.startswith("cn.frt.") for name in new)
    assert {one["jurisdiction"] for one in after} == {"CN"}
    assert after[0]["role"] == "duty"
    roles = [one["role"] for one in after]
    assert roles == sorted(roles, key=["duty", "scope", "defence", "penalty", "right", "order", "standard"].index)
    assert all("vendor" in one["applies_to"] for one in lines(capsys, *asked, "--role", "vendor"))
    assert len(lines(capsys, "law", "list")) == 260
    assert lines(capsys, "law", "list", "--category", "everyone-does-it") == []  # a category, and nothing is listed
    assert run(["law", "list", "--lang", "zh"]) == 0
    assert "cn.pipl.26 " in capsys.readouterr().out
    german = {one["jurisdiction"] for one in lines(capsys, "law", "list", "--jurisdiction", "de")}
    assert german == {"DE", "EU"}  # a member state has its own law and that of the EU
    assert {one["jurisdiction"] for one in lines(capsys, "law", "list", "--jurisdiction", "eu")} == {"EU"}
    (one,) = lines(capsys, "law", "show", "CN.PIPL.26")
    assert (one["schema"], one["in_force_from"], one["binding"]) == ("noticescan/provision/1", "2021-11-01", True)
    (order,) = lines(capsys, "law", "show", "us.ftc.riteaid2023")
    assert order["binding"] is False


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_law_show_tells_what_is_unsure_and_what_binds_nobody(
    folder: Path, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    said = {"en": ("unconfirmed", "Not binding", "Only a court"), "zh": ("未经核实", "不具约束力", "只能由法院")}[lang]
    for name, words in (("uk.dpa.148", said[0]), ("cn.gbt41819", said[1]), ("cn.criminal.283", said[2])):
        assert run(["law", "show", name, "--lang", lang]) == 0
        assert words in capsys.readouterr().out
    assert run(["law", "show", "de.kunsturhg.23", "--lang", lang]) == 0  # a defence in a penal law is found by nobody
    assert said[2] not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "near"),
    [
        (["law", "show", "gdpr.9"], "did you mean eu.gdpr.9, uk.gdpr.9?"),
        (["law", "show", "cn.pipl.261"], "did you mean cn.pipl.26"),
        (["law", "show", "zzz"], "`noticescan law list`"),
        (["law", "list", "--category", "covert"], "did you mean covert-capture, covert-audio?"),
        (["law", "list", "--category", "zzz"], "one of: covert-capture"),
    ],
)
def test_near_names_are_suggested(folder: Path, capsys: pytest.CaptureFixture[str], args: list[str], near: str) -> None:
    assert run(args) == 2
    assert near in capsys.readouterr().err


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_law_fits_a_window_of_eighty_columns(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for args in (["list", "--category", "covert-capture"], ["list"], ["show", "de.tdddg.8.1"], ["show", "cn.frt.13"]):
        assert run(["law", *args, "--lang", lang]) == 0
        for line in capsys.readouterr().out.splitlines():
            assert cell_len(line) <= 80 or line.startswith("http"), line


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_who_is_bound_is_said_wherever_a_duty_is_shown(
    folder: Path, shop: Vendor, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    """A vendor that only sells cameras is told whose duty it is: in the list, beside the article, in every report."""
    operator = {"en": "a vendor only where it installs or runs it itself", "zh": "厂商仅在自行安装或运行时才是"}[lang]
    mine = {"en": "not of a vendor that only sells it", "zh": "仅销售的厂商不在此列"}[lang]
    assert run(["law", "show", "cn.pipl.26", "--lang", lang]) == 0
    assert operator in " ".join(capsys.readouterr().out.split())
    assert run(["law", "list", "--category", "commission-control", "--jurisdiction", "CN", "--lang", lang]) == 0
    shown = capsys.readouterr().out
    assert {"en": "operator", "zh": "使用者"}[lang] in shown
    assert {"en": "vendor", "zh": "厂商"}[lang] not in shown
    assert run(["--quiet", "crawl", shop.url(), "--jurisdiction", "CN", "--lang", lang, *SHOP]) == 0
    (page,) = (written() / "html" / "vendor").iterdir()
    for text in (page.read_text(encoding="utf-8"), (written() / "report.md").read_text(encoding="utf-8")):
        assert operator in text
        assert mine in text
        assert {"en": "binds a vendor that only sells", "zh": "均不约束仅销售此类产品的厂商"}[lang] in text


def test_the_letter_of_an_office_is_chosen_and_asks_the_same(
    folder: Path, shop: Vendor, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--quiet", "crawl", shop.url(), "--vendor", "Shop", *SHOP]) == 0
    assert run(["report", "--letter", "regulator"]) == 0
    texts: dict[tuple[str, str], str] = {}
    for path in (written() / "letters").iterdir():
        kind, _, lang = path.name.partition("-")[0], *path.stem.rpartition(".")[1:]
        texts[kind, lang] = path.read_text(encoding="utf-8")
    assert set(texts) == {(kind, lang) for kind in ("reply", "inquiry") for lang in ("en", "zh")}
    for lang, office, press in (("en", "[name of the office", "publi"), ("zh", "［机构名称", "报道")):
        inquiry, reply = texts["inquiry", lang], texts["reply", lang]
        assert office in inquiry
        assert office not in reply
        assert CLAIM in inquiry
        asked = [[line for line in text.splitlines() if line.startswith("  - ")] for text in (inquiry, reply)]
        assert asked[0] == asked[1]
        assert len(asked[0]) > 3
        assert press in reply
    assert "before we publish" not in texts["inquiry", "en"]
    assert "报道" not in texts["inquiry", "zh"]
    (page,) = (written() / "html" / "vendor").iterdir()
    assert "[Name of the office]" in page.read_text(encoding="utf-8")
    sources = {found["source"] for found in lines(capsys, "check", "noticescan-out", code=NOT_FOUND)}
    assert sources == {shop.url()}  # neither letter is read as a page of a vendor


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["law", "show", "cn.pipl.9999"], "no provision cn.pipl.9999"),
        (["law", "show", "law"], "no provision law"),
        (["report", "--letter", "police"], "--letter police: not known"),
        (["law", "list", "--category", "covert"], "--category covert: not known"),
        (["law", "list", "--jurisdiction", "China"], "'China' is not a jurisdiction"),
        (["law", "list", "--role", "seller"], "--role seller: not known"),
        (["law", "list", "--format", "pdf"], "--format pdf: not known"),
        (["law", "list", "--at", "yesterday"], "yesterday"),
        (["check", ".", "--jurisdiction", "C"], "'C' is not a jurisdiction"),
        (["report", "--jurisdiction", ""], "'' is not a jurisdiction"),
    ],
)
def test_a_mistake_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str], args: list[str], said: str) -> None:
    assert run(args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err.splitlines()[0]
    assert "Traceback" not in err


def test_rules_check_lists_the_problems_of_rules_and_law_together(
    folder: Path, capsys: pytest.CaptureFixture[str], patterns: Path
) -> None:
    shutil.copytree(patterns, "mine")
    claims, provisions = Path("mine/claims.toml"), Path("mine/provisions.toml")
    claims.write_text(claims.read_text(encoding="utf-8").replace('severity = "low"', 'severity = "lo"', 1), "utf-8")
    provisions.write_text(
        provisions.read_text(encoding="utf-8").replace('role = "scope"', 'role = "scop"', 1), encoding="utf-8"
    )
    assert run(["rules", "check", "--rules", "mine"]) == 2
    err = capsys.readouterr().err
    assert "2 problems in the patterns folder" in err
    assert "claims.toml: scale-boast.severity" in err
    assert "provisions.toml: cn.pipl.3.role" in err
    provisions.unlink()
    assert run(["check", "--rules", "mine", "."]) == 2
