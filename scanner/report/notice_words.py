"""The interface text on notices: (key, English, Chinese). See words.py for what may be said."""

from __future__ import annotations

NOTICE_TABLE: tuple[tuple[str, str, str], ...] = (
    ("notice_heading", "What the adverts say, what the privacy notice says", "广告怎么说，隐私告知怎么说"),
    (
        "notice_lead",
        "Each claim that the vendor’s pages make in their own voice, set beside what its own privacy notices say. Both "
        "sentences are the vendor’s own words, each with the capture from which it comes.",
        "厂商页面以自己的口吻作出的每条宣称，与其自己的隐私告知并排对照。两边均为厂商原文，并各自注明出自哪一次采集。",
    ),
    (
        "notice_caution",
        "A notice may be written for other people or other products, and a program can misread it. Read both "
        "sentences in "
        "their context before relying on a verdict.",
        "告知可能是写给其他人或其他产品的，程序也可能误读。引用这些判断之前，请结合上下文阅读两边的原文。",
    ),
    ("notice_read", "Notice", "隐私告知"),
    ("verdict", "Verdict", "判断"),
    ("says_ad", "The adverts say", "广告说"),
    ("says_notice", "The notice says", "告知说"),
    ("verdict_contradicts_head", "The notice says the opposite", "告知的说法相反"),
    ("verdict_admits_head", "The notice says this too", "告知中也这样写"),
    ("verdict_silent_head", "Not found in the notice", "在告知中未找到"),
    ("verdict_cannot_tell_head", "Unclear", "无法判断"),
    (
        "verdict_silent_note",
        "The text read of the notice was not found to mention what the advert claims. It may stand elsewhere: on a "
        "sign, "
        "in a contract, in a pop-up.",
        "在读到的告知文本中，没有找到广告所宣称的内容。它可能写在别处：现场标识、合同或弹窗。",
    ),
    ("verdict_denies", "The notice says the opposite.", "告知的说法相反。"),
    ("verdict_discloses", "The notice says this too.", "告知中也这样写。"),
    ("verdict_not_mentioned", "Not found in the text read of the notice.", "在读到的告知文本中未找到。"),
    ("verdict_same_document", "Claim and denial are on the same page.", "宣称与否认出现在同一页面。"),
    (
        "verdict_no_notice",
        "A privacy notice of this vendor was not found among the pages read.",
        "在读到的页面中没有找到该厂商的隐私告知。",
    ),
    ("verdict_not_read", "A notice is known but could not be read.", "已知有一份告知，但未能读取。"),
    (
        "verdict_language",
        "The privacy notice is in a language in which notices are not read.",
        "隐私告知使用的语言不在可读取之列。",
    ),
    ("verdict_other_product", "The notice says that it is about another product.", "告知写明只适用于另一产品。"),
    (
        "verdict_other_people",
        "The notice is about other people than the claim, or does not say about whom.",
        "告知所涉的人与宣称所涉的人不同，或未说明涉及何人。",
    ),
    (
        "verdict_conditional",
        "The notice denies it with an exception or condition, or leaves it to somebody else.",
        "告知的否认附有例外或条件，或交由他人负责。",
    ),
    (
        "verdict_vague",
        "The notice mentions the matter; whether it answers the claim is not clear.",
        "告知提到了相关内容，但能否回答这一宣称并不清楚。",
    ),
    (
        "verdict_taken_back",
        "The notice says so, and takes it back in the next sentence.",
        "告知先这样写，紧接着的下一句又将其收回。",
    ),
    ("verdict_conflicting", "The text read of the notices says both.", "读到的告知文本两种说法都有。"),
    (
        "verdict_no_counterpart",
        "A kind of claim on which a privacy notice has nothing to say.",
        "隐私告知通常不涉及的一类宣称。",
    ),
    ("would_stand", "Belongs under", "应说明于"),
    ("notice_capture", "Notice captured", "告知采集"),
    (
        "notice_none",
        "A privacy notice of this vendor was not found among the pages read. This does not mean that there is none: it "
        "may stand on a sign, in a contract or on a page that was not read.",
        "在读到的页面中没有找到该厂商的隐私告知。这不表示不存在：它可能在现场标识、合同中，或在未读到的页面上。",
    ),
    ("notices_heading", "Its privacy notices", "其隐私告知"),
    ("notice_unread", "Privacy notices found but not read", "已发现但未能读取的隐私告知"),
    ("notice_for", "Written for", "适用对象"),
    ("notice_section", "In the section for", "所在部分适用于"),
    ("notice_effective", "In force from (as the text says)", "生效日期（据文本）"),
    ("notice_updated", "Last changed (as the text says)", "更新日期（据文本）"),
    ("notice_ends", "Says itself that it is superseded or no longer in force", "自称已被取代或不再有效"),
    ("notice_until", "In force until (as the text says)", "有效期至（据文本）"),
    ("notice_not_yet", " (not yet in force when captured)", "（采集时尚未生效）"),
    (
        "verdict_superseded",
        "No privacy notice read holds for the day of the advert: this one says itself that it is "
        "superseded or no longer in force.",
        "读到的隐私告知中没有在该广告当日有效的：这一份自称已被取代或不再有效。",
    ),
    (
        "verdict_not_yet_in_force",
        "No privacy notice read holds for the day of the advert: this one says that it is in force from a later day.",
        "读到的隐私告知中没有在该广告当日有效的：这一份写明其后才生效。",
    ),
    (
        "notice_unclear_date",
        "“{said}” (which is the day and which the month is not clear)",
        "“{said}”（日、月先后不明）",
    ),
    ("notice_version", "Version", "版本"),
    ("notice_stated", "Speaks of (in the text read)", "是否提及（在读到的文本中）"),
    ("stated_biometrics", "biometrics", "生物识别信息"),
    ("stated_consent", "consent", "同意"),
    ("stated_purpose", "purpose", "目的"),
    ("stated_retention", "retention", "保存期限"),
    ("stated_sharing", "sharing", "对外提供"),
    ("stated_rights", "rights", "权利"),
    ("stated_contact", "contact", "联系方式"),
    ("notice_products", "Says that it is only about", "写明只适用于"),
    ("notice_items", "Disclosure items", "告知事项"),
    ("shown_place", " (by the vendor’s place)", "（按厂商所在地）"),
    ("shown_words", " (by the notice’s own words)", "（按告知自身的用语）"),
    (
        "shown_language",
        " (by its language; name the vendor’s place to choose others)",
        "（按其语言；注明厂商所在地可另行选取）",
    ),
    ("items_none", "no list is known for this place", "该地没有可用的事项清单"),
    (
        "notice_items_note",
        "What each body of rules asks a notice to say, and where it was found. “Not found in the text read” is no more "
        "than that. Which rules apply is not for this report to decide.",
        "各项规则要求告知载明的事项，以及在何处找到。“在读到的文本中未找到”仅此而已；适用哪些规则，本报告不作判断。",
    ),
    ("notice_item", "Item", "事项"),
    ("notice_status", "In the text read", "在读到的文本中"),
    ("notice_quote", "In its words", "原文"),
    ("notice_required", "Asked for", "要求"),
    ("required_always", "always", "一律"),
    ("notice_facts", "What it says", "其内容"),
    ("notice_topic", "On", "关于"),
    ("notice_saying", "How", "说法"),
    ("notice_people", "About whom", "涉及何人"),
    ("n_of_items", "{found} of {all} found", "找到 {found} / {all} 项"),
    ("stores_heading", "Links to app stores", "应用商店链接"),
    (
        "stores_note",
        "Seen on the vendor’s pages and not followed. An app has a notice of its own, which was not read.",
        "见于厂商页面，未予跟进。应用另有其隐私告知，未读取。",
    ),
    ("topic_purpose", "purposes", "目的"),
    ("topic_types", "kinds of data", "信息种类"),
    ("topic_basis", "legal basis", "法律依据"),
    ("topic_rights", "rights", "权利"),
    ("topic_identity", "who is behind it", "处理者"),
    ("topic_children", "children", "未成年人"),
    ("topic_automated_decisions", "automated decisions", "自动化决策"),
)
