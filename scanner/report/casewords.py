"""Interface text of a case file in English and Chinese; what the report has too comes from words.py."""

from __future__ import annotations

_TABLE: tuple[tuple[str, str, str], ...] = (
    ("case", "Case file", "证据卷宗"),
    ("sep", "; ", "；"),
    ("made", "Made {when} by noticescan {version}.", "由 noticescan {version} 于 {when} 生成。"),
    ("of_run", "From run {run}.", "取自运行 {run}。"),
    (
        "count",
        "{n} quotation on {pages} kept page|{n} quotations on {pages} kept pages",
        "引文 {n} 条，保存的页面 {pages} 个",
    ),
    ("quotation", "Quotation {n}", "引文 {n}"),
    ("same_page", "the page of quotation {n}: what was received stands there", "与引文 {n} 同一页面，接收情况见该处"),
    ("received", "What was received", "收到的内容"),
    ("file", "In this case file", "在本卷宗中"),
    ("url", "Address", "网址"),
    ("connected", "Answered by", "应答地址"),
    ("dns", "DNS answers", "DNS 解析结果"),
    ("protocol", "Protocol", "协议"),
    ("tls", "TLS", "TLS"),
    ("tls_none", "none: plain HTTP", "无：明文 HTTP"),
    ("tls_value", "{version}, certificate verified (SHA-256 {leaf})", "{version}，证书已验证（SHA-256 {leaf}）"),
    ("robots", "robots.txt", "robots.txt"),
    ("record_sha", "SHA-256 of the record as kept", "所存记录的 SHA-256"),
    ("text_file", "Text of the page", "页面文本"),
    ("event", "Event in the custody chain", "保管链中的事件"),
    ("event_value", "number {n}, {at}", "第 {n} 号，{at}"),
    ("event_adopted", "number {n}, {at}: noted after an interruption", "第 {n} 号，{at}：中断后补记"),
    ("event_none", "kept before there was a custody chain here", "保存于建立保管链之前"),
    ("seals", "Who vouches for it", "由谁证明"),
    (
        "stamp_none",
        "No timestamp authority was asked when these pages were kept.",
        "保存这些页面时没有请求时间戳机构。",
    ),
    (
        "stamp_value",
        "Stamp of {authority} over the custody chain of run {run} up to event {n}: {state}{time}.",
        "{authority} 对运行 {run} 的保管链（至第 {n} 号事件）所签的时间戳：{state}{time}。",
    ),
    (
        "proof_value",
        "OpenTimestamps proof of the calendar {authority} over the custody chain of run {run} up to event {n}: "
        "{state}{time}.",
        "日历服务器 {authority} 对运行 {run} 的保管链（至第 {n} 号事件）出具的 OpenTimestamps 证明：{state}{time}。",
    ),
    ("stamp_time", ", {when}", "，{when}"),
    ("state_verified", "verified", "已验证"),
    ("state_unverified", "stamped, not verified ({why})", "已签时间戳，未验证（{why}）"),
    (
        "state_pending",
        "stamped, not verified (pending: the calendar has promised to commit it to the Bitcoin chain)",
        "已提交，未验证（等待中：日历服务器承诺将其写入比特币区块链）",
    ),
    (
        "state_block",
        "stamped, not verified (in Bitcoin block {block}; the header of that block is needed to verify it)",
        "已写入，未验证（比特币区块 {block}；验证需要该区块的区块头）",
    ),
    ("state_broken", "broken ({why})", "无效（{why}）"),
    (
        "whole_stamps",
        "Stamps over this case file as a whole, if there are any, lie in stamps/manifest/. They are made after this "
        "page, so it cannot show them; `noticescan verify` does.",
        "对整个卷宗的时间戳（如有）位于 stamps/manifest/。它们在本页之后生成，本页无法显示；可用 `noticescan verify` "
        "查看。",
    ),
    ("signed", "Signed with the key in signer.pem (manifest.sig).", "已用 signer.pem 中的密钥签名（manifest.sig）。"),
    ("unsigned", "Not signed.", "未签名。"),
    (
        "seal_note",
        "A stamp shows that the bytes have not changed since its time. It does not show that they are true, nor when "
        "before that time they came about. Without stamp, signature or a digest noted elsewhere, nobody outside "
        "vouches for this file.",
        "时间戳表明自该时刻起内容未被更改；它不表明内容属实，也不表明内容在此之前何时形成。没有时间戳、签名或另处记录"
        "的摘要时，没有第三方为本文件作证。",
    ),
    ("conditions", "How the page was fetched", "页面如何取得"),
    ("clock", "Clock", "时钟"),
    (
        "clock_value",
        "median difference to {n} server answers: {seconds} s",
        "与 {n} 次服务器应答的时间差（中位数）：{seconds} 秒",
    ),
    ("clock_none", "not compared", "未比较"),
    ("egress", "Way out", "出口"),
    ("cache", "Cache and cookies", "缓存与 Cookie"),
    ("cache_value", "none; the server was asked for each page", "均无；每个页面都向服务器请求"),
    ("imported", "not fetched by us: imported from a file", "非本程序取得：由文件导入"),
    ("egress_value", "direct, no proxy", "直接连接，无代理"),
    ("config", "Settings (SHA-256)", "设置（SHA-256）"),
    ("verify", "How to check this", "如何核验"),
    (
        "verify_lead",
        "In the folder of this case file. The first line needs noticescan with the same rules; the rest needs only "
        "common tools. ROOTS.pem are the root certificates of the timestamp authority, which you get from the "
        "authority itself, not from here.",
        "在本卷宗的文件夹中执行。第一行需要 noticescan 及相同的规则集，其余只需通用工具。ROOTS.pem 是时间戳机构的根证"
        "书，应从该机构自行取得，而不是取自此处。",
    ),
    ("v_tool", "Everything at once, without network", "一次核验全部内容，无需网络"),
    ("v_sums", "No file was changed, added or taken away", "没有文件被更改、增加或移除"),
    (
        "v_digest",
        "The digest that stands for the whole case file: compare it with the one that you were given",
        "代表整个卷宗的摘要：请与对方告知的摘要比对",
    ),
    ("v_manifest", "The stamp over the whole", "对整体的时间戳"),
    (
        "v_proof",
        "The OpenTimestamps proofs over the whole, with the client of opentimestamps.org and a Bitcoin node",
        "对整体的 OpenTimestamps 证明（使用 opentimestamps.org 的客户端和比特币节点）",
    ),
    (
        "v_proof_head",
        "The OpenTimestamps proof over the custody chain (event {n})",
        "对保管链的 OpenTimestamps 证明（第 {n} 号事件）",
    ),
    ("v_sign", "The signature", "签名"),
    ("v_head", "The stamp over the custody chain (event {n})", "对保管链的时间戳（第 {n} 号事件）"),
    ("v_link", "The digest of that event", "该事件的摘要"),
    ("v_warc", "The kept records, with a WARC tool", "用 WARC 工具检查所存记录"),
    ("v_record", "One record as received", "查看收到的一条记录"),
    ("v_quote", "The quotation at its place in the text", "引文在文本中的位置"),
    (
        "v_replay",
        "To see the page as kept, open pages.wacz in a WACZ viewer such as ReplayWeb.page or pywb.",
        "要查看所存页面，请在 ReplayWeb.page、pywb 等 WACZ 查看器中打开 pages.wacz。",
    ),
    ("proves", "What this shows, and what it does not", "说明什么，不说明什么"),
    (
        "p_shows",
        "It shows what our program received from the address named, at the time that its clock said.",
        "它说明本程序按其时钟在该时间从所列地址收到了什么。",
    ),
    (
        "p_everyone",
        "It does not show that everybody was sent the same, nor what a person saw: the page was fetched without "
        "running its scripts unless a picture of it is included.",
        "它不说明其他人收到同样的内容，也不说明人眼所见：除非附有页面图片，否则取得页面时没有运行其脚本。",
    ),
    (
        "p_owner",
        "It does not show who owns the site. The vendor is named as in the targets file of whoever made this.",
        "它不说明网站归谁所有。厂商名称取自制作者的目标清单。",
    ),
    (
        "p_other",
        "The custody chain shows that other pages were kept in the same folder, without saying which.",
        "保管链显示同一文件夹中还保存了其他页面，但不透露是哪些。",
    ),
)

CASE_WORDS: dict[str, dict[str, str]] = {
    "en": {key: english for key, english, _ in _TABLE},
    "zh": {key: chinese for key, _, chinese in _TABLE},
}
