"""Literals by which firewall, challenge and parking pages give themselves away. Facts about products, kept as data."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.model import Document

CODE_MARKERS = {
    "cf-chl": ("_cf_chl_opt", "cf-browser-verification", "cf_chl_"),
    "incapsula": ("_incapsula_resource", "incapsula incident id"),
    "aliyun-waf": ("acw_sc__v2", "acw_sc__v3", "aliyunwaf_", "_waf_bd8ce2ce37", "aliyun_waf"),
    "safedog": ("safedog", "404.safedog.cn"),
    "yunsuo": ("yunsuo_session", "security_session_verify", "stringtohex"),
    "jiasule": ("__jsl_clearance", "__jsluid", "jiasule", "knownsec"),
    "360-waf": ("wangzhan.360.cn", "360wzws", "wzws_"),
    "tencent-waf": ("waf.tencent", "tencentwaf", "/waf-captcha", "tcaptcha-waf"),
    "huawei-waf": ("hwwafsesid", "hwwafsestime"),
    "ruishu": ("$_ts=window", "$_ts.cd", "fssbbil1ugzbn7n"),
    "datadome": ("captcha-delivery.com", "datadome"),
    "perimeterx": ("_pxappid", "px-captcha"),
    "akamai": ("sec-if-cpt-container", "bm-verify", "errors.edgesuite.net"),
    "aws-waf": ("awswafintegration", "gokuprops", "awswaf.com"),
    "sucuri": ("sucuri_cloudproxy_js", "sucuri website firewall"),
    "ddos-guard": ("ddos-guard", "check.ddos-guard.net"),
    "kasada": ("kpsdk", "ips.js?timestamp"),
    "bt-waf": ("btwaf", "宝塔网站防火墙", "bt.cn/?from=waf"),
    "slow-aes": ("slowaes.decrypt", "tonumbers("),
}
TEXT_MARKERS = ("incapsula incident id", "errors.edgesuite.net", "404.safedog.cn", "ddos-guard", "wangzhan.360.cn")


def find_markers(code: Iterable[str], document: Document) -> tuple[str, ...]:
    """Names of the products whose literals stand in the page's scripts or (some of them) its text."""
    low = "\n".join(code).lower()
    text = document.text[:4000].lower()
    found = []
    for name, literals in CODE_MARKERS.items():
        if any(literal in low or (literal in TEXT_MARKERS and literal in text) for literal in literals):
            found.append(name)
    return tuple(found)
