"""Settings: which source wins, and that no mistake in one passes silently."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.config import Settings, load
from scanner.errors import ConfigError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and no settings of the person who runs the tests."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    return work


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_flag_beats_environment_beats_project_beats_user(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder.parent / "user/noticescan/noticescan.toml", "[crawl]\ndelay = 5\nmax_depth = 5\npage_timeout = 5\n")
    assert load().crawl.delay == 5
    write(folder / "noticescan.toml", "[crawl]\ndelay = 6\nmax_depth = 6\n")
    assert load().crawl.delay == 6
    monkeypatch.setenv("NOTICESCAN_CRAWL__DELAY", "7")
    assert load().crawl.delay == 7
    settings = load(overrides={"crawl": {"delay": 8}})
    assert (settings.crawl.delay, settings.crawl.max_depth, settings.crawl.page_timeout) == (8, 6, 5)


@pytest.mark.parametrize(
    ("text", "named", "tip"),
    [
        ("[crawl]\ndeley = 3", "crawl.deley: unknown key", "`delay`"),
        ("[crwal]\ndelay = 3", "crwal: unknown key", "`crawl`"),
        ("outdir = 'x'", "outdir: unknown key", "`out_dir`"),
        ("[report]\nformats = ['pdf']", "report.formats", ""),
        ("[crawl]\nallow_networks = ['127.0.1.1/24']", "crawl.allow_networks", ""),
        ("[crawl]\nallow_networks = ['shop.example']", "'shop.example' is not a network", ""),
        ("[crawl]\nrobots_overrides = {'shop.example' = ' '}", "say why", ""),
        ('[crawl]\nuser_agent_contact = "a\\nX-Evil: 1"', "crawl.user_agent_contact", ""),
        ("[crawl]\ndelay = -1", "crawl.delay", ""),
        ("[law]\njurisdictions = ['China']", "'China' is not a jurisdiction", ""),
        ("[law]\nrole = 'seller'", "law.role", ""),
        ("[law]\nrole = []", "law.role", ""),
        ("[law]\naudience = 'all'", "law.audience", ""),
        ("[law]\njurisdiction = ['CN']", "law.jurisdiction: unknown key", "`jurisdictions`"),
        ("[evidence]\nots_calendars = ['ftp://calendar.example']", "is not an http(s) address", ""),
        ("[evidence]\nots_calendar = []", "evidence.ots_calendar: unknown key", "`ots_calendars`"),
        ("[crawl", "not valid TOML", ""),
        ("crawl = 3", "crawl", ""),
    ],
)
def test_a_mistake_in_the_file_is_one_clear_line(folder: Path, text: str, named: str, tip: str) -> None:
    path = write(folder / "noticescan.toml", text)
    with pytest.raises(ConfigError) as caught:
        load()
    assert named in caught.value.message
    assert path.name in caught.value.message
    assert tip in caught.value.tip
    assert "\n" not in caught.value.message


def test_two_mistakes_are_both_named(folder: Path) -> None:
    write(folder / "noticescan.toml", "[crawl]\ndeley = 3\nmax_dept = 3\n")
    with pytest.raises(ConfigError, match=r"deley.*max_dept"):
        load()


@pytest.mark.parametrize("name", ["NOTICESCAN_CRAWL__DELEY", "NOTICESCAN_CRWAL__DELAY", "NOTICESCAN_OUTDIR"])
def test_a_mistyped_variable_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "3")
    with pytest.raises(ConfigError, match=r"environment: .*unknown"):
        load()


def test_a_list_in_the_environment_is_json(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTICESCAN_CRAWL__ALLOW_NETWORKS", '["127.0.1.0/24"]')
    assert [str(net) for net in load().crawl.allow_networks] == ["127.0.1.0/24"]
    monkeypatch.setenv("NOTICESCAN_CRAWL__ALLOW_NETWORKS", "127.0.1.0/24")
    with pytest.raises(ConfigError, match="environment"):
        load()


def test_no_pause_only_for_sites_on_this_machine(folder: Path) -> None:
    with pytest.raises(ConfigError, match="delay is below"):
        load(overrides={"crawl": {"delay": 0}})
    with pytest.raises(ConfigError, match="delay is below"):
        load(overrides={"crawl": {"delay": 0, "allow_networks": ["127.0.1.0/24", "10.1.0.0/16"]}})
    assert load(overrides={"crawl": {"delay": 0, "allow_networks": ["127.0.1.0/24"]}}).crawl.delay == 0


def test_paths_in_a_file_are_relative_to_that_file(folder: Path) -> None:
    path = write(folder / "site/noticescan.toml", "out_dir = 'out'\n[run]\ntargets = 'shops.csv'\n")
    settings = load(path)
    assert Path(settings.out_dir) == path.parent / "out"
    assert Path(settings.run.targets) == path.parent / "shops.csv"
    assert settings.database_url().endswith("site/out/noticescan.sqlite")


def test_a_named_file_must_exist(folder: Path) -> None:
    with pytest.raises(ConfigError, match="no settings file"):
        load(folder / "none.toml")


def test_digest_follows_what_matters_and_hides_the_password() -> None:
    plain = Settings()
    other_store = Settings.model_validate({"store": {"url": "postgresql://u:secret@db/x"}})
    slower = Settings.model_validate({"crawl": {"delay": 3}})
    assert plain.digest() == Settings().digest() == other_store.digest()
    assert plain.digest() != slower.digest()
    assert len(plain.digest()) == 64


def test_one_place_or_role_needs_no_list(folder: Path) -> None:
    write(folder / "noticescan.toml", "[law]\njurisdictions = 'us-il'\nrole = 'deployer'\n")
    law = load().law
    assert (law.jurisdictions, law.role, law.audience) == (("US-IL",), ("deployer",), "")
    assert load().digest() != Settings().digest()
