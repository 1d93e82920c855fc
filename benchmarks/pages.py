"""Made-up vendor pages of about 150 kB, the same for every seed: what Chinese B2B product pages are built of.

`python benchmarks/pages.py FOLDER [COUNT]` writes them. About one page in three makes a claim that a rule should find;
every page has the words that such pages have anyway (camera, face, store, customer).
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

COUNT = 300
TARGET_BYTES = 150_000

NOUNS = (
    "摄像机", "客流统计", "门禁终端", "收银系统", "货架", "展厅", "门店", "会员", "顾客", "导购", "数据", "平台",
    "后台", "云端", "报表", "算法", "镜头", "支架", "网关", "存储", "带宽", "热区", "大屏",
)  # fmt: skip
VERBS = (
    "支持", "提供", "实现", "采用", "统计", "分析", "管理", "展示", "提升", "降低", "优化", "连接", "部署", "维护",
    "升级", "识别", "采集", "推送", "导出", "查询",
)  # fmt: skip
ADJECTIVES = (
    "高清", "智能", "稳定", "快速", "低功耗", "一体化", "便捷", "多维", "实时", "精细", "可视化", "标准", "工业级",
    "轻量",
)  # fmt: skip
TAILS = (
    "，帮助企业数字化经营。", "，安装简便。", "，七天无理由退换。", "，全国联保一年。", "，欢迎来电咨询。",
    "，满足不同行业需要。",
)  # fmt: skip
CLAIMS = (
    "顾客进店无感抓拍人脸，全程毫无察觉。",
    "外观与普通监控一样，很少有人会发现。",
    "有人来查，一键断开，什么也查不到。",
    "自动生成编号，顾客再去哪家分店都能识别。",
    "可手动添加标签：记者、职业打假人。",
    "人脸数据自动上传，形成云端人脸库。",
    "防截客、防飞单，节省渠道费用。",
    "The shopper never notices that the camera captures a face.",
)
CSS = "".join(
    f".m{i}-card__body--{i % 7}{{margin:{i % 23}px;padding:{i % 9}px;color:#{i * 7919 % 0xFFFFFF:06x}}}"
    for i in range(500)
)
SCRIPT = "".join(
    f"window._q=window._q||[];_q.push(['track',{i},'p{i}',function(a){{return a&&a[{i}]||null}}]);" for i in range(350)
)


def sentence(rng: random.Random) -> str:
    """One harmless sentence of product prose."""
    words = (rng.choice(ADJECTIVES), rng.choice(NOUNS), rng.choice(VERBS), rng.choice(ADJECTIVES), rng.choice(NOUNS))
    return "".join(words) + rng.choice(TAILS)


def page(number: int) -> str:
    """One page; the same text for the same number, always."""
    rng = random.Random(number)
    claims = rng.sample(CLAIMS, rng.randint(1, 4)) if number % 3 == 0 else []
    links = "".join(f"<li><a href=/p/{n}.html>{rng.choice(NOUNS)}{n}</a></li>" for n in range(120))
    parts = [f"<nav><ul>{links}</ul></nav>"]
    while sum(map(len, parts)) * 1.55 < TARGET_BYTES - len(CSS) - len(SCRIPT):
        parts.append(rng.choice((_card, _table, _prose, _tabs))(rng))
    for claim in claims:
        parts.insert(rng.randrange(1, len(parts)), f'<div class="swiper-slide"><p>{claim}</p></div>')
    title = f"{rng.choice(ADJECTIVES)}{rng.choice(NOUNS)}型号{number}"
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="description" content="{sentence(rng)}"><style>{CSS}</style></head>'
        f"<body><header><h1>{title}</h1></header><main>{''.join(parts)}</main>"
        f"<footer>示例科技公司 版权所有</footer><script>{SCRIPT}</script></body></html>"
    )


def _card(rng: random.Random) -> str:
    return (
        f'<div class="m{rng.randrange(500)}-card"><h3>{rng.choice(NOUNS)}{rng.choice(VERBS)}</h3>'
        f'<img src="/i/{rng.randrange(9999)}.jpg" alt="{rng.choice(ADJECTIVES)}{rng.choice(NOUNS)}">'
        f"<p>{sentence(rng)}<b>{sentence(rng)}</b></p><button class=btn>立即咨询</button></div>"
    )


def _table(rng: random.Random) -> str:
    cells = ((rng.choice(NOUNS), rng.choice(ADJECTIVES), rng.randrange(900)) for _ in range(12))
    rows = "".join(f"<tr><td>{noun}</td><td>{adjective}{number}</td></tr>" for noun, adjective, number in cells)
    return f'<table class="spec m{rng.randrange(500)}"><tbody>{rows}</tbody></table>'


def _prose(rng: random.Random) -> str:
    text = "".join(sentence(rng) for _ in range(6))
    return f'<section class="detail"><h2>{rng.choice(NOUNS)}</h2><p>{text}</p></section>'


def _tabs(rng: random.Random) -> str:
    panes = "".join(f'<div class="tab-pane" style="display:none"><p>{sentence(rng)}</p></div>' for _ in range(4))
    return f'<div class="tabs m{rng.randrange(500)}">{panes}</div>'


def write(folder: Path, count: int = COUNT) -> list[Path]:
    """Writes the pages that are not there yet; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"page-{number:04d}.html" for number in range(count)]
    for number, path in enumerate(paths):
        if not path.exists():
            path.write_text(page(number), encoding="utf-8")
    return paths


if __name__ == "__main__":
    written = write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else COUNT)
    print(f"{len(written)} pages, {sum(path.stat().st_size for path in written) // len(written)} bytes each")
