"""What pages of other trades say of papers, pictures, goods, contracts and telephones is no claim on people."""

from __future__ import annotations

import pytest

from scanner.detect import detector, selftest
from scanner.detect.rules import RuleSet
from scanner.model import Provenance, Stance

WHERE = Provenance(source="https://vendor.example/b", capture_sha256="0" * 64, vendor="V")
SHOP = {"zh-Hans": "产品中心 免费试用\n", "en": "Products - request a quote\n"}


def told(ruleset: RuleSet, text: str, lang: str) -> set[str]:
    """Categories told as the page's own claims, the page being a seller's."""
    found = detector.detect(selftest.plain_document(SHOP.get(lang, "") + text, lang), ruleset, WHERE)
    return {one.category for one in found if one.stance is Stance.ASSERTED}


@pytest.mark.parametrize(
    ("text", "lang", "category"),
    [
        ("人脸比对接口：上传两张照片，返回相似度，判断是否为同一个人。", "zh-Hans", "cross-site-tracking"),
        ("开户时用自拍照与身份证照片比对，确认是否为同一人，防止冒名。", "zh-Hans", "cross-site-tracking"),
        (
            "The API compares a selfie with the ID photo and returns whether both show the same person.",
            "en",
            "cross-site-tracking",
        ),
        ("人脸门禁厂家：公司内部制定了安全生产应急预案，并定期组织应急演练。", "zh-Hans", "inspection-evasion"),
        ("人脸接口价格说明：您理解并同意，本平台有权根据市场情况调整价格。", "zh-Hans", "consent-bypass"),
        (
            "素材云盘：自建图库，上传一张图片即可检索相同或相似的图片，支持亿级图片入库。",
            "zh-Hans",
            "biometric-database",
        ),
        ("智能导购屏：用户查看指定商品时，系统按搭配规则推荐相关商品。", "zh-Hans", "face-marketing"),
        ("口罩识别算法：检测进入厂区的人员是否佩戴口罩，未戴时语音提示。", "zh-Hans", "defeats-concealment"),
        ("人体分割接口：对图片做像素级识别，可识别出帽子、上衣、裤子、鞋等类别。", "zh-Hans", "defeats-concealment"),
        ("人脸识别接口资费：1亿次数包，90000元；10亿次数包，600000元。", "zh-Hans", "scale-boast"),
        ("视频监控助力港口：全国港口全年货物吞吐量达98亿吨，同比增长。", "zh-Hans", "scale-boast"),
        ("商品口碑工具：自动分析用户评论的情绪倾向，输出好评点与差评点。", "zh-Hans", "attribute-inference"),
        ("这款手机的外壳采用磨砂玻璃，手机外观与上一代相机模组不同，5000毫安时。", "zh-Hans", "disguised-device"),
        ("监控客户端登记项：Mac地址，设备网卡硬件地址，必填。", "zh-Hans", "phone-capture"),
        (
            "监控软件更新日志：剪贴板自动清空功能，检测到违规内容时立即清空剪贴板记录。",
            "zh-Hans",
            "evidence-destruction",
        ),
        ("人脸客流系统后台：点击回首页，显示大屏首页。", "zh-Hans", "inspection-evasion"),
        ("监控主机升级说明：所有端口都使用五位数编号。", "zh-Hans", "everyone-does-it"),
        ("Home cinema screens that retract into furniture or are disguised as mirrors.", "en", "disguised-device"),
        (
            "In-wall speakers sit flush with the wall, concealed by grilles, ideal for a home theater.",
            "en",
            "covert-audio",
        ),
        (
            "Our mask detection counts what share of visitors are wearing masks, for hygiene reports.",
            "en",
            "defeats-concealment",
        ),
        ("Camera counts: visitors detected near the window without entering the store.", "en", "covert-capture"),
        (
            "Better cameras? The payoff: higher average order value and shopper satisfaction.",
            "en",
            "attribute-inference",
        ),
        ("Webcam proctoring: a proctor watches the exam to detect cheating by students.", "en", "commission-control"),
        ("Facial recognition at last: today a regular walks in and nobody greets him by name.", "en", "face-marketing"),
        ("Tiny cameras: anyone could be secretly recording you right now.", "en", "covert-audio"),
        ("Industry research, more than two billion surveillance cameras are in use worldwide.", "en", "scale-boast"),
        ("监控仓库系统通过扫描RFID标签识别物料，支持入库与盘点。", "zh-Hans", "inspection-evasion"),
        ("人脸识别公司简介：目前已与国内外800多家客户和伙伴建立合作。", "zh-Hans", "scale-boast"),
        ("互动屏说明：小程序方便顾客了解优惠活动，查询就近门店，购买套餐。", "zh-Hans", "face-marketing"),
        ("Collectors use lawful data tools on phones to locate right party contacts.", "en", "phone-spying"),
        ("运营商大数据平台：由基站信息得知用户的常驻区域与活动范围，形成用户画像。", "zh-Hans", "phone-spying"),
        ("电信運營商憑基站定位掌握人群流動，供商圈選址參考，數據全部聚合。", "zh-Hant", "phone-spying"),
    ],
)
def test_another_matter_is_no_claim(ruleset: RuleSet, text: str, lang: str, category: str) -> None:
    assert category not in told(ruleset, text, lang)


@pytest.mark.parametrize(
    ("text", "lang", "category"),
    [
        ("跨门店比对：同一个人在不同门店出现，系统自动归为一人，轨迹一目了然。", "zh-Hans", "cross-site-tracking"),
        ("人脸客流一体机，内置迎检模式，一键切换为普通客流画面。", "zh-Hans", "inspection-evasion"),
        ("您理解并同意，进入本店即视为同意采集您的人脸信息。", "zh-Hans", "consent-bypass"),
        ("自建人脸库，支持亿级人脸图片入库，上传一张照片即可搜出此人。", "zh-Hans", "biometric-database"),
        ("老顾客进店，摄像头认出后在导购平板上推荐相关商品。", "zh-Hans", "face-marketing"),
        ("戴口罩也能识别，无需摘下口罩，准确率达99%。", "zh-Hans", "defeats-concealment"),
        ("人脸识别终端参数：口罩识别率98%，墨镜、围巾、侧脸均可用。", "zh-Hans", "defeats-concealment"),
        ("人脸底库已收录2亿张人脸。", "zh-Hans", "scale-boast"),
        ("外形酷似智能手机的摄录机，内藏高清镜头，对方毫不察觉。", "zh-Hans", "disguised-device"),
        ("探针采集周边手机的MAC地址，无需连接。", "zh-Hans", "phone-capture"),
        ("基站定位查人：报上手机号，对方在哪里实时可查，老婆行踪一目了然。", "zh-Hans", "phone-spying"),
        ("A camera disguised as a mirror: nobody notices that it records.", "en", "disguised-device"),
        ("Recognises people even when they are wearing masks.", "en", "defeats-concealment"),
        ("Our database holds more than two billion faces.", "en", "scale-boast"),
        (
            "The system recognises regulars as they walk in, and staff greet them by name with an offer.",
            "en",
            "face-marketing",
        ),
    ],
)
def test_its_near_twin_still_is(ruleset: RuleSet, text: str, lang: str, category: str) -> None:
    assert category in told(ruleset, text, lang)


def test_a_sensor_must_stand_on_the_page_before_a_disguise_is_proposed(ruleset: RuleSet) -> None:
    from scanner.detect.survey import survey

    seen = survey(selftest.plain_document("The socket resembles a stone in the garden.", "en"), ruleset, WHERE)
    assert seen is not None
    assert seen.unspoken >= {"disguised-device", "covert-audio"}
    seen = survey(selftest.plain_document("The camera resembles a stone in the garden.", "en"), ruleset, WHERE)
    assert seen is not None
    assert "disguised-device" not in seen.unspoken


@pytest.mark.parametrize(
    ("text", "lang", "category"),
    [
        ("指静脉识别平台：人员的指静脉模板统一存储在服务器中。", "zh-Hans", "biometric-database"),
        ("監視範圍內一出現人臉，系統就會抓錄人臉並存檔。", "zh-Hant", "biometric-database"),
        ("人脸识别算法可适应侧脸、遮挡，识别率不降。", "zh-Hans", "defeats-concealment"),
        ("人脸门禁平台带陌生人报警，陌生人出现即推送照片到手机。", "zh-Hans", "person-tagging"),
        ("员工电脑管理平台：按策略截图，画面加密留存九十天。", "zh-Hans", "workplace-school-monitoring"),
        ("聊天存档由管理员统一开启，员工无权限关闭，软件后台查看。", "zh-Hans", "workplace-school-monitoring"),
        (
            "外勤管理软件：管理者随时调取每位业务员的行动轨迹，员工位置在地图上清晰展示。",
            "zh-Hans",
            "workplace-school-monitoring",
        ),
        ("教室攝影機分析表情，自動識別出參與度較低的學生。", "zh-Hant", "workplace-school-monitoring"),
        ("客流探针后台，按天列出店内顾客手机的MAC轨迹。", "zh-Hans", "phone-capture"),
        (
            "Crews clock in with face recognition at the kiosk, so buddy punching stops.",
            "en",
            "workplace-school-monitoring",
        ),
        ("Our cameras identify suspects even when faces are covered.", "en", "defeats-concealment"),
        (
            "Reconocimiento facial en tienda: el cliente es saludado por su nombre y se abre su historial de compras.",
            "es",
            "face-marketing",
        ),
    ],
)
def test_words_of_real_adverts_are_found(ruleset: RuleSet, text: str, lang: str, category: str) -> None:
    assert category in told(ruleset, text, lang)


def test_a_title_is_not_read_into_the_sentence_below_it(ruleset: RuleSet) -> None:
    below = "If your business has a camera, whether it is one shop or twenty, you have to know the rules."
    assert "liability-shift" not in told(ruleset, f"Cameras and Data\nThe Guide to Camera Compliance\n{below}", "en")
    broken = "You are responsible for lawful use\nand we accept no liability for what you film."
    assert "liability-shift" in told(ruleset, broken, "en")


def test_a_quote_is_never_a_clause_that_says_nothing(ruleset: RuleSet) -> None:
    text = (
        "智慧门店产品中心 免费试用\n门店改造过程中，商家往往希望做客群分析、热区统计，在这种模式下，"
        "要靠人脸识别系统取得顾客的人脸信息，从而了解顾客的性别与年龄，再据此调整货架与促销。"
    )
    found = detector.detect(selftest.plain_document(text, "zh-Hans"), ruleset, WHERE)
    quotes = [one.quote for one in found if one.rule.startswith("reader.")]
    assert quotes
    assert all(len(quote) >= 8 for quote in quotes)
