"""Which texts become blocks, of which kind, where."""

# ruff: noqa: E501  (a made-up page is easier to read in one piece)
from __future__ import annotations

import pytest

from scanner.model import Block, BlockKind
from scanner.read.html import parse
from scanner.read.parsed import Parsed

URL = "https://vendor.test/shop/page.html"


def blocks(markup: str) -> tuple[Block, ...]:
    document = parse(markup, URL).document
    assert all(document.text[b.start : b.end] == b.text for b in document.blocks)
    assert document.text == "\n\n".join(b.text for b in document.blocks)
    return document.blocks


def texts(markup: str) -> list[str]:
    return [block.text for block in blocks(markup)]


def only(markup: str) -> Block:
    (block,) = blocks(markup)
    return block


KINDS = {
    "title": ("<title>到店识别</title>", BlockKind.TITLE),
    "heading": ("<h2>到店识别</h2>", BlockKind.HEADING),
    "paragraph": ("<p>到店识别</p>", BlockKind.PARAGRAPH),
    "card": ("<div class=card><span>到店识别</span></div>", BlockKind.TEXT),
    "bare": ("到店识别", BlockKind.TEXT),
    "cell": ("<table><tr><td><div>到店识别</div></td></tr></table>", BlockKind.CELL),
    "head cell": ("<table><tr><th>到店识别</table>", BlockKind.CELL),
    "item": ("<ul><li><p>到店识别</p></li></ul>", BlockKind.LIST_ITEM),
    "definition": ("<dl><dd>到店识别</dl>", BlockKind.LIST_ITEM),
    "caption": ("<figure><figcaption>到店识别</figcaption></figure>", BlockKind.CAPTION),
    "table caption": ("<table><caption>到店识别</caption></table>", BlockKind.CAPTION),
    "quote": ("<blockquote><p>到店识别</p></blockquote>", BlockKind.QUOTE),
    "button": ("<button><span>到店识别</span></button>", BlockKind.BUTTON),
    "role": ("<div role=button>到店识别</div>", BlockKind.BUTTON),
    "submit": ("<input type=submit value=到店识别>", BlockKind.BUTTON),
    "link": ("<div><a href=/x>到店识别</a></div>", BlockKind.LINK),
    "label": ("<label>到店识别</label>", BlockKind.LABEL),
    "option": ("<select><option>到店识别</option></select>", BlockKind.LABEL),
    "optgroup": ("<select><optgroup label=到店识别></select>", BlockKind.LABEL),
    "placeholder": ("<input placeholder=到店识别>", BlockKind.LABEL),
    "value": ("<input value=到店识别>", BlockKind.LABEL),
    "textarea": ("<textarea>到店识别</textarea>", BlockKind.LABEL),
    "aria": ("<div aria-label=到店识别></div>", BlockKind.LABEL),
    "alt": ("<img alt=到店识别>", BlockKind.ALT),
    "area": ("<map><area alt=到店识别></map>", BlockKind.ALT),
    "svg title": ("<svg><title>到店识别</title></svg>", BlockKind.ALT),
    "svg text": ("<svg><text>到店<tspan>识别</tspan></text></svg>", BlockKind.TEXT),
    "title attribute": ("<i title=到店识别></i>", BlockKind.TITLE_ATTR),
    "description": ("<meta name=description content=到店识别>", BlockKind.META),
    "keywords": ("<meta name=KEYWORDS content=到店识别>", BlockKind.META),
    "og": ("<meta property=og:title content=到店识别>", BlockKind.META),
    "twitter": ("<meta name=twitter:description content=到店识别>", BlockKind.META),
    "noscript": ("<noscript><p>到店识别</p></noscript>", BlockKind.NOSCRIPT),
    "head noscript": ("<head><noscript>到店识别</noscript></head>", BlockKind.NOSCRIPT),
    "template": ("<template><div>到店识别</div></template>", BlockKind.TEMPLATE),
    "script template": ("<script type='text/x-template'><p>到店识别</p></script>", BlockKind.TEMPLATE),
    "noframes": ("<noframes><p>到店识别</p></noframes>", BlockKind.PARAGRAPH),
    "srcdoc": ('<iframe srcdoc="&lt;p&gt;到店识别&lt;/p&gt;"></iframe>', BlockKind.PARAGRAPH),
    "data": ("<div data-tip=到店识别></div>", BlockKind.TEXT),
    "data json": ('<div data-props=\'{"a":"到店识别"}\'></div>', BlockKind.JSON),
    "data html": ("<div data-html='<p>到店<b>识别</b></p>'></div>", BlockKind.PARAGRAPH),
    "data en": ('<div data-tip="they never notice it"></div>', BlockKind.TEXT),
    "hidden value": ("<input type=hidden value=到店识别>", BlockKind.LABEL),
    "json": ('<script type="application/json">{"a":"到店识别"}</script>', BlockKind.JSON),
    "pre": ("<pre>到店识别</pre>", BlockKind.TEXT),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_place_gives_one_block_of_its_kind(name: str) -> None:
    markup, kind = KINDS[name]
    block = only(markup)
    assert block.kind is kind
    assert block.text in ("到店识别", "they never notice it")


def test_inline_tags_neither_lose_nor_invent_spaces() -> None:
    assert texts("<li>无<b>感</b><i>抓</i>拍<em> fast </em>and <u>safe</u>.</li>") == ["无感抓拍 fast and safe."]
    assert texts("<p>到店\n   识别</p>") == ["到店识别"]
    assert texts("<p>capture\n   faces</p>") == ["capture faces"]
    assert texts("<p>a<span> b</span> <span>c</span></p>") == ["a b c"]


def test_br_is_one_line_feed_within_the_block() -> None:
    assert texts("<p> 第一行 <br> 第二行<br/>第三行<br></p>") == ["第一行\n第二行\n第三行"]


def test_cards_are_cut_at_block_boundaries() -> None:
    markup = "<div>前<div>中<span>间</span></div>后<section><p>段</p>尾</section></div>"
    assert texts(markup) == ["前", "中间", "后", "段", "尾"]


def test_links_within_text_stay_and_menus_fall_apart() -> None:
    assert texts("<p>请看<a href=a>产品页</a>说明</p>") == ["请看产品页说明"]
    assert [(b.text, b.kind) for b in blocks("<div><a href=a>首页</a> | <a href=b>产品</a></div>")] == [
        ("首页", BlockKind.LINK),
        ("产品", BlockKind.LINK),
    ]


def test_an_image_in_a_sentence_does_not_cut_it() -> None:
    assert texts("<p>系统<img alt=图标>自动抓拍</p>") == ["系统自动抓拍", "图标"]


def test_table_cells_are_blocks() -> None:
    assert texts("<table><tr><td>抓拍<td>人脸<tr><td>夜视</table>") == ["抓拍", "人脸", "夜视"]


HIDDEN = {
    "style": "<div style='Display : none'><p>暗处</p></div>",
    "visibility": "<div style='visibility:hidden'>暗处</div>",
    "attribute": "<div hidden><ul><li>暗处</ul></div>",
    "aria": "<span aria-hidden=true>暗处</span>",
    "details": "<details><b>暗处</b></details>",
    "details text": "<details>暗处</details>",
    "dialog": "<dialog>暗处</dialog>",
    "template": "<template>暗处</template>",
    "noscript": "<noscript>暗处</noscript>",
    "alt in hidden": "<div hidden><img alt=暗处></div>",
    "srcdoc in hidden": "<div hidden><iframe srcdoc=暗处></iframe></div>",
}


@pytest.mark.parametrize("name", HIDDEN)
def test_hidden_text_is_kept_and_marked(name: str) -> None:
    block = only(HIDDEN[name])
    assert (block.text, block.hidden) == ("暗处", True)


LANDMARKS = {
    "footer": ("<footer><div><p>沪字一号</p></div></footer>", "contentinfo"),
    "role": ("<div role=contentinfo>沪字一号</div>", "contentinfo"),
    "class": ("<div class='wide Footer'><ul><li>沪字一号</ul></div>", "contentinfo"),
    "id": ("<section><div id=site-footer-inner><span>沪字一号</span></div></section>", "contentinfo"),
    "camel": ("<div class=footerContainer>沪字一号</div>", "contentinfo"),
    "underlined": ("<div class=footer__content>沪字一号</div>", "contentinfo"),
    "copyright": ("<div class=copyRight>沪字一号</div>", "contentinfo"),
    "alt in footer": ("<footer><img alt=沪字一号></footer>", "contentinfo"),
    "link in footer": ("<footer><a href=/x>沪字一号</a></footer>", "contentinfo"),
    "heading in footer": ("<footer><h4>沪字一号</h4></footer>", "contentinfo"),
    "nav": ("<nav><ul><li>沪字一号</ul></nav>", "navigation"),
    "card": ("<div class=card-footer>沪字一号</div>", ""),
    "footnote": ("<div class=footnotes>沪字一号</div>", ""),
    "foot-note": ("<div class=foot-note>沪字一号</div>", ""),
    "football": ("<div class=footballers>沪字一号</div>", ""),
    "has a footer": ("<div class=has-footer>沪字一号</div>", ""),
    "body": ("<body class=footer-fixed><div>沪字一号</div>", ""),
    "article": ("<article><footer>沪字一号</footer></article>", ""),
    "after it": ("<footer></footer><p>沪字一号</p>", ""),
}


@pytest.mark.parametrize("name", LANDMARKS)
def test_the_landmark_of_a_block_is_known(name: str) -> None:
    markup, landmark = LANDMARKS[name]
    notice = "<p>我们怎样处理您的个人信息</p>"
    block = blocks(markup + notice)[0]
    assert (block.text, block.landmark) == ("沪字一号", landmark)


def test_a_footer_that_holds_most_of_the_page_is_none() -> None:
    assert [
        b.landmark for b in blocks("<div class=footer-bg><p>我们怎样处理您的个人信息</p></div><p>沪字一号</p>")
    ] == ["", ""]


def test_shown_and_hidden_parts_of_a_line_are_two_blocks() -> None:
    found = blocks(
        "<p>可见<span hidden>不可见</span>又可见</p><details open>开</details><details><summary>问</summary>答</details>"
    )
    assert [(b.text, b.hidden) for b in found] == [
        ("可见", False),
        ("不可见", True),
        ("又可见", False),
        ("开", False),
        ("问", False),
        ("答", True),
    ]


def test_paths_and_headings_say_where_a_block_stood() -> None:
    found = blocks(
        "<html><body><h1>产品</h1><div><p>一</p></div><div><h2>功能</h2><ul><li>二<li>三</ul></div><h2>价格</h2>"
        "<p>四<img alt=五></p></body></html>"
    )
    assert [(b.text, b.path.removeprefix("html>body>"), b.heading) for b in found] == [
        ("产品", "h1", ""),
        ("一", "div>p", "产品"),
        ("功能", "div[2]>h2", "产品"),
        ("二", "div[2]>ul>li", "功能"),
        ("三", "div[2]>ul>li[2]", "功能"),
        ("价格", "h2", "产品"),
        ("四", "p", "价格"),
        ("五", "p>img@alt", "价格"),
    ]


def test_duplicates_are_kept_and_code_is_not() -> None:
    found = texts(
        "<title>抓拍</title><meta name=description content=抓拍><meta property=og:title content=抓拍><style>.a{content:'样式'}"
        "</style><script>var a='代码';alert('提示文字')</script><!-- 注释 --><p onclick=\"alert('事件')\">抓拍</p>"
    )
    assert found == ["抓拍"] * 4


def test_residue_of_entities_stays_as_it_is() -> None:
    assert texts("<p>抓拍#xff0c;识别&amp;#xff0c;&#xff0c;&nosuch;</p>") == ["抓拍#xff0c;识别&#xff0c;，&nosuch;"]


@pytest.mark.parametrize(
    ("script", "path", "text"),
    [
        ("window.__INITIAL_STATE__ = {a:{b:['抓拍记录', '人脸 库']}};", "script[1]$.a.b[0]", "抓拍记录"),
        ('window.__S__={"a":"\\u6293\\u62cd"};(function(){})()', "script[1]$.a", "抓拍"),
        ('var d = JSON.parse("{\\"a\\":[{\\"t\\":\\"\\\\u6293\\\\u62cd\\"}]}")', "script[1]$.a[0].t", "抓拍"),
        ('var d = JSON.parse(\'{"a":"抓拍"}\')', "script[1]$.a", "抓拍"),
        ('x={a:"<p>第一<b>段</b></p><p>第二段 &amp; 完</p>"}', "script[1]$.a", "第一段\n第二段 & 完"),
        ("window.__NUXT__=(function(a,b){return {t:'抓拍',u:a}}('人脸','记录'))", "script[1]$.t", "抓拍"),
        (
            'self.__next_f.push([1,"5:[\\"$\\",\\"p\\",null,{\\"children\\":\\"顾客到店\\"}]\\n"])',
            "script[1]$[1]",
            "顾客到店",
        ),
        ("x={a:'it never stops watching',}; broken({", "script[1]$.a", "it never stops watching"),
    ],
)
def test_inline_state_is_read_with_its_path(script: str, path: str, text: str) -> None:
    found = [b for b in blocks(f"<script>{script}</script>") if b.text == text]
    assert found
    assert found[0].kind is BlockKind.JSON
    assert found[0].path.startswith(path)


def test_only_human_strings_of_json_are_read() -> None:
    markup = (
        '<script type="application/ld+json">{"@context":"https://schema.org","@type":"Product","sku":"A-1","url":'
        '"https://v.test/a b","name":"Hidden camera","className":"flex mt-4","offers":{"@type":"Offer","price":"9"},'
        '"datePublished":"2026-01-02","description":"安装后\n顾客毫无察觉",}</script>'
    )
    parsed = parse(markup, URL)
    assert [b.text for b in parsed.document.blocks] == ["Hidden camera", "安装后\n顾客毫无察觉"]
    assert parsed.document.facts["schema_types"] == "Product,Offer"
    assert parsed.document.facts["published_time"] == "2026-01-02"


def whole() -> Parsed:
    return parse(
        "<html lang=zh_CN><head><title>标题</title><base href='/base/'><link rel=canonical href=/c><link rel=next href=p2>"
        "<meta http-equiv=refresh content='5; url=later.html'><meta name=robots content='index,nofollow'>"
        "<meta name=generator content='SomeCMS 1'><meta name=author content=编辑甲><meta property=og:type content=article>"
        "<meta property=og:site_name content=某站><meta property=article:published_time content=2026-02-03></head><body>"
        "<a href='a.html'> 看<b>产品</b> </a><a href='#top'>顶</a><a href='javascript:x()'>x</a><a href='mailto:a@b.test'>m</a>"
        "<a href='//cdn.test/x'><img src=i.png alt=图></a><iframe src=f.html></iframe><map><area href=ar.html alt=区></map>"
        "<a href='http://[broken'>坏</a><img data-src=lazy.jpg src='data:image/gif;base64,R0'><img srcset='s1.jpg 1x, s2.jpg 2x'>"
        "<div style=\"background: url('bg.jpg')\"></div></body></html>",
        URL,
    )


def test_links_are_absolute_by_the_base() -> None:
    parsed = whole()
    assert [(link.url, link.text, link.rel) for link in parsed.links] == [
        ("https://vendor.test/c", "", "canonical"),
        ("https://vendor.test/base/p2", "", "next"),
        ("https://vendor.test/base/later.html", "", "meta-refresh"),
        ("https://vendor.test/base/a.html", "看产品", "a"),
        ("https://cdn.test/x", "图", "a"),
        ("https://vendor.test/base/f.html", "", "iframe"),
        ("https://vendor.test/base/ar.html", "区", "area"),
    ]
    assert parsed.canonical == "https://vendor.test/c"
    assert parsed.nofollow
    names = [image.removeprefix("https://vendor.test/base/") for image in parsed.images]
    assert names == ["i.png", "lazy.jpg", "s1.jpg", "bg.jpg"]


def test_facts_language_and_title() -> None:
    document = whole().document
    assert (document.lang, document.title, document.url) == ("zh-cn", "标题", URL)
    assert document.facts == {
        "generator": "SomeCMS 1",
        "author": "编辑甲",
        "og:type": "article",
        "site_name": "某站",
        "published_time": "2026-02-03",
    }
