"""What is said of things, of other makers, or by a bare heading is told as no claim; its near twin stays one."""

from __future__ import annotations

import pytest

from scanner.detect import detector, explain, selftest
from scanner.detect.rules import RuleSet
from scanner.model import Provenance, Stance

WHERE = Provenance(source="https://vendor.example/a", capture_sha256="0" * 64, vendor="V")
SHOP = {"zh-Hans": "产品中心 免费试用\n", "en": "Products - request a quote\n", "de": "Produkte - Angebot anfordern\n"}


def asserted(ruleset: RuleSet, text: str, lang: str) -> set[str]:
    """Categories told as the page's own claims, the page being a seller's."""
    found = detector.detect(selftest.plain_document(SHOP.get(lang, "") + text, lang), ruleset, WHERE)
    return {one.category for one in found if one.stance is Stance.ASSERTED}


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("双频路由器，自动识别接入设备的MAC地址，绑定IP，防蹭网。", "zh-Hans"),
        ("吸顶AP，PoE供电，单台带机量120，支持无缝漫游，可查看每台终端的MAC地址。", "zh-Hans"),
        ("Our Wi-Fi 6 access point covers 250 square metres and serves up to 256 phones at once.", "en"),
        ("车辆轨迹还原：跨摄像头追踪同一辆车，支持车辆重识别，物流园区调度更省心。", "zh-Hans"),
        ("Vehicle re-identification across cameras: follow the same lorry from gate to dock.", "en"),
        ("Kennzeichenerkennung: unser System erkennt jedes wiederkehrende Fahrzeug und öffnet die Schranke.", "de"),
        ("包裹跨站点追踪，每个快递从入库到派送全程轨迹可查，永久保存。", "zh-Hans"),
        ("牛脸识别系统：为每头牛建立面部档案，跨圈舍追踪。", "zh-Hans"),
        ('"The guard at the gate checks every bag and remembers my face," writes a resident.', "en"),
        ("# How we handle inspections\nOur quality team prepares the documents that food inspectors ask for.", "en"),
    ],
)
def test_what_is_said_of_things_is_no_claim_on_people(ruleset: RuleSet, text: str, lang: str) -> None:
    assert asserted(ruleset, text, lang) == set()


@pytest.mark.parametrize(
    ("text", "lang", "category"),
    [
        ("WiFi探针AP，无需连接即可采集300米范围内手机MAC地址，统计路过客流。", "zh-Hans", "phone-capture"),
        ("Our access point collects the MAC address of every phone that passes by.", "en", "phone-capture"),
        ("把车牌与车主人脸绑定，车主再次进场即推送姓名与到访记录。", "zh-Hans", "cross-site-tracking"),
        ("Our plate network shows where a car has been across the city for years.", "en", "cross-site-tracking"),
    ],
)
def test_people_behind_plates_and_networks_are(ruleset: RuleSet, text: str, lang: str, category: str) -> None:
    assert category in asserted(ruleset, text, lang)


def test_explain_says_that_a_sentence_is_about_no_person(ruleset: RuleSet) -> None:
    told = explain.explain(
        "Vehicle re-identification across cameras: follow the same lorry to the dock.", ruleset, "en"
    )
    assert "it speaks of vehicles and of nobody in them" in told


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("# 如何应对监管检查\n消防部门来检查时，请出示设备合格证与维保记录。", "zh-Hans"),
        ("# 隐蔽拍摄\n本店所售相机均为单反相机与三脚架。", "zh-Hans"),
        ("# 情绪识别\n我们不做。", "zh-Hans"),
        ("# How we handle inspections\nAsk for our brochure.", "en"),
    ],
)
def test_a_heading_that_names_a_matter_claims_nothing(ruleset: RuleSet, text: str, lang: str) -> None:
    assert asserted(ruleset, text, lang) == set()


@pytest.mark.parametrize(
    ("text", "lang", "category"),
    [
        ("# 检查来了一键断网\n手机上操作，三秒生效。", "zh-Hans", "inspection-evasion"),
        ("# 应对检查\n执法人员上门时，一键切换到合规界面。", "zh-Hans", "inspection-evasion"),
        ("# 黑名单报警\n惯偷进店，店长手机立即响铃。", "zh-Hans", "person-tagging"),
        ("# Inspector at the door? One tap and we are offline\nCall us.", "en", "inspection-evasion"),
    ],
)
def test_a_slogan_or_a_heading_borne_out_below_does(ruleset: RuleSet, text: str, lang: str, category: str) -> None:
    assert category in asserted(ruleset, text, lang)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("友商的摄像头伪装成烟雾报警器偷拍顾客，本公司产品外观醒目。", "zh-Hans"),
        ("竞品默认录音，顾客毫不知情；我们没有麦克风。", "zh-Hans"),
        ("不像其他品牌那样无感抓拍顾客人脸，我们需要顾客主动刷脸。", "zh-Hans"),
        ("部分商家私自给顾客打标签、建黑名单，我们不支持这种做法。", "zh-Hans"),
        ("传统摄像头会无差别抓拍所有路人的人脸并永久保存，而我们的方案只在端侧计数。", "zh-Hans"),
        ("Cheap alternatives secretly record what your guests say. Ours has no microphone.", "en"),
        ("Legacy systems store every face for years; ours counts people and keeps nothing.", "en"),
        ("Some of our competitors sell visitor data to brokers. We do not.", "en"),
        ("Andere Anbieter speichern jedes Gesicht in einer Datenbank. Wir zählen nur.", "de"),
    ],
)
def test_what_other_makers_do_is_not_the_pages_claim(ruleset: RuleSet, text: str, lang: str) -> None:
    assert asserted(ruleset, text, lang) == set()


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("友商能无感抓拍，我们也能，而且识别率更高，顾客毫不知情。", "zh-Hans"),
        ("竞品的人脸库只有十万，我们的云端人脸库一亿张，到店自动建档。", "zh-Hans"),
        ("不像其他品牌需要顾客配合，我们无需配合，无感抓拍人脸。", "zh-Hans"),
        ("市面上最小的针孔摄像头，藏进纽扣谁也看不出。", "zh-Hans"),
        ("兼容市面上的主流摄像头，接入即可无感抓拍顾客人脸并建档。", "zh-Hans"),
        ("竞品网站访客手机号实时获取，竞争对手的客户变成您的客户。", "zh-Hans"),
        ("同行都在用无感抓拍，就差您一家了。", "zh-Hans"),
        ("Competitors sell phone numbers of web visitors, and so do we, at half the price.", "en"),
        ("Legacy systems forget the visitor. Ours recognises the same face in all your stores.", "en"),
        ("Works with other cameras to follow one shopper through the whole mall.", "en"),
    ],
)
def test_what_the_page_says_of_itself_beside_them_is(ruleset: RuleSet, text: str, lang: str) -> None:
    assert asserted(ruleset, text, lang)
