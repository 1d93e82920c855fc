"""Targets as people write them; what is wrong is said with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.collect.targets import from_urls, load_targets
from scanner.errors import TargetsError
from scanner.model import Target

CSV = "vendor,url,notice_url,note\n甲公司,https://a.example/,https://a.example/privacy,首选\n甲公司,https://a.example/b,,\n"


def write(folder: Path, text: str | bytes, name: str) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_toml(tmp_path: Path) -> None:
    text = """
[[target]]
vendor = "甲公司"
urls = ["https://a.example/", "https://a.example/b"]
notice_urls = ["https://a.example/privacy"]
note = "n"
include = ["b.example"]
exclude = ["/blog/"]
interval_hours = 24
"""
    (target,) = load_targets(write(tmp_path, text, "targets.toml"))
    assert target == Target(
        "甲公司", ("https://a.example/", "https://a.example/b"), ("https://a.example/privacy",), "n",
        ("b.example",), ("/blog/",), 24.0,
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_out_of_a_spreadsheet(tmp_path: Path, encoding: str, separator: str) -> None:
    text = CSV.replace(",", separator).replace("\n", "\r\n")
    (target,) = load_targets(write(tmp_path, text.encode(encoding), "targets.csv"))
    assert target == Target(
        "甲公司", ("https://a.example/", "https://a.example/b"), ("https://a.example/privacy",), "首选"
    )


def test_csv_with_chinese_column_names(tmp_path: Path) -> None:
    (target,) = load_targets(write(tmp_path, "厂商,网址,备注\n乙,http://b.example/,注\n".encode("gbk"), "t.csv"))
    assert target == Target("乙", ("http://b.example/",), note="注")


def test_where_a_vendor_is_and_whom_it_addresses(tmp_path: Path) -> None:
    text = '[[target]]\nvendor = "A"\nurls = ["https://a.example/"]\njurisdiction = ["de", "US-il"]\naudience = "B2B"\n'
    (one,) = load_targets(write(tmp_path, text, "targets.toml"))
    assert (one.jurisdictions, one.audience) == (("DE", "US-IL"), "b2b")
    rows = "厂商,网址,法域,受众\n甲,https://a.example/,CN；HK,b2b\n甲,https://a.example/b,cn,b2c\n乙,https://b.example/,,\n"
    first, second = load_targets(write(tmp_path, rows, "targets.csv"))
    assert (first.jurisdictions, first.audience) == (("CN", "HK"), "both")
    assert (second.jurisdictions, second.audience) == ((), "")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('jurisdiction = "China"', "'China' is not a jurisdiction: write a code such as CN"),
        ("jurisdiction = 1", "`jurisdiction` must be text"),
        ('audience = "shops"', "`audience` 'shops' is not known"),
        ("audience = true", "must be text"),
    ],
)
def test_a_place_or_audience_that_is_none_is_said_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    text = f'\n[[target]]\nvendor = "A"\nurls = ["https://a.example/"]\n{line}\n'
    with pytest.raises(TargetsError) as caught:
        load_targets(write(tmp_path, text, "targets.toml"))
    assert said in caught.value.message
    assert "targets.toml:2" in caught.value.message


def test_whose_duties_a_vendor_has(tmp_path: Path) -> None:
    text = '[[target]]\nvendor = "A"\nurls = ["https://a.example/"]\nrole = ["Vendor", "deployer"]\n'
    (one,) = load_targets(write(tmp_path, text, "targets.toml"))
    assert one.roles == ("vendor", "deployer")
    rows = "vendor,url,role\nA,https://a.example/,vendor\nA,https://a.example/b,deployer; vendor\n"
    (joined,) = load_targets(write(tmp_path, rows, "targets.csv"))
    assert joined.roles == ("vendor", "deployer")
    with pytest.raises(TargetsError, match=r"targets\.csv:2: `role` 'operator' is not known") as error:
        load_targets(write(tmp_path, "vendor,url,role\nA,https://a.example/,operator\n", "targets.csv"))
    assert error.value.tip.startswith("one of: vendor, deployer, advertiser")


def test_plain_urls(tmp_path: Path) -> None:
    text = "# ours\n\nhttps://a.example/1\nhttps://a.example/2\nhttps://b.example/\n"
    first, second = load_targets(write(tmp_path, text, "targets.txt"))
    assert (first.vendor, first.urls) == ("a.example", ("https://a.example/1", "https://a.example/2"))
    assert second.vendor == "b.example"


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("t.toml", "[[target]]\nvendor='x'\nurls=['ftp://a.example/']", "t.toml:1: 'ftp://a.example/'"),
        (
            "t.toml",
            "\n\n[[target]]\nvendor='x'\nurl=['http://a.example/']\n[[target]]\nurl='http://b.example'",
            "t.toml:6",
        ),
        ("t.toml", "[[target]]\nvendor='x'\nadress=1", "unknown key `adress`"),
        ("t.toml", "[[target]]\nvendor='x'\nurls=[1]", "`urls`"),
        ("t.toml", "[[target]]\nvendor='x'\nurls='http://a.example'\ninterval_hours=-1", "interval_hours"),
        (
            "t.toml",
            "[[target]]\nvendor='x'\nurls='http://a.example'\nexclude='a.example/forum'",
            "'a.example/forum' is",
        ),
        ("t.toml", "[[targets]]\nvendor='x'", "unknown key `targets`"),
        ("t.toml", "target = 3", "array of tables"),
        ("t.toml", "vendor = ", "not valid TOML"),
        ("t.toml", "", "no targets"),
        ("t.csv", "vendor,url\nx,http://a.example/\ny,nonsense\n", "t.csv:3"),
        ("t.csv", "vendor,link2\nx,http://a.example/\n", "no column `url`"),
        ("t.csv", "vendor,url,colour\n", "unknown column `colour`"),
        ("t.csv", "vendor,url\n,http://a.example/\n", "t.csv:2: `vendor` is missing"),
        ("t.csv", 'vendor,url\nx,"http://a.example/\n', "t.csv:"),
        ("t.txt", "http://a.example/\nwww.b.example\n", "t.txt:2"),
        ("t.txt", "\0\0", "not text"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, name: str, text: str, where: str) -> None:
    with pytest.raises(TargetsError) as caught:
        load_targets(write(tmp_path, text, name))
    assert where in caught.value.message
    assert "\n" not in caught.value.message


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(TargetsError, match=tmp_path.name):
            load_targets(path)


def test_a_url_without_scheme_gets_a_tip() -> None:
    with pytest.raises(TargetsError) as caught:
        from_urls(["a.example/x"])
    assert "https://a.example/x" in caught.value.tip


@settings(max_examples=60)
@given(st.binary(max_size=200), st.sampled_from(["t.toml", "t.csv", "t.txt", "t"]))
def test_any_bytes_make_targets_or_one_clear_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    try:
        assert load_targets(write(tmp_path_factory.getbasetemp(), data, name))
    except TargetsError as error:
        assert "\n" not in error.message  # noqa: PT017 - either is right
