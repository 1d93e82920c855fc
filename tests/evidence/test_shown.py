"""Pages of pictures and pages that only a browser fills: case files hold what their findings are made from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.collect.targets import load_targets
from scanner.config import load
from scanner.detect.rules import load as load_rules
from scanner.errors import ExitCode
from scanner.pipeline.crawl import crawl
from scanner.pipeline.export import export
from scanner.pipeline.material import Wanted
from scanner.pipeline.verify import Means, verify
from scanner.read import images
from tests.crawled_examples import EXAMPLES, serve

from .conftest import Quiet

pytestmark = pytest.mark.skipif(not images.available(), reason=f"reads pictures: {images.INSTALL}")


def test_words_in_pictures_are_read_again_by_verify(tmp_path: Path) -> None:
    with serve().start(("qibao",), port=0, pace_scale=0.2) as served:
        (tmp_path / "targets.toml").write_text(served.targets(), encoding="utf-8")
        settings = load(EXAMPLES / "noticescan.toml", {"out_dir": str(tmp_path / "out")})
        rules = load_rules()
        report = crawl(settings, load_targets(tmp_path / "targets.toml"), rules, Quiet())
    assert report is not None
    means = Means(settings, rules)
    assert verify(report.run.id, means).failures == []
    case = export(settings, rules, Wanted(run=report.run.id), Quiet(), tmp_path / "case", pdf=False).folder
    verdict = verify(str(case), means)
    assert (verdict.failures, verdict.exit_code) == ([], ExitCode.OK)
    assert any(one.link == "screenshot" for one in verdict.checks)
    told = json.loads((case / "findings.json").read_bytes())
    readers = {page["url"].rpartition("/")[2]: page["pictures_read_by"] for page in told["pages"]}
    assert readers["detail.html"] == images.reader_name()
    shown = (case / "index.html").read_text(encoding="utf-8")
    assert 'src="pictures/001.png"' in shown
    # Read by another program: no success, and no failure.
    for page in told["pages"]:
        page["pictures_read_by"] = page["pictures_read_by"] and "another reader 9.9"
    (case / "findings.json").write_text(json.dumps(told), encoding="utf-8")
    details = [one.detail for one in verify(str(case), means).checks if one.link == "findings"]
    assert details
    assert details[0].startswith("cannot recompute: pictures were read by another reader 9.9")
