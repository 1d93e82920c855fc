"""Interface text about law, the right of reply and the short account of a vendor: (key, English, Chinese).

Part of the table in `words.py`, in a file of its own. Here more than anywhere: "may engage", and nothing stronger.
"""

from __future__ import annotations

LAW_TABLE: tuple[tuple[str, str, str], ...] = (
    ("law_heading", "Provisions that the wording may engage", "该措辞可能涉及的条款"),
    ("law_fold", "{n}, as in force on {date}", "{n}（采集当日 {date} 已施行）"),
    ("law_around", "Related rules, as in force on {date}", "相关的其他条款（采集当日 {date} 已施行）"),
    (
        "law_count",
        "{n} provision that the wording may engage|{n} provisions that the wording may engage",
        "该措辞可能涉及的条款 {n} 项",
    ),
    ("law_places", "Law looked at: {places}.", "所查看的法域：{places}。"),
    (
        "law_marked",
        "Whose duties: the targets file says that this vendor acts as {roles}; that was not read from any page.",
        "义务主体：目标文件注明该厂商的角色为{roles}，并非由页面判定。",
    ),
    (
        "law_touch",
        "These do not address this kind of claim by name; they are loosely related, some only in part.",
        "以下条款并非直接针对此类表述，只是有所关联，有的仅部分相关。",
    ),
    ("law_unverified", "unconfirmed", "未经核实"),
    (
        "law_unverified_note",
        "“Unconfirmed”: written from memory, or no source confirmed the article number. Check it before relying on it.",
        "“未经核实”：凭记忆写出，或条号尚无来源可核对。引用前请先核对。",
    ),
    (
        "law_penal",
        "Only a court or the competent authority can find that it applies; an advertisement cannot show it.",
        "是否适用，只能由法院或主管机关认定，仅凭广告无从判断。",
    ),
    ("law_beside", "What may speak for the company, and where these laws end", "可能有利于该公司的情形，以及适用边界"),
    (
        "law_defences",
        "In every case: the person may have consented; the installation may serve public security; people may only be "
        "counted, without anybody being recognised; news reporting has grounds of its own. A page need not mention it.",
        "任何情形下都应考虑：当事人可能已经同意；安装可能出于公共安全需要；可能只作匿名计数而不识别任何人；新闻报道另有"
        "依据。页面未必提及这些情形。",
    ),
    ("law_others", "{n} duty of others|{n} duties of others", "其他主体的义务 {n} 项"),
    (
        "law_others_note",
        "These bind others than those whose duties were looked at; under each stands whom.",
        "这些条款约束的不是所查看的角色；每项之下写明约束谁。",
    ),
    (
        "law_users",
        "{n} duty of whoever operates such a product, not of a vendor that only sells it|"
        "{n} duties of whoever operates such a product, not of a vendor that only sells it",
        "此类产品使用者的义务 {n} 项，仅销售的厂商不在此列",
    ),
    (
        "law_users_note",
        "Under each stands whom it binds. Nothing here says that anybody uses the product, nor that the vendor does; "
        "they show what to ask those who might.",
        "每项之下写明约束谁。此处不表明有人使用该产品，也不表明厂商自己使用；列出它们，是为了知道可以向可能的使用者询问什么。",
    ),
    ("law_more", "{n} more loosely related article|{n} more loosely related articles", "另有 {n} 项相关条款"),
    ("law_touching", "{n} loosely related article|{n} loosely related articles", "有所关联的条款 {n} 项"),
    ("law_context", "Context: rights of the people concerned, and sanctions", "背景：当事人的权利与罚则"),
    ("law_context_note", "No amount can be worked out from an advertisement.", "不能从广告推算任何金额。"),
    (
        "law_not_binding",
        "Not binding: standards, guidance, and decisions on one named party",
        "不具约束力：标准、指引，以及仅针对特定当事方的裁决",
    ),
    ("law_in_force", "in force from {date}", "{date} 起施行"),
    ("law_until", "until {date}", "至 {date} 止"),
    ("law_addresses", "addresses: {roles}", "对象：{roles}"),
    ("law_bound", "Who is bound", "约束谁"),
    ("law_binds", "Binds", "约束"),
    ("law_as_vendor", "vendor", "厂商"),
    ("law_as_deployer", "operator", "使用者"),
    ("law_as_advertiser", "advertiser", "广告方"),
    ("law_to_vendor", "vendor", "厂商"),
    ("law_to_deployer", "whoever uses a product", "产品使用者"),
    ("law_to_advertiser", "advertiser", "广告主及广告经营者"),
    ("law_b2c", "only towards consumers", "仅适用于面向消费者"),
    ("law_b2b", "only between businesses", "仅适用于企业之间"),
    ("law_source", "source", "来源"),
    ("law_left", "Left out:", "未列出："),
    (
        "law_left_not_in_force",
        "{n} not in force on the day of the capture|{n} not in force on the day of the capture",
        "采集当日未施行的 {n} 项",
    ),
    (
        "law_left_role",
        "{n} that addresses others, such as whoever uses a product|"
        "{n} that address others, such as whoever uses a product",
        "针对其他主体（如产品使用者）的 {n} 项",
    ),
    (
        "law_left_audience",
        "{n} that holds only towards consumers or only between businesses (it is not stated whom the pages address)|"
        "{n} that hold only towards consumers or only between businesses (it is not stated whom the pages address)",
        "仅适用于面向消费者或仅适用于企业之间、而尚未说明页面面向谁的 {n} 项",
    ),
    (
        "law_left_other_audience",
        "{n} that does not hold towards those whom the pages are stated to address (businesses or consumers)|"
        "{n} that do not hold towards those whom the pages are stated to address (businesses or consumers)",
        "不适用于已说明的页面受众（企业或消费者）的 {n} 项",
    ),
    (
        "law_gap_no_date",
        "No provision is named: the day of the capture is not known, so neither is the law of that day.",
        "未列出条款：采集日期不详，无从确定当日施行的法律。",
    ),
    (
        "law_gap_no_jurisdiction",
        "No provision is named: it was not stated where the vendor is or whom its pages address.",
        "未列出条款：尚未说明厂商所在地或其页面面向何地。",
    ),
    (
        "law_gap_not_listed",
        "The list holds no provision for this kind of claim in {places}. It is not complete: others may apply.",
        "清单中没有 {places} 针对此类表述的条款。清单并不完整，可能有其他规定适用。",
    ),
    (
        "law_gap_none_fits",
        "No rule addressed to the vendor is named here: those in the list for {places} do not fit the day, its role or "
        "the audience. That does not mean that no rule applies.",
        "此处未列出针对厂商的条款：清单中 {places} 的条款与采集日期、厂商角色或受众不符。这不表示没有适用的规定。",
    ),
    (
        "law_gap_only_touched",
        "No provision in the list for {places} addresses this kind of claim by name.",
        "清单中 {places} 没有直接针对此类表述的条款。",
    ),
    (
        "law_gap_users",
        "None of the provisions in the list for {places} that address this kind of claim by name binds a vendor that "
        "only sells such a product; those that bind whoever operates one stand below.",
        "清单中 {places} 直接针对此类表述的条款，均不约束仅销售此类产品的厂商；约束其使用者的条款列于下方。",
    ),
    (
        "law_gap_others",
        "None of the provisions in the list for {places} that address this kind of claim by name binds those whose "
        "duties were looked at; those that bind others stand below.",
        "清单中 {places} 直接针对此类表述的条款，均不约束所查看的角色；约束其他主体的条款列于下方。",
    ),
    (
        "law_gap_not_asserted",
        "No provision is named: the page does not say this in its own voice.",
        "未列出条款：这不是页面以自己的口吻所说。",
    ),
    (
        "law_paraphrase",
        "Summaries are ours, not the text of the law. Read the article itself before you rely on it.",
        "摘要为本报告的转述，不是法律原文。引用前请阅读条文本身。",
    ),
    ("place_CN", "China (mainland)", "中国大陆"),
    ("place_HK", "Hong Kong", "香港"),
    ("place_TW", "Taiwan", "台湾"),
    ("place_EU", "European Union", "欧盟"),
    ("place_DE", "Germany", "德国"),
    ("place_FR", "France", "法国"),
    ("place_ES", "Spain", "西班牙"),
    ("place_UK", "United Kingdom", "英国"),
    ("place_GB", "United Kingdom", "英国"),
    ("place_US", "United States (federal law)", "美国（联邦法）"),
    ("place_US-IL", "Illinois", "美国伊利诺伊州"),
    ("place_US-TX", "Texas", "美国得克萨斯州"),
    ("place_US-WA", "Washington State", "美国华盛顿州"),
    ("place_US-CA", "California", "美国加利福尼亚州"),
    ("place_US-NYC", "New York City", "美国纽约市"),
    ("law_id", "Id", "编号"),
    ("law_kind", "Kind", "性质"),
    ("law_from", "From", "施行"),
    ("law_name", "Name", "名称"),
    ("law_role_duty", "duty", "义务"),
    ("law_role_scope", "scope", "适用范围"),
    ("law_role_defence", "defence", "抗辩事由"),
    ("law_role_penalty", "sanction", "罚则"),
    ("law_role_right", "right", "权利"),
    ("law_role_order", "decision on one party", "针对特定一方的裁决"),
    ("law_role_standard", "not binding", "无约束力"),
    ("law_about", "About the provisions", "关于所列条款"),
    (
        "law_about_body",
        "Beside a claim that a page makes in its own voice, the report names articles that the wording may engage: "
        "only those of the places stated for the vendor, in force on the day of the capture, and addressed to the "
        "roles looked at. What is not known leaves an article out. The list is ours and not complete; it decides "
        "nothing.",
        "对于页面以自己的口吻作出的表述，报告列出该措辞可能涉及的条款：仅限为该厂商注明的法域、采集当日已施行、且针对所查"
        "看角色的条款。凡情况不明者不予列出。清单由我们整理，并不完整，也不作任何认定。",
    ),
    ("short_heading", "In short", "要点"),
    ("short_claims", "What the pages say", "页面说了什么"),
    (
        "short_none",
        "In the text read, nothing was flagged that the pages say in their own voice.",
        "在读到的文本中，未发现页面以自己的口吻作出的此类表述。",
    ),
    ("short_claims_count", "{n} passage|{n} passages", "{n} 处"),
    ("short_denials", "What they deny, limit or relay ({n})", "否认、限定或转述（{n} 处）"),
    ("short_denials_more", "More below.", "其余列于下方。"),
    ("not_asserted", "only denied or relayed here", "此处仅见否认或转述"),
    (
        "short_unseen",
        "{n} of these is in text that the page does not show at first sight (behind a click, descriptions for search "
        "engines, alternative texts, data in the source).|{n} of these are in text that the page does not show at "
        "first sight (behind a click, descriptions for search engines, alternative texts, data in the source).",
        "其中 {n} 条出自页面不直接显示的文字（点击后才显示的内容、供搜索引擎的描述、图片替代文字、源码数据）。",
    ),
    ("short_notice", "What its privacy notice says to that", "其隐私告知怎么说"),
    ("short_contradicts", "the opposite of {n} claim|the opposite of {n} claims", "与 {n} 条宣称相反"),
    ("short_admits", "the same as {n} claim|the same as {n} claims", "与 {n} 条宣称相同"),
    ("short_silent", "nothing that was found on {n} claim|nothing that was found on {n} claims", "{n} 条未见提及"),
    ("short_cannot_tell", "nothing clear on {n} claim|nothing clear on {n} claims", "{n} 条无法判断"),
    ("short_against", "advert", "广告"),
    ("short_against_notice", "notice", "告知"),
    ("short_notice_none", "None was found among the pages read.", "在读到的页面中没有找到其隐私告知。"),
    (
        "short_notice_unread",
        "A page that may be its privacy notice could not be read:",
        "一个可能是其隐私告知的页面未能读取：",
    ),
    ("short_unknown", "What is not known", "尚不清楚的情况"),
    (
        "unknown_use",
        "Whether anything advertised was delivered, installed or used.",
        "所宣传的产品是否已经交付、安装或使用。",
    ),
    ("unknown_truth", "Whether these statements are true.", "这些说法是否属实。"),
    (
        "unknown_unread",
        "What {pages} of this vendor say that could not be read (listed below).",
        "该厂商未能读取的 {pages}（列于下方）写了什么。",
    ),
    (
        "unknown_pictures",
        "What videos and signs say, and pictures whose text was not read.",
        "视频与现场告示上的内容，以及文字未被读取的图片中的内容。",
    ),
    (
        "unknown_answer",
        "What the company says to this. Ask before you publish: a draft letter is below.",
        "该公司如何回应。发表之前请先询问：下方附信函范本。",
    ),
    (
        "unknown_same",
        "Whether adverts and notice are about the same product.",
        "广告与告知是否针对同一产品。",
    ),
    (
        "unknown_place",
        "Which law applies: where the vendor is and whom it addresses has not been stated.",
        "适用何地法律：尚未说明厂商所在地及其面向何地。",
    ),
    ("short_ask", "What to ask first", "首先可以问什么"),
    (
        "short_ask_more",
        "All questions are listed under each heading below and in the letter.",
        "全部问题列于下方各项之下及信函之中。",
    ),
    (
        "letter_note",
        "A template: fill in what stands in square brackets. It quotes and asks, and accuses nobody. The folder "
        "“letters” of this report has it as a text file in both languages.",
        "此为范本：请填写方括号中的内容。信中只作引述与提问，不作任何指责。本报告的 letters 文件夹中有中英文文本文件。",
    ),
    (
        "letter_none",
        "No letter is drafted: its adverts hold no passage of which the program is sure enough to ask a company about.",
        "未拟信函：其宣传中没有程序把握足够、可据以询问该公司的文字。",
    ),
    ("letter_fold", "Letter in {language}", "信函（{language}）"),
    ("lang_en", "English", "英文"),
    ("lang_zh", "Chinese", "中文"),
    ("warc_file", "WARC file", "WARC 文件"),
)
