"""Many made-up pages that are not the page asked for, and as many that only look like it."""

# ruff: noqa: E501  (a made-up page is easier to read in one piece)
from __future__ import annotations

import pytest

from scanner.model import UnreadReason
from scanner.read.reader import read

NAV = "".join(f'<a href="/p{n}.html">栏目{n}</a>' for n in range(12))
FOOT = "<div class=foot>版权所有 © 2026 某某科技有限公司 粤ICP备00000000号 联系电话 000-0000000</div>"


def page(title: str, body: str, head: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{title}</title>{head}</head><body>{body}</body></html>"
    )


BLOCK_PAGES = {
    "js challenge en": page(
        "Just a moment...",
        "<h1>shop.test</h1><p>Checking if the site connection is secure</p><noscript>Enable JavaScript and cookies to"
        " continue</noscript><p>shop.test needs to review the security of your connection before proceeding.</p>"
        "<script>window._cf_chl_opt={cType:'managed'};</script><div>Ray ID: <code>8a1b2c3d4e5f</code></div>",
    ),
    "js challenge, bare": page("Just a moment...", "<script>(function(){window._cf_chl_opt={cvId:'3'}})()</script>"),
    "refused en": page(
        "Attention Required!",
        "<h1>Sorry, you have been blocked</h1><h2>You are unable to access shop.test</h2><p>This website is using a"
        " security service to protect itself from online attacks. The action you just performed triggered the security"
        " solution.</p><p>You can email the site owner to let them know you were blocked.</p><span>Your IP: 192.0.2.1</span>",
    ),
    "access denied en": page(
        "Access Denied",
        '<h1>Access Denied</h1>You don\'t have permission to access "http://shop.test/" on this server.'
        "<p>Reference #18.2d351ab8.1557333295.a4e16ab<p>https://errors.edgesuite.net/18.2d351ab8",
    ),
    "rejected en": page(
        "Request Rejected",
        "The requested URL was rejected. Please consult with your administrator. Your support ID is: 1234567890",
    ),
    "press and hold": page(
        "Access to this page has been denied",
        "<p>Press & Hold to confirm you are a human (and not a bot).</p><p>Reference ID 8f2-1</p>"
        "<script>window._pxAppId='PXabc';</script>",
    ),
    "interruption": page(
        "Pardon Our Interruption",
        "<p>As you were browsing something about your browser made us think you were a bot. You're a power user moving"
        " through this website with super-human speed, unusual activity.</p><p>To regain access, please complete the"
        " captcha below.</p>",
    ),
    "zh waf classic": page(
        "网站防火墙",
        "<h1>网站防火墙</h1><p>您的请求带有不合法参数，已被网站管理员设置拦截！</p><p>可能原因：您提交的内容包含危险的攻击请求</p>"
        "<p>如何解决：</p><p>1）检查提交内容；2）如网站托管，请联系空间提供商；3）普通网站访客，请联系网站管理员；</p>",
    ),
    "zh cloud waf": page(
        "405",
        "<p>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</p><p>您的请求ID是：7b39ae1016</p>"
        '<a href="#">误报反馈</a>',
    ),
    "zh waf no title": page(
        "",
        "<p>您的访问请求可能对网站造成安全风险，请求已被管理员设置拦截。</p><p>事件ID：ab-12</p><p>您的IP地址是：192.0.2.4</p>",
    ),
    "zh slider": page(
        "滑动验证页面",
        "<p>访问验证</p><p>别离开，为了更好的访问体验，请进行验证，通过后即可继续访问网页</p><p>请按住滑块，拖动到最右边</p>",
    ),
    "zh captcha": page(
        "安全验证",
        "<p>请完成下方验证后继续操作</p><p>检测到您的网络环境存在异常，请输入图形验证码</p><input placeholder=验证码><button>提交</button>",
    ),
    "zh too often": page("访问受限", "<p>您的访问过于频繁，请稍后再试</p><p>请求编号：00-1</p>"),
    "zh checking browser": page("安全检查", "<p>正在进行浏览器安全检查，请稍候……</p><p>请开启JavaScript和Cookie</p>"),
    "zh-Hant": page("驗證", "<p>為了確認您不是機器人，請完成下方驗證</p><p>您的訪問已被攔截，請求ID：12</p>"),
    "script only challenge": "<html><script>var arg1='3EDF';function setCookie(n,v){};var x='acw_sc__v2';</script></html>",
    "script only challenge 2": page(
        "", "<script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=1;$_ts.cd='q';</script>"
    ),
    "login zh": page(
        "用户登录",
        "<h2>请登录</h2><form><input name=u placeholder=账号><input type=password placeholder=密码><button>登录</button></form>",
    ),
    "login en": page(
        "Sign in", "<h2>Sign in to continue</h2><form><input name=u><input type=password><button>Go</button></form>"
    ),
}

REAL_PAGES = {
    "sells captcha": page(
        "人机验证产品_滑动验证码接口",
        f"<nav>{NAV}</nav><h1>行为验证码</h1><p>滑动拼图、点选、无感验证三种模式，拦截机器人与恶意请求，"
        "一行代码接入。用户拖动滑块完成验证，后台识别自动化工具。</p><p>已为数千家网站拦截攻击。</p>" + FOOT,
        "<meta name=description content=行为验证码产品介绍>",
    ),
    "sells captcha, short": page(
        "Captcha that people like",
        "<h1>Captcha without puzzles</h1><p>Our captcha tells bots from people. Add it with one line.</p>"
        "<p>Prices from 9 a month.</p>",
    ),
    "sells firewall": page(
        "网站防火墙_云WAF",
        f"{NAV}<h2>网站防火墙</h2><p>识别可能存在安全威胁的请求，攻击已被拦截，保护您的网站。</p><p>误报反馈通道，7×24小时服务。</p>{FOOT}",
    ),
    "sells firewall en": page(
        "Cloud firewall for shops",
        "<h1>Firewall</h1><p>Malicious requests are blocked before they reach you. Every incident gets an incident ID.</p>"
        + NAV
        + "<p>All rights reserved.</p>",
    ),
    "access control gate": page(
        "人脸识别门禁系统",
        f"{NAV}<h1>门禁</h1><p>未登记人员禁止访问，刷脸验证身份后通行，陌生人自动拦截并提醒。</p>{FOOT}",
    ),
    "short advert": page("抓拍系统", "<h1>无感抓拍</h1><p>顾客进店即抓拍。</p>"),
    "faq": page(
        "常见问题",
        "<h1>常见问题</h1><p>问：为什么提示“您的访问被拦截”？答：请检查设备网络，或联系客服处理。设备异常登录会要求输入验证码。</p>"
        "<p>问：如何查看抓拍记录？答：登录后台，选择日期即可。</p>" + NAV,
    ),
    "vendor with login box": page(
        "客流系统",
        f"{NAV}<form>用户登录<input type=password></form><h1>到访识别</h1><p>{'系统自动识别到访客户并生成档案。' * 12}</p>",
    ),
    "bot script on a real page": page(
        "访客识别",
        f"{NAV}<script>window._pxAppId='PX1';</script><p>{'门店客流统计，访客属性一目了然。' * 10}</p>{FOOT}",
    ),
    "domain words": page(
        "域名转让说明 - 某某科技",
        f"<h1>域名服务</h1><p>我们也提供域名注册。</p><p>{'本站专注门店系统。' * 20}</p>{NAV}",
    ),
    "app shell with state": page(
        "店",
        '<div id=app></div><script src=/a.js></script><script>window.__DATA__={"t":"'
        + "顾客进店自动抓拍并建立档案，" * 20
        + '"}</script>',
    ),
    "server-rendered app": page(
        "店",
        f"<div id=__next><h1>门店识别</h1><p>{'进店顾客自动识别。' * 20}</p></div><script src=/a.js></script>"
        "<noscript>Please enable JavaScript</noscript>",
    ),
    "gallery with text": page(
        "产品", "".join(f"<img src={n}.jpg><p>第{n}款半球摄像机，夜视清晰，安装方便。</p>" for n in range(12))
    ),
    "product list": page(
        "产品", "".join(f"<a href={n}><img src={n}.jpg>智能抓拍摄像机 {n} 型，支持远程查看</a>" for n in range(20))
    ),
}

SHELLS = {
    "vue": page(
        "抓拍系统",
        "<noscript><strong>We're sorry but shop doesn't work properly without JavaScript enabled.</strong></noscript><div id=app></div><script src=/js/chunk-vendors.js></script><script src=/js/app.js></script>",
    ),
    "react": page(
        "React App",
        "<noscript>You need to enable JavaScript to run this app.</noscript><div id=root></div><script src=/static/js/main.1.js></script>",
    ),
    "next": page(
        "x",
        '<div id=__next></div><script id=__NEXT_DATA__ type=application/json>{"props":{"pageProps":{}},"page":"/"}</script><script src=/_next/main.js></script>',
    ),
    "nuxt": page("x", "<div id=__nuxt></div><script>window.__NUXT__={};</script><script src=/_nuxt/entry.js></script>"),
    "loading": page(
        "x",
        "<div id=app><div class=spin>加载中...</div></div><script src=/a.js></script>",
        "<meta name=description content=智能抓拍>",
    ),
    "no root": page("x", "<script src=/bundle.js></script>"),
    "zh noscript": page(
        "x", "<div id=main></div><noscript>请启用JavaScript以继续使用本站</noscript><script src=/umi.js></script>"
    ),
}
PICTURES = {
    "detail page": page("产品详情", "".join(f"<img src=/d{n}.jpg>" for n in range(8))),
    "one picture": page("海报", "<img src=a.png>"),
    "with nav and foot": page(
        "详情", f"{NAV}<div>" + "".join(f"<img data-src=/{n}.jpg src=/blank.gif>" for n in range(6)) + f"</div>{FOOT}"
    ),
    "background": page("详情", '<div style="background:url(/a.jpg)"></div><img src=b.jpg>'),
}
PARKED = {
    "sale en": page(
        "shop.test is for sale", "<h1>The domain name shop.test is for sale!</h1><a href=/o>Make an offer</a>"
    ),
    "sale zh": page(
        "域名出售",
        "<h1>您正在访问的域名可以出售！</h1><p>本域名正在出售，一口价 9999 元</p><a href=/b>立即购买该域名</a>",
    ),
    "parked": page(
        "shop.test",
        "<p>This domain is parked free, courtesy of the registrar.</p><h3>Related searches</h3><a href=1>Cameras</a>",
    ),
    "nginx": page(
        "Welcome to nginx!",
        "<h1>Welcome to nginx!</h1><p>If you see this page, the web server is successfully installed.</p>",
    ),
    "panel": page(
        "恭喜，站点创建成功！", "<h1>恭喜, 站点创建成功！</h1><p>这是默认index.html，本页面由系统自动生成</p>"
    ),
    "no site": page("没有找到站点", "<h1>没有找到站点</h1><p>您的请求在Web服务器中没有找到对应的站点！</p>"),
}
EMPTY = {
    "blank": b"",
    "spaces": b" \r\n\t",
    "bare": b"<html><head></head><body></body></html>",
    "title": b"<title>x</title>",
}


def unread(html: str | bytes, status: int = 200, **headers: str) -> UnreadReason | None:
    body = html if isinstance(html, bytes) else html.encode()
    return read(body, "text/html; charset=utf-8", "http://shop.test/", status=status, headers=headers).unread


@pytest.mark.parametrize("name", BLOCK_PAGES)
def test_block_pages_with_status_200_are_not_pages(name: str) -> None:
    assert unread(BLOCK_PAGES[name]) is UnreadReason.BLOCKED


@pytest.mark.parametrize("name", REAL_PAGES)
def test_a_page_that_only_speaks_of_blocking_is_read(name: str) -> None:
    assert unread(REAL_PAGES[name]) is None


@pytest.mark.parametrize("name", SHELLS)
def test_javascript_shells_are_unread(name: str) -> None:
    assert unread(SHELLS[name]) is UnreadReason.EMPTY_SHELL


@pytest.mark.parametrize("name", PICTURES)
def test_pages_made_of_pictures_are_unread(name: str) -> None:
    assert unread(PICTURES[name]) is UnreadReason.IMAGE_ONLY


@pytest.mark.parametrize("name", PARKED)
def test_parked_names_and_default_sites_are_unread(name: str) -> None:
    assert unread(PARKED[name]) is UnreadReason.PARKED


@pytest.mark.parametrize("name", EMPTY)
def test_empty_pages_are_unread(name: str) -> None:
    assert unread(EMPTY[name]) is UnreadReason.EMPTY


def test_a_challenge_with_an_error_status_is_blocked_and_a_plain_error_is_not() -> None:
    challenge = page("403 Forbidden", "<h1>Forbidden</h1><p>Access has been denied.</p>")
    assert unread(challenge, status=403) is UnreadReason.BLOCKED
    assert unread(page("出错了", "<h1>服务器内部错误</h1><p>请返回首页</p>"), status=503) is None
    assert (
        unread(page("x", "<p>一页普通文字。</p>"), status=403, **{"CF-Mitigated": "challenge"}) is UnreadReason.BLOCKED
    )


def test_a_block_page_still_gives_its_text_and_its_reasons() -> None:
    reading = read(BLOCK_PAGES["zh cloud waf"].encode(), "text/html", "http://shop.test/")
    assert reading.document is not None
    assert "您的访问被阻断" in reading.document.text
    assert "words of refusal" in reading.detail
