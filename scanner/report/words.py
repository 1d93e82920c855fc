"""The interface text in English and Chinese: (key, English, Chinese). Vendor quotes are never translated.

What may be said is settled: "the wording may engage", "not found in the text read", "not seen on <date>". The report
decides no question of law and infers no deployment. `|` parts the English singular from the plural for `count`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scanner.errors import UsageError
from scanner.model import Stance
from scanner.report.details import in_chinese
from scanner.report.labels import label
from scanner.report.lawwords import LAW_TABLE
from scanner.report.notice_words import NOTICE_TABLE

LANGS = ("en", "zh")
LIMITS = ("law", "deploy", "truth", "absence", "intent", "names", "machine")
"""Suffixes of the `limit_*` texts in the order in which they are shown."""

# key, English, Chinese
_TABLE: tuple[tuple[str, str, str], ...] = (
    ("site", "Noticescan report", "Noticescan 报告"),
    ("title", "What the vendors advertise", "厂商如何宣传"),
    ("colon", ": ", "："),
    ("comma", ", ", "，"),
    ("stop", ". ", "。"),
    ("skip", "Skip to content", "跳到正文"),
    ("nav_index", "Overview", "概览"),
    ("nav_coverage", "Coverage", "覆盖情况"),
    ("nav_about", "About this report", "关于本报告"),
    (
        "lead",
        "{vendors} looked at. {read} read, {asserted} made in the pages’ own voice.",
        "查看了 {vendors}，读取 {read}，标出网站以自己的口吻作出的表述 {asserted}。",
    ),
    ("n_vendors", "{n} company or other site|{n} companies and other sites", "{n} 家厂商及其他网站"),
    ("n_pages", "{n} page|{n} pages", "{n} 个页面"),
    ("n_findings", "{n} finding|{n} findings", "{n} 条发现"),
    ("unchanged_holding", "{n} of them with findings", "其中 {n} 个有发现"),
    ("n_claims", "{n} flagged claim|{n} flagged claims", "{n} 条"),
    (
        "in_passages",
        " (in {n} passage: one can make several claims)| (in {n} passages: one can make several claims)",
        "（出自 {n} 处文字：一处可含几条）",
    ),
    ("when_run", "Looked at between {start} and {end}.", "查看时间：{start} 至 {end}。"),
    ("when_open", "Started {start}; not finished.", "开始于 {start}，尚未结束。"),
    (
        "not_ok",
        "This run did not finish with at least one page read. Treat everything below as partial.",
        "本次运行未正常结束，或没有读到任何页面。以下内容只能视为部分结果。",
    ),
    ("key_figures", "Key figures", "主要数字"),
    ("fig_asserted", "Claims in the pages’ own voice", "网站自己的宣称"),
    ("fig_asserted_note", "not denied, quoted or reported", "不含否认、引述与转述"),
    ("fig_other", "Other mentions", "其他提及"),
    ("fig_other_note", "denied, reported, hypothetical or legal text", "否认、转述、假设或法律文本"),
    ("fig_vendors", "Sites with such claims", "有此类宣称的网站"),
    ("fig_vendors_note", "of {n} looked at", "共查看 {n} 家"),
    ("fig_read", "Pages read", "已读页面"),
    ("fig_unread_note", "{n} not read, each with its reason", "另有 {n} 个未读，逐一列明原因"),
    ("fig_new", "New", "新增"),
    ("fig_new_note", "since the last successful run", "与上一次成功运行相比"),
    ("fig_first_note", "first run: nothing to compare with", "首次运行，无可比较"),
    ("by_severity", "Claims in the pages’ own voice, by severity", "网站自己的宣称：按严重程度"),
    ("new_heading", "What is new since the last successful run", "与上一次成功运行相比"),
    (
        "new_first",
        "There is no earlier successful run to compare with. The next one will say what is new.",
        "此前没有成功的运行可供比较。从下一次运行起会列出新增内容。",
    ),
    ("new_since", "Compared with the run finished {when}.", "比较对象：{when} 结束的运行。"),
    (
        "new_none",
        "Nothing new: no claim was found that an earlier successful run had not already found.",
        "没有新增：未发现此前成功运行中没有的表述。",
    ),
    ("change_new", "New", "新出现"),
    ("change_new_note", "in the text read now, and in no earlier successful run", "本次读到，且此前成功的运行均未见"),
    ("change_learned", "Newly recognised", "新识别"),
    (
        "change_learned_note",
        "the words stood in what was captured before and were not flagged then: the program’s reading changed, or what "
        "a person said of the page, not necessarily the page",
        "此前采集的内容中已有这些文字，当时未标出：变的是程序的判断或由人指明的内容，页面未必有改动",
    ),
    ("change_still", "Still there", "仍在"),
    ("change_still_note", "seen before, and in the text as last captured", "此前已见，最近一次采集的文本中仍有"),
    ("change_turned", "Still there, told otherwise", "文字仍在，判断有变"),
    (
        "change_turned_note",
        "the same words are taken for something else than when they were last read: what stands round them changed, "
        "or the program’s reading of it, or what a person said of the page",
        "文字相同，判断与上次读取时不同：可能是上下文有改动，也可能是程序的判断或由人指明的内容有变",
    ),
    ("turned_from", "was “{was}”, is “{now}”", "上次为“{was}”，本次为“{now}”"),
    ("change_unflagged", "Still there, no longer flagged", "文字仍在，不再标出"),
    (
        "change_unflagged_note",
        "the words are still in the text read and are no longer flagged like this: the program’s reading changed, or "
        "what a person said of the page, not necessarily the page",
        "读到的文本中仍有这些文字，只是不再这样标出：变的是程序的判断或由人指明的内容，页面未必有改动",
    ),
    ("change_not_seen", "Not seen this time", "本次未见"),
    (
        "change_not_seen_note",
        "the page was read again and the words were not in the text read",
        "页面已重新读取，读到的文本中没有这些文字",
    ),
    ("change_could_not_look", "Could not look", "未能查看"),
    (
        "change_could_not_look_note",
        "the page was not read this time; nothing follows about the words",
        "本次未读到该页面，不能据此推断文字是否仍在",
    ),
    ("not_seen_on", "not seen on {date}", "{date} 未见"),
    ("unflagged_on", "no longer flagged on {date}", "{date} 不再标出"),
    ("flagged_range", "First flagged {first}; last flagged {last}.", "首次标出于 {first}，最近标出于 {last}。"),
    ("could_not_look_on", "could not look on {date}", "{date} 未能查看"),
    (
        "imported_dated",
        "In an imported capture dated {date}, as that file states.",
        "见于导入的采集，该文件自称日期为 {date}。",
    ),
    ("never_own", "Not seen by noticescan itself.", "本程序自身尚未见到。"),
    ("seen_range", "First seen {first}; last seen {last}.", "首次见于 {first}，最近见于 {last}。"),
    ("vendors_heading", "Companies and other sites", "厂商及其他网站"),
    ("findings_heading", "Findings", "发现"),
    (
        "findings_note",
        "What pages say in their own voice comes first, then by severity and confidence. The words in quotation marks "
        "are the page’s own. Severity says how much the subject matters; it is no finding of fault.",
        "网站自己的说法在前，其次按严重程度与置信度排列。引号内为页面原文。严重程度只表示主题的分量，不表示有过错。",
    ),
    (
        "findings_none",
        "No wording was flagged in the text read. This says nothing about pages that were not read, or about "
        "pictures, video and signs.",
        "在读到的文本中没有标记出任何表述。未读页面、图片、视频与现场告示不在此列。",
    ),
    ("filter_legend", "Show only", "筛选"),
    ("filter_all", "all", "全部"),
    ("filter_search", "Words", "文字"),
    ("filter_reset", "Show all", "显示全部"),
    ("filter_shown", "shown", "条（已显示）"),
    (
        "filter_noscript",
        "Filters need JavaScript. The list below is complete without it.",
        "筛选需要 JavaScript；不启用时，下面的列表仍是完整的。",
    ),
    ("vendor", "Vendor", "厂商"),
    ("looked_at", "Site looked at", "被查看的网站"),
    ("no_vendor", "(no vendor named)", "（未指明厂商）"),
    ("claim", "Claim", "表述"),
    ("category", "Category", "类别"),
    ("stance", "Stance", "立场"),
    ("severity", "Severity", "严重程度"),
    ("confidence", "Confidence", "置信度"),
    ("history", "History", "变化"),
    ("page", "Page", "页面"),
    ("asserted_col", "Own claims", "自己的宣称"),
    ("other_col", "Other", "其他"),
    ("worst_col", "Gravest", "最高程度"),
    ("read_col", "Read", "已读"),
    ("unread_col", "Not read", "未读"),
    ("new_col", "New", "新增"),
    ("says", "Says", "宣称"),
    ("says_note", "asserted in the page’s own voice", "页面以自己的口吻所说"),
    ("denies", "Denies, qualifies or relays", "否认、限定或转述"),
    ("denies_note", "denied, reported, hypothetical or legal text", "否认、转述、假设或法律文本"),
    ("says_nothing", "Not found in the text read.", "在读到的文本中未发现。"),
    ("and_more", "and {n} more", "另有 {n} 条"),
    ("rest_col", "Redirects and other", "跳转及其他"),
    (
        "vendor_lead",
        "{asserted} made in the pages’ own voice{passages}; {read} read, {unread} not read.",
        "标出网站以自己的口吻作出的表述 {asserted}{passages}；已读 {read}，未读 {unread}。",
    ),
    (
        "cue_none",
        "No single word decided: a trained model read the sentence as a whole.",
        "并非由某个词语决定，而是训练模型对整句的理解。",
    ),
    ("cov_total", "URLs known", "已知网址"),
    ("why", "Why it matters", "为何值得关注"),
    ("questions", "Questions to ask", "可以追问的问题"),
    (
        "reply",
        "Put the quotation to the company and give it time to answer before publishing. It may have consent, a "
        "public-security installation, anonymous counting or another ground that the page does not mention.",
        "发布前请将引文送交该公司，并给予合理的答复时间。页面未提及的情况可能存在，例如已取得同意、依公共安全需要"
        "安装、仅作匿名计数或有其他依据。",
    ),
    ("reply_heading", "Right of reply", "答复的机会"),
    ("vendor_pages", "Pages of this vendor", "该厂商的页面"),
    ("vendor_past", "Seen in an earlier run", "曾在较早的运行中见到"),
    (
        "vendor_none",
        "No wording was flagged in the text read of this vendor.",
        "在读到的该厂商文本中没有标记出任何表述。",
    ),
    (
        "vendor_unread",
        "No page of this vendor was read, so nothing can be said about its wording: neither that there is a claim "
        "nor that there is none.",
        "该厂商没有任何页面被读取，因此对其表述不能作出任何判断：既不能说有，也不能说没有。",
    ),
    (
        "in_its_notice",
        "in its privacy notice (for: {whom}), not in an advert",
        "见于其隐私告知（对象：{whom}），而非宣传",
    ),
    ("badge_asserted", "says it itself", "自己说的"),
    ("badge_negated", "denied or limited", "否认或限定"),
    ("doubt", "uncertain", "把握不大"),
    (
        "doubt_note",
        "uncertain: confidence below 0.60; of such findings four in ten are right as quoted, and three in four stand "
        "on a page that does make such a claim",
        "把握不大：置信度低于 0.60；此类发现按所引文字平均十条对四条，四分之三所在页面确有这类表述",
    ),
    (
        "n_in_notices",
        "{n} of them stands in a privacy notice, which discloses rather than advertises."
        "|{n} of them stand in privacy notices, which disclose rather than advertise.",
        "其中 {n} 处见于隐私告知：那里是告知，不是宣传。",
    ),
    (
        "n_doubtful",
        "{n} of these claims is marked uncertain.|{n} of these claims are marked uncertain.",
        "其中 {n} 条标有“把握不大”。",
    ),
    ("answered_above", "What its privacy notice says to this", "隐私告知对此怎么说"),
    ("in_context", "In its context", "上下文"),
    ("cut_note", "Shortened for display; report.json holds it in full.", "此处显示有删节，完整内容见 report.json。"),
    ("stance_asserted", "The page says this itself, in its own voice.", "页面以自己的口吻这样说。"),
    ("stance_reported", "The page reports that somebody else says or does this.", "页面转述他人的说法或做法。"),
    ("stance_negated", "The page denies this, excludes it or makes it conditional.", "页面否认、排除或附加条件。"),
    (
        "stance_hypothetical",
        "The page imagines this, asks about it or describes an option.",
        "页面只是设想、提问或描述一种可能。",
    ),
    (
        "stance_legal",
        "The page describes what a rule allows, asks for or forbids.",
        "页面描述规则允许、要求或禁止的内容。",
    ),
    (
        "cue_default",
        "No word was found by which the page quotes, reports or denies this. Read the passage in its place first.",
        "未找到表明页面在转述、引用或否认的文字。使用前请阅读原文上下文。",
    ),
    ("cue_page", "What decided: the kind of page ({what}).", "判断依据：页面类型（{what}）。"),
    (
        "cue_said",
        "What decided: whose page it is, as a person said ({what}; {by}).",
        "判断依据：由人指明的页面类型（{what}；{by}）。",
    ),
    (
        "role_said",
        "{what}: said by a person ({by}), not decided from the page",
        "{what}：由人指明（{by}），并非由页面判定",
    ),
    (
        "n_said",
        "On {n} page a person said who speaks (column `speaker` of coverage.csv)."
        "|On {n} pages a person said who speaks (column `speaker` of coverage.csv).",
        "有 {n} 个页面由人指明是谁的页面（见 coverage.csv 的 speaker 一栏）。",
    ),
    ("cue_words", "What decided: these words in the same {scope}:", "判断依据：同一{scope}中的这些文字："),
    (
        "cue_rule",
        "What decided: an exception that the rule makes ({what}).",
        "判断依据：规则所列的例外情形（{what}）。",
    ),
    (
        "cue_wording",
        "What decided: the sentence as a whole, as a trained model read it; among its words:",
        "判断依据：训练模型对整句的理解；其中的文字：",
    ),
    ("scope_clause", "clause", "分句"),
    ("scope_sentence", "sentence", "句子"),
    ("scope_block", "block of text", "文字块"),
    ("scope_heading", "heading", "标题"),
    ("scope_row", "row of a table", "表格行"),
    ("scope_page", "page", "页面"),
    ("where", "Where on the page", "在页面中的位置"),
    ("kind", "Kind of text", "文字类型"),
    ("path", "Path", "路径"),
    ("under", "Under the heading", "所在标题"),
    ("no_heading", "no heading above it", "其上没有标题"),
    ("shown", "Shown", "显示方式"),
    ("shown_yes", "part of the visible page", "页面可见内容"),
    ("shown_kind", "held by the page and not shown as such: see the kind of text", "页面含有但不直接显示：见文字类型"),
    (
        "shown_no",
        "hidden until a click, or never shown; search engines still read it",
        "点击后才显示或从不显示；搜索引擎仍可读取",
    ),
    ("role", "Page judged to be", "页面性质判断"),
    ("picture_box", "Place in the picture (x, y, width, height)", "在图片中的位置（x、y、宽、高）"),
    ("picture_sha", "SHA-256 of the picture as kept", "所保存图片的 SHA-256"),
    ("crop_alt", "The part of the picture that reads: {quote}", "图片中写有下列文字的部分：{quote}"),
    (
        "crop_note",
        "The part of the picture in which the words appear, as kept. Read by software: compare with the picture.",
        "图片中写有这段文字的部分，取自保存的原图。文字由程序识别，请对照原图核对。",
    ),
    (
        "crop_blurred",
        "Faces and number plates that a program found were blurred in this copy; it can miss some. The kept picture "
        "is untouched.",
        "此副本中由程序找到的人脸和车牌已作模糊处理，可能有遗漏；保存的原图未作改动。",
    ),
    (
        "crop_not_blurred",
        "No faces were looked for in this copy: look at it before you publish it.",
        "此副本未查找人脸；公开之前请先检查。",
    ),
    ("whole_picture", "The whole picture (copy, blurred in the same way)", "整张图片（同样模糊处理的副本）"),
    ("crop_none", "The part of the picture is not shown", "未显示图片片段"),
    ("origin", "Where the record comes from", "记录的来源"),
    (
        "crop_note_view",
        "The part of the page in which the words appear, as a browser showed it when it was captured.",
        "采集时浏览器显示的页面中写有这段文字的部分。",
    ),
    (
        "origin_made",
        "Made by noticescan's browser from the page when it was captured, and kept beside what the server sent.",
        "采集时由 noticescan 的浏览器根据页面生成，与服务器发送的内容一并保存。",
    ),
    ("compare_title", "Shown to one visitor and not to another", "向一种访问者显示、未向另一种显示"),
    (
        "compare_lead",
        "The same addresses were looked at twice, in two ways. Listed are words that stand in the text of one look and "
        "were not found in the text of the other. Pages also differ by chance, by place and by time: compare the "
        "records before you conclude that somebody chose whom to show what.",
        "同一网址以两种方式各查看了一次。下列文字见于一次查看所得的文本，而在另一次的文本中未找到。页面也会因随机、地点和时间而不同；"
        "在断定有人有意区别显示之前，请对照两份记录。",
    ),
    ("compare_link", "Claims shown to one way of looking only: {n}", "仅向一种访问方式显示的表述：{n}"),
    (
        "compare_count",
        "{pages} read both times; {claims} found in one of the two texts only.",
        "两次均已读取 {pages}；仅见于其中一份文本的表述 {claims}。",
    ),
    ("n_claims_plain", "{n} claim|{n} claims", "{n} 条"),
    ("compare_shown_first", "shown to the usual look only", "仅向通常的访问方式显示"),
    ("compare_shown_second", "shown to the second look only", "仅向第二种访问方式显示"),
    ("compare_seen", "The look that has the words", "含有这些文字的查看"),
    ("compare_not_seen", "The look in whose text they were not found", "文本中未找到这些文字的查看"),
    ("compare_not", "Not compared", "未作对比"),
    (
        "compare_not_note",
        "One of the two looks could not be read, so nothing is said about what it would have shown.",
        "两次查看中有一次未能读取，因此不说明它会显示什么。",
    ),
    ("profile_mobile", "As a telephone", "以手机身份"),
    ("profile_search_referrer", "As if from a search engine", "如同从搜索引擎进入"),
    ("profile_rendered", "With a browser that runs scripts", "使用运行脚本的浏览器"),
    ("profile_proxy", "Through another network address", "通过另一网络地址"),
    ("origin_import", "Imported. What follows is that file's own statement: ", "导入。以下为该文件自身的说明："),
    ("evidence", "Evidence", "证据"),
    ("captured", "Captured", "采集时间"),
    ("captured_none", "capture time not known", "采集时间不详"),
    ("source", "Source", "来源"),
    ("payload_sha", "SHA-256 of the payload as received", "所收到内容的 SHA-256"),
    ("warc_record", "WARC record", "WARC 记录"),
    ("finding_id", "Finding id", "发现编号"),
    ("fingerprint", "Fingerprint (the same in later runs)", "指纹（后续运行中保持不变）"),
    ("rule", "Rule", "规则"),
    ("version", "version {n}", "版本 {n}"),
    ("offsets", "Position in the text", "在文本中的位置"),
    ("offsets_value", "characters {start} to {end} of {derivation}", "{derivation} 的第 {start} 至 {end} 字符"),
    ("not_recorded", "not recorded", "未记录"),
    ("open_live", "Open the live page at this quotation", "在线打开并定位到这段文字"),
    (
        "open_live_note",
        "The live page may have changed since the capture. Opening it tells the vendor that somebody looked.",
        "线上页面可能在采集后已有变化；打开页面会让对方知道有人访问。",
    ),
    ("provisions", "Provisions", "相关条款"),
    (
        "provisions_note",
        "The wording may engage these provisions. Whether it does depends on facts that an advertisement does "
        "not show.",
        "该措辞可能涉及下列条款。是否确实涉及，取决于广告本身无法显示的事实。",
    ),
    ("cov_title", "What was looked at, and what was not", "看了什么，没看什么"),
    ("cov_statement", "What was read and what was not", "查看范围说明"),
    ("cov_known", "{n} URL known|{n} URLs known", "已知网址 {n} 个"),
    (
        "cov_wrong",
        "This statement does not add up: {n} rows are repeated or without an outcome. Please report it as a "
        "fault of the tool.",
        "此声明的数字不能相互吻合：有 {n} 行重复或没有结果。这是本工具的缺陷，请反馈。",
    ),
    (
        "cov_meaning",
        "Every URL that became known in this run has exactly one outcome. A page that was not read is never "
        "counted as free of claims.",
        "本次运行中得知的每个网址都有且只有一个结果。未读的页面绝不计为“没有问题”。",
    ),
    ("cov_by_reason", "Why pages were not read", "未读的原因"),
    ("cov_by_vendor", "By vendor", "按厂商"),
    ("cov_all_urls", "Every URL", "全部网址"),
    ("cov_more", "Every page and its outcome", "完整的查看范围说明"),
    ("cov_all_read", "Every page that was wanted was read.", "需要读取的页面均已读取。"),
    ("cov_none", "No URL is on record for this run.", "本次运行没有网址记录。"),
    ("reason_none", "reason not recorded", "原因未记录"),
    ("outcome", "Outcome", "结果"),
    ("reason", "Reason", "原因"),
    ("count", "Number", "数量"),
    ("url", "URL", "网址"),
    ("status", "Status", "状态码"),
    ("detail", "Detail", "说明"),
    ("robots_rule", "robots.txt line", "robots.txt 规则"),
    ("limits", "What this report does not say", "本报告不说明什么"),
    (
        "limit_law",
        "It decides no question of law. It shows wording and asks whether the wording may engage a rule.",
        "它不对任何法律问题下结论，只展示措辞，并提示该措辞可能涉及哪些规则。",
    ),
    (
        "limit_deploy",
        "It does not show that any product was delivered, installed or used. An advertisement shows what was "
        "advertised; a client list shows a customer, not a use.",
        "它不表明任何产品已经交付、安装或使用。广告只说明宣传了什么；客户名单只说明有客户，不说明有使用。",
    ),
    (
        "limit_truth",
        "It does not say that what is advertised is true. Figures in a quotation are the vendor’s own.",
        "它不表示宣传内容属实。引文中的数字均出自厂商自己。",
    ),
    (
        "limit_absence",
        "It does not show that something is absent. What was not found was not found in the text read; signs, "
        "pictures, video and pages not read are not covered.",
        "它不证明某事不存在。“未发现”仅指在读到的文本中未发现；现场告示、图片、视频与未读页面不在其内。",
    ),
    (
        "limit_intent",
        "Words that were not seen on a later date were not in the text read on that date. It does not say why.",
        "某日未见的文字，仅指该日读到的文本中没有；原因不作判断。",
    ),
    (
        "limit_names",
        "Vendors are named as in the targets file. Companies with similar names are not merged or linked.",
        "厂商名称以目标清单的登记为准，名称相近的公司不作合并或关联。",
    ),
    (
        "limit_machine",
        "Findings are made by rules and may be wrong. Read each quotation in its context before relying on it.",
        "发现由规则得出，可能有误。引用前请结合上下文逐条阅读。",
    ),
    ("about_run", "This run", "本次运行"),
    ("run_id", "Run", "运行编号"),
    ("run_kind", "Kind", "种类"),
    ("kind_crawl", "crawl: pages fetched from the network", "抓取：从网络取得页面"),
    ("kind_rescan", "rescan: kept captures judged again", "重扫：对已保存的采集重新判断"),
    ("kind_import", "import: files captured by others", "导入：他人采集的文件"),
    ("kind_compare", "comparison: pages looked at in a second way", "对比：以另一种方式查看页面"),
    ("kind_check", "check: files on this machine", "检查：本机文件"),
    ("started", "Started", "开始"),
    ("finished", "Finished", "结束"),
    ("not_finished", "not finished", "未结束"),
    ("complete", "Completed", "是否完成"),
    ("yes", "yes", "是"),
    ("no", "no", "否"),
    ("tool_version", "Tool version", "工具版本"),
    ("rules_digest", "Rules (SHA-256)", "规则集（SHA-256）"),
    ("config_digest", "Settings (SHA-256)", "设置（SHA-256）"),
    ("targets_file", "Targets file by which it was judged", "判断所依据的目标文件"),
    ("targets_sha256", "Targets file (SHA-256)", "目标文件（SHA-256）"),
    ("targets_not_kept", "Named in it and not kept here as a page", "其中列出、此处未作为页面保存"),
    ("targets_excluded", "Excluded in it and judged all the same, since kept", "其中排除、因已保存仍予判断"),
    ("targets_other_name", "Named otherwise in it", "其中名称不同"),
    (
        "targets_unclear",
        "Pages shared by several targets in it: jurisdiction, audience and role as before",
        "页面分属其中多个目标：法域、受众与角色不变",
    ),
    ("previous_run", "Last successful run before it", "此前最近一次成功的运行"),
    ("none", "none", "无"),
    ("about_how", "How the pages were fetched", "页面如何取得"),
    ("about_stance", "Whose words they are", "这话是谁说的"),
    ("about_changes", "Words for change", "变化的说法"),
    ("about_categories", "Categories", "类别说明"),
    ("about_text", "About the quotations", "关于引文"),
    (
        "about_text_body",
        "Quotations are the page’s own words in the page’s own language. Characters that cannot be seen or that "
        "change the direction of text are shown by their number, as in ⟨U+202E⟩; report.json keeps them as they "
        "are. Each quotation comes from a capture kept in a WARC file, whose SHA-256 digest stands beside it.",
        "引文为页面原文，保留原语言。不可见或会改变文字方向的字符以编号显示，例如 ⟨U+202E⟩；report.json 中保留原"
        "样。每条引文都来自保存在 WARC 文件中的采集，旁边列出其 SHA-256 摘要。",
    ),
    (
        "about_severity",
        "Severity says how much a category matters when it is asserted. Confidence (0 to 1) says how sure the "
        "rule is that the words mean this. Below 0.60 a finding is marked uncertain: of such findings four in ten are "
        "right as quoted, and three in four stand on a page that does make such a claim.",
        "严重程度表示该类表述在自述时的分量；置信度（0 至 1）表示规则对词义判断的把握，低于 0.60 的标为“把握不大”："
        "此类发现按所引文字平均十条对四条，四分之三所在页面确有这类表述。",
    ),
    (
        "footer",
        "Made by noticescan {version}. Times are UTC unless marked otherwise.",
        "由 noticescan {version} 生成。除另有注明外，时间均为 UTC。",
    ),
    *LAW_TABLE,
)

_EN = {key: english for key, english, _ in (*_TABLE, *NOTICE_TABLE)}
_ZH = {key: chinese for key, _, chinese in (*_TABLE, *NOTICE_TABLE)}
WORDS: dict[str, dict[str, str]] = {"en": _EN, "zh": _ZH}


@dataclass(frozen=True, slots=True)
class Words:
    """The interface text of one language. `words["key"]`, `words.say("key", name=...)`, `words.count("key", 3)`."""

    lang: str

    def __getitem__(self, key: str) -> str:
        return WORDS[self.lang][key]

    def get(self, key: str) -> str:
        """The text, or empty where there is none."""
        return WORDS[self.lang].get(key, "")

    def say(self, key: str, **values: object) -> str:
        """The text with its `{names}` filled in. Values are inserted as they are and never read as a format."""
        return self[key].format(**values)

    def count(self, key: str, n: int) -> str:
        """`1 page`, `2 pages`; thousands are parted by commas."""
        one, _, many = self[key].partition("|")
        return (one if n == 1 or not many else many).format(n=f"{n:,}")

    def label(self, value: StrEnum) -> str:
        """The name of an enumerated value of the model."""
        return label(value, self.lang)

    def detail(self, line: str) -> str:
        """Why a page was not read, in this language as far as it is known."""
        return in_chinese(line) if self.lang == "zh" else line


def words(lang: str) -> Words:
    """The words of an interface language, `UsageError` if there are none for it."""
    if lang not in WORDS:
        raise UsageError(f"no interface language {lang!r}", f"use one of: {', '.join(LANGS)}")
    return Words(lang)


def known_words(kind: type[StrEnum]) -> dict[str, StrEnum]:
    """Every word that reports and tables print for a value, in both languages, and the value's own: word -> value."""
    known: dict[str, StrEnum] = {}
    for value in kind:
        known[value.value] = value
        for lang in ("en", "zh"):
            t = words(lang)
            shown = (t.label(value), t.get("badge_" + value.value) if kind is Stance else "")
            known.update((word, value) for word in shown if word)
    return known
