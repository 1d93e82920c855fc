"""Words by which block pages, logins, parked names and JavaScript shells speak, one alternative a line.

Block pages address the visitor ("your request", "please complete"), adverts for firewalls do not: the patterns want
the address, not the trade's nouns. All gaps are bounded.
"""

from __future__ import annotations

import re


def _any(*alternatives: str, before: str = "") -> re.Pattern[str]:
    return re.compile(before + "(?:" + "|".join(alternatives) + ")", re.IGNORECASE | re.MULTILINE)


TITLE = _any(
    r"just a moment",
    r"attention required",
    r"access (?:to this page has been )?denied",
    r"403 forbidden",
    r"forbidden",
    r"request (?:rejected|blocked)",
    r"security (?:check|verification)",
    r"are you (?:a )?(?:human|robot)",
    r"robot (?:check|or human)",
    r"human verification",
    r"captcha",
    r"ddos protection",
    r"you (?:have been|are being) blocked",
    r"verify(?:ing)? (?:you|your)",
    r"please wait",
    r"one moment",
    r"pardon our interruption",
    r"bot verification",
    r"checking your browser",
    r"(?:安全|访问|人机|身份|滑动|滑块|登录|真人)?(?:验证|驗證)(?:中心|页面|頁面|码|碼|中)?\W*$",
    r"(?:安全|浏览器|瀏覽器)(?:检查|检测|檢查|檢測)",
    r"滑动验证",
    r"(?:访问|訪問|请求|請求)(?:被|已被|遭)?(?:拒绝|拒絕|拦截|攔截|阻断|阻斷|禁止|受限)",
    r"(?:网站|網站|网络|云)?防火(?:墙|牆)(?:提示|拦截)?\W*$",
    r"(?:拦截|攔截)(?:提示|页面|頁面)",
    r"请稍候",
    r"请稍等",
    r"系统检测",
    r"禁止访问",
    r"安全拦截",
    r"405$",
    r"403$",
    before=r"\A\W*",
)
"""Titles of challenge and refusal pages."""

SIGNS: dict[str, re.Pattern[str]] = {
    "refused": _any(
        (
            r"(?:您|你)的?(?:访问|訪問|请求|請求|IP|操作)[^。\n]{0,20}(?:被|已|遭)[^。\n]{0,8}(?:拦截|攔截"
            r"|阻断|阻斷|拒绝|拒絕|禁止|封禁|限制)"
        ),
        (
            r"(?:access|request)(?: to (?:this|the) [^.\n]{1,40})? (?:has been|was|is|been) (?:denied|blocked"
            r"|rejected|forbidden)"
        ),
        r"(?:请求|請求)已?被[^。\n]{0,12}(?:拦截|攔截|阻断|阻斷|拒绝|拒絕)",
        r"you (?:have been|are|were) (?:blocked|denied|rate limited)",
        r"don.t have permission to access",
        r"the requested url was rejected",
        r"sorry, you have been blocked",
        r"无权(?:限)?访问(?:此|该|本)",
    ),
    "suspicion": _any(
        (
            r"(?:可能|存在|含有|包含|疑似)[^。\n]{0,16}(?:安全威胁|安全威脅|安全风险|安全風險|攻击|攻擊|不合法(?:的)?(?:参数"
            r"|參數)|非法(?:请求|参数|字符)|恶意|惡意)"
        ),
        r"(?:检测|檢測|监测|發現|发现)到?[^。\n]{0,20}(?:异常|異常|可疑|攻击|频繁|頻繁|机器人|自动化)",
        r"(?:访问|訪問|请求|操作|請求)(?:过于|過於|太|太过)?(?:频繁|頻繁)",
        r"unusual (?:traffic|activity)",
        r"suspicious activity",
        r"automated (?:requests|access|queries|bot)",
        r"malicious (?:request|activity)",
        r"security service to protect",
        r"triggered the security",
        r"looks like a (?:bot|robot)",
    ),
    "prove": _any(
        (
            r"(?:请|請|需要?(?:您|你)?|为了?[^。\n]{0,20})[^。\n]{0,16}(?:完成|进行|進行|通过|通過|输入|輸入"
            r"|点击|點擊|拖动|拖動|按住|向右)[^。\n]{0,12}(?:验证|驗證|滑块|滑塊|图形|拼图|拼圖)"
        ),
        (
            r"(?:证明|證明|确认|確認|验证|驗證)(?:您|你|自己)?(?:是|不是|并非)[^。\n]{0,6}(?:真人|人类|人類"
            r"|机器人|機器人)"
        ),
        (
            r"(?:verify|confirm|prove|make sure|check)[^.\n]{0,20} (?:you(?:'re|’re| are)?|that you are|you.re)[^.\n]{"
            r"0,10}(?:human|not a (?:ro)?bot)"
        ),
        r"complete the (?:captcha|security check|challenge|action)",
        r"press (?:&|and) hold",
        r"solve (?:this|the) (?:puzzle|captcha)",
        r"slide to",
    ),
    "wait": _any(
        r"checking (?:if the site connection is secure|your browser)",
        r"(?:review|verify)(?:ing)? the security of your connection",
        r"this (?:process is automatic|may take a few seconds)",
        (
            r"(?:正在|在)(?:进行|進行)?[^。\n]{0,10}(?:安全)?(?:检查|檢查|检测|檢測|验证|驗證)(?:您|你)?的?[^。\n]{0,1"
            r"0}(?:浏览器|瀏覽器|环境|環境|安全|访问)?"
        ),
        r"浏览器安全检查",
    ),
    "browser": _any(
        (
            r"(?:enable|turn on) (?:javascript and cookies|cookies|javascript)[^.\n]{0,30}(?:continue|proceed"
            r"|reload|view)"
        ),
        r"(?:开启|开启您的|启用|啟用|允许)[^。\n]{0,8}(?:cookies?|javascript)",
    ),
    "trace": _any(
        r"\bray id\b",
        r"incident id",
        r"reference (?:#|id|number|code)",
        r"support id",
        r"request id\W",
        r"event id",
        r"(?:事件|请求|請求|拦截|攔截|访问|记录)\s*(?:ID|编号|編號|号|標識)\s*[:：]?",
        r"trace ?id",
        r"(?:您|你)的\s*IP\s*(?:地址)?\s*(?:是|为|為|[:：])",
        r"your ip(?: address)?\s*(?:is|:)",
        r"client ip",
    ),
    "owner": _any(
        (
            r"(?:如|若)(?:果)?(?:您|你)?(?:是|为|有)[^。\n]{0,6}(?:网站|網站|站长|管理员|管理員|误|誤|疑)[^。\n]{0,30}"
            r"(?:联系|聯繫|申诉|反馈|登录|加入|白名单|查看|提交)"
        ),
        r"(?:contact|email) the (?:site owner|website owner|site administrator)",
        r"误(?:拦|报|封)",
        r"administrator for (?:assistance|more information)",
        r"如何解决",
        r"普通网站访客",
        r"网站管理员",
    ),
}
"""Independent kinds of sentence on block pages."""

LOGIN = _any(
    r"(?:请|請|您需要|需要)先?(?:登录|登入|登錄|登陆)",
    r"(?:登录|登入|登錄)(?:后|後)(?:才|方|可|查看|继续)",
    r"(?:用户|账号|帳號|密码)登录",
    r"^[^\w\n]*+(?:登录|登入|登錄|log ?in|sign ?in)",
    r"(?:sign|log) ?in to (?:continue|your|view|access)",
    r"please (?:sign|log) ?in",
    r"members only",
    r"输入(?:访问)?密码",
    r"访问密码",
)
"""A page that asks for a login."""

DEFAULT_SITE = _any(
    r"welcome to (?:nginx|openresty|tengine|centos|iis)",
    r"apache2? (?:ubuntu |debian )?default page",
    r"^it works!?$",
    r"iis windows server",
    r"恭喜[，, ]*(?:您|你)?的?站点(?:已)?创建成功",
    r"没有找到站点",
    r"站点未找到",
    r"网站(?:已)?(?:暂停|关闭|到期|停止)",
    r"account (?:has been )?suspended",
    r"site (?:is )?(?:not found|under construction)",
    r"此网站(?:未备案|暂时无法访问)",
    r"未备案",
    r"default web ?site page",
)
"""Default and suspended sites of hosting companies."""

NEEDS_SCRIPT = _any(
    r"(?:enable|need|requires?|without|turn on|activate)[^.\n]{0,30}javascript",
    r"javascript[^.\n。]{0,40}(?:enable|disabled|required|启用|開啟|禁用|开启|支持)",
    r"(?:启用|開啟|开启|支持|打开|允许)[^。\n]{0,10}(?:javascript|js|脚本)",
)
"""Asks for JavaScript."""

LOADING = _any(
    r"loading",
    r"please wait",
    r"正在加载",
    r"加载中",
    r"載入中",
    r"页面加载中",
    r"努力加载中",
    r"拼命加载",
    before=r"\A\W*",
)
"""What a shell shows until it runs."""

PARKED: tuple[re.Pattern[str], ...] = (
    _any(
        (
            r"(?:domain|domain name|website)\b[^\n]{0,60}\b(?:is|may be|are)\b[^.\n]{0,12}(?:for sale|parked"
            r"|expired|available for purchase)"
        ),
        (
            r"(?:本|该|此|這個|该个)?(?:域名|網域|网域|域名名称)[^。\n]{0,30}(?:出售|转让|轉讓|待售|到期"
            r"|过期|過期|停放|可购买|正在)"
        ),
    ),
    _any(
        r"buy this domain",
        r"(?:make|submit) (?:an )?offer",
        r"inquire about this domain",
        r"get this domain",
        r"domain (?:broker|marketplace|parking)",
        r"(?:购买|購買|我要买|立即购买|出价|咨询|求购)[^。\n]{0,6}(?:此|该|本|這個)?(?:域名|網域)",
        r"域名(?:交易|经纪|停放|中介)",
        r"一口价",
        r"续费(?:域名)?",
        r"联系(?:卖家|域名持有)",
    ),
    _any(
        r"related (?:searches|links)",
        r"sponsored listings",
        r"privacy policy\W*$",
        r"copyright[^\n]{0,60}(?:domain|parking)",
        r"renew (?:your|this) domain",
        r"whois",
    ),
)
"""Parked names: the first says what it is, the others what it wants."""
