"""What user agents mean where their parser does not know better: a table.

To teach it one more, add a line. Of each part of a device, the first line counts whose pattern is found
in the user agent and that says something of this part. What no line says comes from the parser. Patterns
heed case, and "" means that the part is unknown. Words may name groups of the pattern.
"""

from typing import NamedTuple

from sessions_api.models import DeviceType

BOT, DESKTOP, MOBILE, TABLET = (
    DeviceType.BOT,
    DeviceType.DESKTOP,
    DeviceType.MOBILE,
    DeviceType.TABLET,
)
CONSOLE, TV = DeviceType.CONSOLE, DeviceType.TV


class Correction(NamedTuple):
    """What is certain of a user agent in which a pattern is found. None says nothing of a part."""

    pattern: str
    device_type: str | None = None
    browser: str | None = None
    os: str | None = None
    device: str | None = None


def _bot(pattern: str, name: str = r"\1") -> Correction:
    """Return the line of a bot, which has no system or device whatever it pretends to be."""
    return Correction(pattern, BOT, name, "", "")


def _app(pattern: str, name: str) -> Correction:
    """Return the line of an app that brings its own browser: its name, and what version it says."""
    return Correction(pattern, browser=rf"{name} \1")


CORRECTIONS = (
    # Bots by the names that their owners publish.
    _bot(
        r"\b(GPTBot|ChatGPT-User|OAI-SearchBot|OAI-AdsBot|ChatGPT Agent|ClaudeBot|Claude-User|"
        r"Claude-SearchBot|Claude-Web|anthropic-ai|PerplexityBot|Perplexity-User|Bytespider|"
        r"TikTokSpider|CCBot|Amazonbot|Applebot-Extended|Applebot|meta-externalagent|"
        r"meta-externalfetcher|meta-webindexer|facebookcatalog|DuckAssistBot|DuckDuckBot|"
        r"MistralAI-User|cohere-ai|cohere-training-data-crawler|YouBot|Diffbot|PetalBot|"
        r"Google-Extended|GoogleOther|Google-InspectionTool|Google-CloudVertexBot|Google-Agent|"
        r"Google-Read-Aloud|Google-Site-Verification|Storebot-Google|AdsBot-Google-Mobile|"
        r"AdsBot-Google|Mediapartners-Google|FeedFetcher-Google|APIs-Google|Googlebot-Image|"
        r"Googlebot-News|Googlebot-Video|Googlebot|bingbot|BingPreview|adidxbot|YandexBot|"
        r"YandexImages|Baiduspider|Sogou web spider|360Spider|YisouSpider|SeznamBot|Yeti|Qwantbot|"
        r"MojeekBot|AhrefsBot|SemrushBot|MJ12bot|DotBot|DataForSeoBot|serpstatbot|Barkrowler|"
        r"BLEXBot|ImagesiftBot|Timpibot|Twitterbot|LinkedInBot|Slackbot-LinkExpanding|Slackbot|"
        r"Slack-ImgProxy|Discordbot|TelegramBot|Pinterestbot|redditbot|SkypeUriPreview|"
        r"vkShare|Embedly|UptimeRobot|StatusCake|Pingdom\.com_bot|GTmetrix|"
        r"Chrome-Lighthouse|HeadlessChrome|PhantomJS|archive\.org_bot|ia_archiver|"
        r"Screaming Frog SEO Spider|W3C_Validator|AwarioBot|Kagibot|NovaAct|Manus-User)\b"
    ),
    _bot(r"\bfacebookexternalhit\b|\bFacebot\b", "facebookexternalhit"),
    # A bot that nobody has listed yet: its name stands before its address, or says what it is.
    _bot(r"\bcompatible; ([A-Za-z][\w.!-]*(?: [A-Za-z][\w.!-]*)?)(?:/[\w.-]+)?; ?\+?https?://"),
    _bot(r"(?i)\b(?!cubot)([a-z][\w.-]*(?:bot|spider|crawler|scraper))\b(?=[/;,) ]|$)"),
    # Consoles and television sets, which browsers call phones, tablets or computers.
    Correction(r"\b(PlayStation (?:Vita|Portable|\d))", CONSOLE, os="", device=r"\1"),
    Correction(r"\bPLAYSTATION 3\b", CONSOLE, os="", device="PlayStation 3"),
    Correction(r"\b(Xbox(?: One| Series X| Series S)?)\)", CONSOLE, device=r"\1"),
    Correction(r"\b(Xbox)\b", CONSOLE, device=r"\1"),
    Correction(r"\b(Nintendo (?:Switch|WiiU|3DS|Wii|DSi))\b", CONSOLE, os="", device=r"\1"),
    Correction(r"\bSteamDeck\b|\bValve Steam Gamepad\b", CONSOLE, device="Steam Deck"),
    Correction(r"\bApple ?TV|\btvOS\b", TV, os="", device="Apple TV"),
    Correction(r"\bAFT[A-Z0-9]{1,10}\b", TV, device="Fire TV"),
    Correction(r"\bBRAVIA\b", TV, device="BRAVIA"),
    Correction(r"\bCrKey/", TV, os="", device="Chromecast"),
    Correction(r"\b(?:Chromecast|GoogleTV|Google TV)\b", TV, device="Chromecast"),
    Correction(r"\bWeb0S\b", TV, os="webOS", device=""),
    Correction(r"\b(Roku)\b", TV, device=r"\1"),
    Correction(r"\bFamily Hub\b", TV, device="Family Hub"),
    Correction(
        r"(?i)\bsmart-?_? ?tv|\bandr[o0]id ?tv\b|\bhbbtv\b|\bnetcast\b|\bweb0s\b|\bwebos\.tv|\bviera\b|"
        r"\bnettv\b|\bmi ?(?:tv|box)|\btv[ -]?box\b|\bshield android tv\b|\bdtv\b|\bopera tv\b|"
        r"\bgoogle ?tv\b|\btizen\b.* tv\b|\b(?:philips|hisense|tcl|vidaa|aquos|changhong)\w*[ -]?tv\b|"
        r"\bOMI/[\d.]+|\btv safari\b|\bmaple2?\d*\b.*\blinux\b|\bstb\b",
        TV,
        device="",
    ),
    # Silk on a computer that is none: a tablet or a television set that asks for desktop pages.
    Correction(r"\bX11;.*\bSilk/", "", os="", device=""),
    Correction(r"\bKF[A-Z]{2,6}\b", device="Fire tablet"),
    # Browsers of phones and tablets alone, which ask for desktop pages.
    Correction(r"\bX11;.*\b(?:SamsungBrowser|MiuiBrowser|EdgA|HeyTapBrowser)/", "", os="Android"),
    # A headset says that it is a phone, a tablet or a computer with Linux.
    Correction(r"\b(Quest(?: (?:Pro|\dS?))?)\b", "", os="", device=r"\1"),
    Correction(r"\b(?:OculusBrowser|PicoBrowser|Wolvic)/|\bVR Safari/", ""),
    # HarmonyOS says that it is Android 10 for the sake of old sites.
    Correction(r"\bPhone; OpenHarmony\b", MOBILE, os="HarmonyOS", device=""),
    Correction(r"\bTablet; OpenHarmony\b", TABLET, os="HarmonyOS", device=""),
    Correction(r"\b(?:PC|2in1); OpenHarmony\b", DESKTOP, os="HarmonyOS", device=""),
    Correction(r"\bTV; OpenHarmony\b", TV, os="HarmonyOS", device=""),
    Correction(r"\bOpenHarmony\b|\bHarmonyOS\b", os="HarmonyOS"),
    Correction(r"; ([A-Z]{2,4}\d*[A-Z]?-[A-Z0-9]+); HMSCore\b", device=r"\1"),
    # Windows 11 says that it is Windows NT 10.
    Correction(r"\bWindows NT 11\b", os="Windows"),
    # The version of the programming interface, which is not that of the system.
    Correction(r"\bAndroid/[23]\d\b", os="Android"),
    # iPadOS asks for desktop pages as a Mac, in browsers that no Mac has.
    Correction(r"\bMacintosh;.*\b(?:CriOS|FxiOS|EdgiOS|OPiOS|GSA)/", "", os="iOS", device=""),
    # DuckDuckGo says the same on a Mac and on an iPad.
    Correction(r"\bMacintosh;.*\bDuckDuckGo/", "", os="", device=""),
    # A phone says so; what says nothing on Android is a tablet, or an app.
    Correction(r"^Mozilla/.*\bAndroid\b.*\bTablet\b", TABLET),
    Correction(r"^Mozilla/.*\bAndroid\b.*\bMobile\b", MOBILE),
    Correction(r"^Mozilla/.*\(iPad;", TABLET),
    Correction(r"^Mozilla/.*\b(?:iPhone|iPod)\b", MOBILE),
    Correction(r"\bKAIOS/", MOBILE),
    Correction(r"\bX11; (?:FreeBSD|OpenBSD|NetBSD|DragonFly|SunOS)\b", DESKTOP),
    # A computer that shows a page as a web view of Android does.
    Correction(
        r"^Mozilla/5\.0 \((?:Windows NT|X11|Macintosh)\b.* Version/4\.0 Chrome/(\d+)",
        DESKTOP,
        browser=r"Chrome \1",
    ),
    # Apps on a Mac say the processor, those on a phone or tablet do not.
    Correction(r"\bDarwin/[\d.]+ \((?:x86_64|arm64)\)", DESKTOP, os="macOS", device="Mac"),
    # Libraries and tools, whatever a parser takes them for.
    Correction(
        r"^(?:HTTPie|Python-urllib|WhatsApp|libwww-perl|Java|Wget|curl|aria2|axios|undici|got|node-fetch)\b",
        "",
        os="",
        device="",
    ),
    _app(r"^HTTPie/(\d+)", "HTTPie"),
    _app(r"^libwww-perl/(\d+)", "libwww-perl"),
    _app(r"^Java/(?:1\.)?(\d+)", "Java"),
    _app(r"^Wget/(\d+)", "Wget"),
    # Apps with a browser of their own.
    _app(r"\bFxiOS/(\d+)", "Firefox iOS"),
    _app(r"\bDuckDuckGo/(\d+)", "DuckDuckGo"),
    _app(r"\bDdg/(\d+)", "DuckDuckGo"),
    _app(r"\bMaxBrowser/(\d+)", "MaxBrowser"),
    _app(r"\bIron/(\d+)", "Iron"),
    _app(r"\bOPX/(\d+)", "Opera GX"),
    _app(r"\bOPT/(\d+)", "Opera Touch"),
    _app(r"\bVivaldi/(\d+)", "Vivaldi"),
    _app(r"\bYaBrowser/(\d+)", "Yandex Browser"),
    _app(r"\bWhale/(\d+)", "Whale"),
    _app(r"\bHuaweiBrowser/(\d+)", "Huawei Browser"),
    _app(r"\bHeyTapBrowser/(\d+)", "HeyTap Browser"),
    _app(r"\bVivoBrowser/(\d+)", "Vivo Browser"),
    _app(r"\bMiuiBrowser/(\d+)", "Miui Browser"),
    _app(r"\bQuark/(\d+)", "Quark"),
    _app(r"\bMQQBrowser/(\d+)", "QQ Browser"),
    _app(r"\bAlohaBrowser/(\d+)", "Aloha Browser"),
    _app(r"\bPhoenix/(\d+)", "Phoenix Browser"),
    _app(r"\bGSA/(\d+)", "Google"),
    _app(r"\bMicroMessenger/(\d+)", "WeChat"),
    _app(r"(?=.*\bFBAN/Messenger).*\bFBAV/(\d+)", "Messenger"),
    _app(r"\bInstagram (\d+)", "Instagram"),
    _app(r"\bBarcelona (\d+)", "Threads"),
    _app(r"\bFBAV/(\d+)", "Facebook"),
    _app(r"\b(?:musical_ly|trill)[_ ](\d+)", "TikTok"),
    _app(r"\bLine/(\d+)", "LINE"),
    _app(r"\bKAKAOTALK[ /](\d{1,3}(?=\.)|)", "KakaoTalk"),
    _app(r"\bNAVER\(inapp; search; \d+; (\d+)", "NAVER"),
    _app(r"\bSnapchat/(\d+)", "Snapchat"),
    _app(r"\[?Pinterest/(?:iOS|Android)(\d*)", "Pinterest"),
    _app(r"\bLinkedInApp\]?/?(\d*)", "LinkedIn"),
    _app(r"\bTwitter for i(?:Phone|Pad)/?(\d*)", "Twitter"),
    _app(r"\bTelegram-Android/(\d+)", "Telegram"),
    _app(r"\bWhatsApp/(\d+)", "WhatsApp"),
    _app(r"\bTeams/(\d+)", "Teams"),
    # Programs on Electron stand between its browser and what comes before that.
    Correction(
        r"\(KHTML, like Gecko\) ([A-Za-z][\w.-]*)/(\d+)\S* Chrome/\S+ Electron/", browser=r"\1 \2"
    ),
    Correction(r"\bElectron/(\d+)", browser=r"Electron \1"),
    # An app on a phone or a Mac ends with its own name.
    Correction(
        r"\(KHTML, like Gecko\)(?: Mobile/\w+)? (?!Version/|Mobile/|Safari/)([A-Z][\w-]*)/(\d+)[\w.]*$",
        browser=r"\1 \2",
    ),
    Correction(r"\bArkWeb/[\d.]+(?: Mobile)?$", browser=""),
    # A page in an app that does not say its name. The parser makes up one.
    Correction(r"\bAppleWebKit/[\d.]+ \(KHTML, like Gecko\)(?: Mobile/\w+)?$", browser=""),
    Correction(r"^Mozilla/5\.0 \((?:iPhone|iPad|iPod)[^)]*\)$", browser=""),
    Correction(r"^Dalvik/", browser=""),
    # An app that names itself as libraries do: first its name, then what it runs on.
    Correction(
        r"^(?!.*\b(?:Mozilla|CFNetwork)/)([A-Za-z][\w.%-]*)/v?(\d+)[^()]*\((?:[^)]*\b)?(?:iPhone|iPad|iOS|Android|Scale)\b",
        browser=r"\1 \2",
    ),
    Correction(r"^(?!Mozilla/|Opera/)([A-Za-z][\w.%-]*)/v?(\d+)\S* CFNetwork/", browser=r"\1 \2"),
)
"""Lines for the whole first, then for parts, each the more special one first."""
