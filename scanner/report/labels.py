"""Names of the model's enumerated values in both interface languages. Every member has one: a test says so."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from scanner.model import (
    BlockKind,
    Change,
    ItemStatus,
    NoticeKind,
    Outcome,
    PageRole,
    SaidBy,
    Saying,
    Severity,
    Stance,
    Stated,
    UnreadReason,
    Verdict,
)

Pair = tuple[str, str]
"""(English, Chinese)"""

LABELS: Mapping[type[StrEnum], Mapping[str, Pair]] = {
    Severity: {
        "critical": ("critical", "极高"),
        "high": ("high", "高"),
        "medium": ("medium", "中"),
        "low": ("low", "低"),
        "info": ("for information", "供参考"),
    },
    Stance: {
        "asserted": ("asserted", "自述"),
        "reported": ("reported", "转述"),
        "negated": ("denied", "否认"),
        "hypothetical": ("hypothetical", "假设"),
        "legal": ("legal text", "法律文本"),
    },
    Change: {
        "new": ("new", "新出现"),
        "learned": ("newly recognised", "新识别"),
        "still": ("still there", "仍在"),
        "turned": ("told otherwise", "判断有变"),
        "unflagged": ("no longer flagged", "不再标出"),
        "not_seen": ("not seen", "本次未见"),
        "could_not_look": ("could not look", "未能查看"),
    },
    Outcome: {
        "findings": ("with findings", "有发现"),
        "clean": ("read, nothing flagged", "已读，无标记"),
        "unchanged": ("unchanged since last capture", "与上次采集相同"),
        "redirect": ("redirect", "跳转"),
        "duplicate": ("duplicate", "重复"),
        "auxiliary": (
            "robots.txt, sitemaps, pictures, addresses only tried",
            "robots.txt、站点地图、图片与仅作尝试的地址",
        ),
        "unread": ("not read", "未读"),
    },
    PageRole: {
        "vendor": ("a vendor's page", "厂商页面"),
        "news": ("a news report", "新闻报道"),
        "legal": ("a legal text", "法律文书"),
        "notice": ("a privacy notice", "隐私告知"),
        "guide": ("a guide", "指南"),
        "defence": ("an anti-surveillance page", "反偷拍、反监控页面"),
        "research": ("research or a patent", "研究或专利"),
        "unrelated": ("another trade", "无关行业"),
        "unknown": ("not decided", "未判定"),
    },
    SaidBy: {
        "targets": ("the targets file", "目标文件"),
        "settings": ("the settings", "设置"),
        "option": ("an option of the command", "命令选项"),
    },
    BlockKind: {
        "title": ("page title", "页面标题"),
        "heading": ("heading", "小标题"),
        "paragraph": ("paragraph", "段落"),
        "list_item": ("list item", "列表项"),
        "cell": ("table cell", "表格单元"),
        "caption": ("caption", "图注"),
        "quote": ("quotation", "引文"),
        "button": ("button", "按钮"),
        "link": ("link text", "链接文字"),
        "label": ("form label or field", "表单标签或字段"),
        "alt": ("alternative text of a picture", "图片替代文字"),
        "title_attr": ("tooltip (title attribute)", "悬停提示（title 属性）"),
        "meta": ("page description for search engines", "供搜索引擎读取的页面描述"),
        "json": ("structured data in the page source", "页面源码中的结构化数据"),
        "noscript": ("text for browsers without script", "无脚本时显示的文字"),
        "template": ("page template", "页面模板"),
        "code": ("code", "代码"),
        "text": ("text", "正文文字"),
        "ocr": ("text in a picture, read by machine", "图片中的文字（机器识别）"),
    },
    Verdict: {
        "contradicts": ("contradicts", "矛盾"),
        "admits": ("discloses it", "已披露"),
        "silent": ("not found", "未找到"),
        "cannot_tell": ("cannot tell", "无法判断"),
    },
    NoticeKind: {
        "site_visitors": ("readers of the web site", "网站访客"),
        "product_users": ("account holders and users", "账户持有人与用户"),
        "people_filmed": ("people who are filmed or recorded", "被拍摄、被记录的人"),
        "unknown": ("not said in the text read", "所读文本未说明"),
    },
    ItemStatus: {
        "found": ("found", "找到"),
        "vague": ("touched upon", "仅笼统提及"),
        "not_found": ("not found in the text read", "在读到的文本中未找到"),
        "not_checkable": ("cannot be checked online", "无法在线核对"),
    },
    Saying: {
        "disclosed": ("says so", "载明"),
        "denied": ("denies it", "否认"),
        "conditional": ("with an exception or condition", "附例外或条件"),
        "silent": ("not found in the text read", "在读到的文本中未找到"),
    },
    Stated: {
        "yes": ("yes", "有"),
        "no": ("not found", "未找到"),
        "denied": ("denied", "否认"),
    },
    UnreadReason: {
        "robots": ("robots.txt asks not to", "robots.txt 要求不抓取"),
        "robots_unavailable": ("robots.txt could not be fetched", "无法取得 robots.txt"),
        "out_of_budget": ("past the depth, page or trap limit", "超出深度、页数或防陷阱上限"),
        "address_refused": ("address not allowed (private or special)", "地址不在允许范围（内网或特殊地址）"),
        "dns": ("name not found", "域名无法解析"),
        "connect": ("no connection", "无法连接"),
        "tls": ("certificate or encryption not accepted", "证书或加密未通过校验"),
        "timeout": ("too slow", "超时"),
        "protocol": ("the answer was not HTTP, or broke off", "应答不是 HTTP，或中途断开"),
        "too_large": ("too large", "内容过大"),
        "bad_encoding": ("compression broken", "压缩数据损坏"),
        "headers_too_large": ("headers too large", "响应头过大"),
        "too_many_redirects": ("too many redirects", "跳转次数过多"),
        "redirect_out_of_scope": ("redirected out of scope", "跳转到范围之外"),
        "bad_url": ("not a usable URL", "网址不可用"),
        "http_status": ("the server answered with an error", "服务器返回错误状态"),
        "rate_limited": ("the server asked us to slow down", "服务器要求降低频率"),
        "host_given_up": ("host given up after repeated failures", "多次失败后放弃该主机"),
        "blocked": ("a block, captcha or login page instead", "返回的是拦截、验证码或登录页"),
        "empty_shell": ("a script application without text", "仅有脚本外壳，没有文字"),
        "image_only": ("only pictures, no text", "只有图片，没有文字"),
        "parked": ("parked domain", "域名停放页"),
        "empty": ("empty page", "空页面"),
        "language": ("a language without a word list", "尚无词表的语言"),
        "content_type": ("a kind of file that is not read", "不处理的文件类型"),
        "not_text": ("not text", "不是文本"),
        "interrupted": ("the run was interrupted", "运行被中断"),
        "fault": ("a fault of noticescan", "本程序自身出错"),
    },
}


def label(value: StrEnum, lang: str) -> str:
    """The name of an enumerated value in the interface language; `KeyError` for a value without a name."""
    return LABELS[type(value)][value.value][1 if lang == "zh" else 0]
