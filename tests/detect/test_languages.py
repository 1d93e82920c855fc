"""Feature cards of grave kinds, as sellers word them in German, French and Spanish: told as the page's own claims."""

from __future__ import annotations

import pytest

from scanner.detect import detector, selftest
from scanner.detect.rules import RuleSet
from scanner.model import Provenance, Stance

WHERE = Provenance(source="https://vendor.example/a", capture_sha256="0" * 64, vendor="V")
SHOP = {
    "de": "Unsere Kameras mit Gesichtserkennung - Angebot anfordern",
    "fr": "Nos caméras à reconnaissance faciale - demander un devis",
    "es": "Nuestras cámaras con reconocimiento facial - solicitar presupuesto",
}
CARDS = [
    ("de", "biometric-database", ["Speichert jedes Gesicht in einer durchsuchbaren Datenbank"]),
    (
        "de",
        "consent-bypass",
        [
            "Keine Einwilligung nötig",
            "Gesichtserfassung ohne Zustimmung der Kunden",
            "Ganz ohne lästige Zustimmungsabfrage",
        ],
    ),
    (
        "de",
        "covert-audio",
        [
            "Hört Gespräche im Raum unbemerkt mit",
            "GSM-Wanze mit Geräuschaktivierung",
            "Heimliche Sprachaufnahme bis 40 Stunden",
        ],
    ),
    (
        "de",
        "covert-capture",
        [
            "Filmt unbemerkt, ohne LED",
            "Gesichtserkennung im Vorbeigehen, der Kunde merkt nichts",
            "Unsichtbare Erfassung aller Passanten",
        ],
    ),
    (
        "de",
        "cross-site-tracking",
        ["Erkennt denselben Kunden in allen Filialen wieder", "Bewegungsprofil jedes Besuchers über alle Kameras"],
    ),
    (
        "de",
        "data-sale",
        [
            "Wir verkaufen Adressen und Handynummern von Kaufinteressenten",
            "Kundendaten zum Kauf: 2 Millionen Haushalte mit Telefonnummer",
        ],
    ),
    (
        "de",
        "disguised-device",
        [
            "Kamera im Rauchmelder-Gehäuse",
            "Getarnt als USB-Ladegerät, filmt in Full HD",
            "Sieht aus wie eine Steckdose, ist aber eine Überwachungskamera",
        ],
    ),
    (
        "de",
        "evidence-destruction",
        [
            "Fernlöschung: alle Aufnahmen in Sekunden spurlos vernichtet",
            "Löscht sämtliche Protokolle, danach ist nichts mehr nachweisbar",
            "Selbstzerstörung der Daten auf Knopfdruck",
        ],
    ),
    (
        "de",
        "inspection-evasion",
        [
            "Kontrolle im Haus? Ein Tastendruck und die Erkennung ist unsichtbar",
            "Prüfansicht: Behörden sehen nur anonyme Zähldaten",
            "Bei Besuch vom Datenschutz schaltet die Software auf reine Personenzählung um",
        ],
    ),
    ("de", "person-tagging", ["Hausverbotsliste: Gesicht erkannt, Personal wird alarmiert"]),
    (
        "de",
        "phone-capture",
        [
            "WLAN-Tracking: erfasst die MAC-Adressen aller Smartphones im Umkreis",
            "Probe Requests vorbeigehender Handys werden ausgewertet",
            "Unser Router erfasst die MAC-Adresse jedes vorbeigehenden Handys, auch ohne Anmeldung.",
        ],
    ),
    (
        "de",
        "phone-spying",
        ["WhatsApp-Nachrichten des Partners mitlesen", "GPS-Sender unters Auto kleben und jeden Weg verfolgen"],
    ),
    (
        "de",
        "weak-notice",
        [
            "Kein Hinweisschild erforderlich",
            "Ein kleiner Aufkleber an der Tür genügt",
            "Sie müssen niemanden informieren",
        ],
    ),
    ("es", "biometric-database", ["Guarda cada rostro en una base consultable"]),
    (
        "es",
        "consent-bypass",
        [
            "No hace falta consentimiento",
            "Sin pedir permiso a los clientes",
            "El consentimiento se da por hecho al entrar en la tienda",
        ],
    ),
    (
        "es",
        "covert-audio",
        [
            "Escuche las conversaciones de la sala sin ser descubierto",
            "Micrófono espía GSM activado por voz",
            "Grabadora de voz camuflada, hasta 40 horas",
        ],
    ),
    (
        "es",
        "covert-capture",
        [
            "Graba sin que nadie se dé cuenta, sin luz",
            "Reconocimiento facial al paso, el cliente no nota nada",
            "Captura invisible de todos los transeúntes",
        ],
    ),
    ("es", "cross-site-tracking", ["Reconoce al mismo cliente en todas sus tiendas"]),
    ("es", "data-sale", ["Bases de datos de clientes en venta con números de móvil"]),
    (
        "es",
        "disguised-device",
        [
            "Cámara oculta en un detector de humo",
            "Parece un enchufe, pero graba en HD",
            "Bolígrafo espía con cámara integrada",
        ],
    ),
    (
        "es",
        "evidence-destruction",
        ["Borrado remoto: ni rastro en segundos", "Elimina todos los registros, no queda nada que probar"],
    ),
    (
        "es",
        "inspection-evasion",
        [
            "¿Inspección sorpresa? Un clic y el reconocimiento desaparece",
            "Vista de auditor: los inspectores solo ven recuentos anónimos",
            "Modo inspección: el sistema pasa a simple videovigilancia",
        ],
    ),
    ("es", "person-tagging", ["Lista negra: rostro reconocido, el vigilante recibe una alerta"]),
    (
        "es",
        "phone-capture",
        [
            "Rastreo WiFi: capta las direcciones MAC de todos los móviles cercanos",
            "Nuestras sondas WiFi detectan cada teléfono que pasa por el escaparate",
        ],
    ),
    (
        "es",
        "phone-spying",
        [
            "Lea los mensajes de WhatsApp de su pareja",
            "Localice el móvil de su mujer sin que ella lo sepa",
            "Baliza GPS para colocar bajo el coche de su pareja",
        ],
    ),
    (
        "es",
        "weak-notice",
        ["No se necesita ningún cartel", "Basta con una pegatina en la puerta", "No tiene que avisar a nadie"],
    ),
    ("fr", "biometric-database", ["Enregistre chaque visage dans une base consultable"]),
    (
        "fr",
        "consent-bypass",
        [
            "Aucun consentement requis",
            "Sans demander l'accord des clients",
            "Le consentement est présumé dès l'entrée en magasin",
        ],
    ),
    (
        "fr",
        "covert-audio",
        [
            "Écoutez les conversations de la pièce sans être repéré",
            "Micro espion GSM à déclenchement vocal",
            "Enregistreur vocal dissimulé, jusqu'à 40 heures",
        ],
    ),
    (
        "fr",
        "covert-capture",
        [
            "Filme discrètement, sans voyant, à l'insu des clients",
            "Reconnaissance faciale à la volée, le client ne s'aperçoit de rien",
            "Capture invisible de tous les passants",
        ],
    ),
    ("fr", "cross-site-tracking", ["Reconnaît le même client dans tous vos magasins"]),
    ("fr", "data-sale", ["Fichiers de prospects à vendre avec numéros de portable"]),
    (
        "fr",
        "disguised-device",
        [
            "Caméra cachée dans un détecteur de fumée",
            "Ressemble à une prise électrique, mais filme en HD",
            "Stylo espion avec caméra intégrée",
        ],
    ),
    (
        "fr",
        "evidence-destruction",
        [
            "Effacement à distance : plus aucune trace en quelques secondes",
            "Supprime tous les journaux, plus rien à prouver",
        ],
    ),
    (
        "fr",
        "inspection-evasion",
        [
            "Contrôle inopiné ? Un clic et la reconnaissance devient invisible",
            "Vue auditeur : les inspecteurs ne voient que des comptages anonymes",
            "Mode inspection : le système bascule sur une simple vidéosurveillance",
        ],
    ),
    ("fr", "person-tagging", ["Liste noire : visage reconnu, le vigile est alerté"]),
    (
        "fr",
        "phone-capture",
        [
            "Tracking Wi-Fi : capte les adresses MAC de tous les smartphones à proximité",
            "Nos sondes Wi-Fi captent chaque téléphone qui passe devant la vitrine",
        ],
    ),
    (
        "fr",
        "phone-spying",
        [
            "Lisez les messages WhatsApp de votre conjoint",
            "Localisez le téléphone de votre femme sans qu'elle le sache",
            "Balise GPS à glisser sous la voiture de votre partenaire",
        ],
    ),
    (
        "fr",
        "weak-notice",
        [
            "Aucun panneau d'information nécessaire",
            "Un simple autocollant sur la porte suffit",
            "Inutile de prévenir vos visiteurs",
        ],
    ),
]


def asserted(ruleset: RuleSet, lang: str, text: str) -> set[str]:
    found = detector.detect(selftest.plain_document(f"{SHOP[lang]}\n{text}", lang), ruleset, WHERE)
    return {one.category for one in found if one.stance is Stance.ASSERTED}


@pytest.mark.parametrize(("lang", "category", "cards"), CARDS)
def test_a_feature_card_is_told(ruleset: RuleSet, lang: str, category: str, cards: list[str]) -> None:
    assert [card for card in cards if category not in asserted(ruleset, lang, card)] == []


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("de", "Wir erkennen niemanden ohne ausdrückliche Einwilligung."),
        ("de", "Ein gut sichtbares Schild am Eingang informiert alle Kunden."),
        ("fr", "Aucun visage n'est enregistré sans consentement écrit."),
        ("es", "Los inspectores ven todos los registros, también los borrados."),
    ],
)
def test_its_opposite_is_not(ruleset: RuleSet, lang: str, text: str) -> None:
    assert not asserted(ruleset, lang, text) & {"consent-bypass", "weak-notice", "inspection-evasion"}
