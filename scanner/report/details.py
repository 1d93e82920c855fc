"""Why a page was not read, said in Chinese. What is stored is one English line, made where the reason was found; a part
of it that is not known here stays as it is."""

from __future__ import annotations

import re

_NUMBER, _REST = r"(\d[\d.]*)", r"(.+)"

# English, with groups; Chinese, with the groups as {0}, {1} ...
_TABLE: tuple[tuple[str, str], ...] = (
    (rf"to {_REST}", "跳转至 {0}"),
    (rf"the same bytes as {_REST}", "内容与 {0} 相同"),
    ("tried for a privacy notice; none found in the text read there", "为查找隐私告知而试读；在读到的文字中未找到"),
    (rf"picture, {_NUMBER} lines? of text", "图片，共 {0} 行文字"),
    (rf"no complete answer within {_NUMBER} s", "{0} 秒内没有收到完整的回应"),
    (rf"depth limit {_NUMBER}", "超过链接层数上限 {0}"),
    (r"declared as Content-Encoding: (\S+), but cannot be unpacked", "声明为 Content-Encoding: {0}，但无法解压"),
    ("the redirects run in a circle", "跳转形成循环"),
    ("the headers are larger than the limit", "响应头超过上限"),
    ("the body is empty", "内容为空"),
    ("no readable text", "没有可读的文字"),
    ("no text found in the picture", "图片中没有找到文字"),
    ("no HTML part in the MHTML file", "MHTML 文件中没有 HTML 部分"),
    ("the MHTML file breaks off: its closing boundary is missing", "MHTML 文件不完整：缺少结尾分界线"),
    (
        "the HTML part of the MHTML file declares base64 and is something else",
        "MHTML 文件的 HTML 部分声明为 base64，实际不是",
    ),
    ("the HTML part of the MHTML file breaks off within its base64", "MHTML 文件的 HTML 部分在 base64 中间中断"),
    (r"no page in this archive: .+", "该归档文件中没有页面：没有带 http 或 https 地址的页面回应"),
    ("no page in this folder", "该文件夹中没有页面"),
    (rf"{_NUMBER} answers? without an http or https address left out", "{0} 个回应没有 http 或 https 地址，已略去"),
    ("not a kind of file that import takes in", "不是可导入的文件类型"),
    ("a link that leads nowhere", "链接指向不存在的文件"),
    ("not a regular file", "不是普通文件"),
    (r"a link to another folder, not followed: .+", "指向其他文件夹的链接，未跟随；请另行指定该文件夹"),
    (rf"the folder cannot be read: {_REST}", "文件夹无法读取：{0}"),
    (r"sent as a PDF, but does not begin like one \(%PDF-\)", "声明为 PDF，但开头不是 %PDF-"),
    ("a PDF in which no page was found", "PDF 中没有找到任何页面"),
    ("the PDF asks for a password", "PDF 需要密码"),
    (rf"the PDF cannot be read: {_REST}", "PDF 无法读取：{0}"),
    (rf"a fault of noticescan: (\w+) in {_REST}", "本程序出错：{0}，位于 {1}"),
    (rf"a PDF of {_NUMBER} pages? without text", "共 {0} 页的 PDF，没有文字"),
    (rf"a PDF of {_NUMBER} pages, read to {_NUMBER}", "共 {0} 页的 PDF，读到第 {1} 页"),
    (rf"more than {_NUMBER} characters", "超过 {0} 个字符"),
    (rf"the answer is not HTTP: it begins {_REST}", "回应不是 HTTP，其开头为 {0}"),
    (rf"status {_NUMBER}, asked to wait {_NUMBER} s, {_NUMBER} in a row", "状态码 {0}，要求等待 {1} 秒，连续 {2} 次"),
    (rf"status {_NUMBER}, asked to wait {_NUMBER} s", "状态码 {0}，要求等待 {1} 秒"),
    (rf"status {_NUMBER}, {_NUMBER} in a row", "状态码 {0}，连续 {1} 次"),
    (rf"status {_NUMBER}", "状态码 {0}"),
    ("shown by a browser", "由浏览器呈现"),
    (r"leads to (\S+), which is not the target's", "指向 {0}，不属于该目标"),
    (r"larger than (\d+) bytes when unpacked \((.+)\)", "解压后超过 {0} 字节（{1}）"),
    (r"body larger than (\d+) bytes", "内容超过 {0} 字节"),
    (r"broken off after (\d+) bytes", "读到 {0} 字节时中断"),
    (r"(\d+) bytes of headers, more than (\d+)", "响应头 {0} 字节，超过 {1}"),
    (rf"a login page: a password field and {_NUMBER} characters of text", "登录页：有密码框，文字 {0} 个字符"),
    (r"a (\.\w+) file, not a page", "{0} 文件，不是页面"),
    (r"(\S+) is link-local", "{0} 为链路本地地址"),
    (r"(\S+) is private", "{0} 为内部网络地址"),
    (r"(\S+) is loopback", "{0} 为本机地址"),
    (rf"content type {_REST}", "内容类型为 {0}"),
    (rf"binary data sent as {_REST}", "以 {0} 发送的二进制数据"),
    (rf"{_NUMBER} of {_NUMBER} pictures read", "{1} 张图片中读了 {0} 张"),
    (r"no words for the language of this page \((.+)\)", "没有适用于本页语言的规则（{0}）"),
    (r"notices are read in Chinese and English only", "目前只读取中文和英文的告知"),
    (rf"not quiet after {_NUMBER} s", "{0} 秒后页面仍在变化"),
    (rf"the newest of {_NUMBER} captures in these files", "这些文件中 {0} 次采集里最新的一次"),
)
_BLOCK_PAGE = "a block page by "
_EVIDENCE = {
    "its title": "标题", "words of refusal": "拒绝访问的字样",
    "words that call the traffic suspicious": "指访问可疑的字样",
    "a demand to prove to be human": "要求证明是真人", "a request to wait": "要求等待",
    "words on the visitor's browser": "关于访问者浏览器的字样", "a request number": "请求编号",
    "advice to the site's owner": "给网站所有者的提示",
}  # fmt: skip
_RULES = tuple((re.compile(english, re.DOTALL), chinese) for english, chinese in _TABLE)
_UNAVAILABLE = "unavailable: "


def in_chinese(detail: str) -> str:
    """A line as it is stored, in Chinese as far as it is known: whole, or part by part where `; ` joins some."""
    whole = _one(detail)
    if whole is not None:
        return whole
    return "；".join(_one(part) or part for part in detail.split("; "))


def _one(text: str) -> str | None:
    if text.startswith(_UNAVAILABLE):
        rest = text.removeprefix(_UNAVAILABLE)
        return f"无法取得：{_one(rest) or rest}"
    if text.startswith(_BLOCK_PAGE):
        signs = text.removeprefix(_BLOCK_PAGE).split(", ")
        return f"从{'、'.join(_EVIDENCE.get(sign, sign) for sign in signs)}看是拦截页"
    for pattern, chinese in _RULES:
        if found := pattern.fullmatch(text):
            return chinese.format(*found.groups())
    return None
