"""What a person should read of user agents, with where each comes from.

visitors: requests that real browsers sent to a site in 2023, from samples/useragents.txt of ua-parser 1.0.1.
owners: bots, as their owners publish how they name themselves.
makers: browsers, apps, devices and libraries, as their makers or the people who use them show them.
"""

from sessions_api.client.user_agent import Device

USER_AGENTS = [
    (
        "makers",
        "Mozilla/5.0 (Phone; OpenHarmony 6.0; Android 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36 ArkWeb/6.0.0.44 Mobile HuaweiBrowser/5.1.8.311",
        Device("mobile", "Huawei Browser 5", "HarmonyOS", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36  ArkWeb/4.1.6.1 Mobile HuaweiBrowser/5.0.4.300",
        Device("mobile", "Huawei Browser 5", "HarmonyOS", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (Tablet; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 HuaweiBrowser/5.0.4.300",
        Device("tablet", "Huawei Browser 5", "HarmonyOS", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (PC; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 HuaweiBrowser/5.0.4.300",
        Device("desktop", "Huawei Browser 5", "HarmonyOS", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile",
        Device("mobile", "", "HarmonyOS", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
        Device("desktop", "", "macOS", "Mac"),
    ),
    (
        "owners",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
        Device("bot", "ChatGPT-User", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        Device("bot", "GPTBot", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; OAI-SearchBot/1.0; +https://openai.com/searchbot",
        Device("bot", "OAI-SearchBot", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
        Device("bot", "ClaudeBot", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Claude-User/1.0; +Claude-User@anthropic.com)",
        Device("bot", "Claude-User", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; PerplexityBot/1.0; +https://perplexity.ai/perplexitybot)",
        Device("bot", "PerplexityBot", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Perplexity-User/1.0; +https://perplexity.ai/perplexity-user)",
        Device("bot", "Perplexity-User", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        Device("bot", "Googlebot", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        Device("bot", "Googlebot", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
        Device("bot", "bingbot", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
        Device("bot", "YandexBot", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
        Device("bot", "Baiduspider", "", ""),
    ),
    (
        "owners",
        "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
        Device("bot", "DuckDuckBot", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
        Device("bot", "AhrefsBot", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
        Device("bot", "SemrushBot", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)",
        Device("bot", "Bytespider", "", ""),
    ),
    (
        "owners",
        "CCBot/2.0 (https://commoncrawl.org/faq/)",
        Device("bot", "CCBot", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_10_1) AppleWebKit/600.2.5 (KHTML, like Gecko) Version/8.0.2 Safari/600.2.5 (Amazonbot/0.1; +https://developer.amazon.com/support/amazonbot)",
        Device("bot", "Amazonbot", "", ""),
    ),
    (
        "owners",
        "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
        Device("bot", "meta-externalagent", "", ""),
    ),
    (
        "owners",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        Device("bot", "facebookexternalhit", "", ""),
    ),
    (
        "owners",
        "Twitterbot/1.0",
        Device("bot", "Twitterbot", "", ""),
    ),
    (
        "owners",
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
        Device("bot", "LinkedInBot", "", ""),
    ),
    (
        "owners",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        Device("bot", "Slackbot-LinkExpanding", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        Device("bot", "Discordbot", "", ""),
    ),
    (
        "owners",
        "TelegramBot (like TwitterBot)",
        Device("bot", "TelegramBot", "", ""),
    ),
    (
        "owners",
        "WhatsApp/2.23.20.0",
        Device("", "WhatsApp 2", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; MistralAI-User/1.0; +https://docs.mistral.ai/robots)",
        Device("bot", "MistralAI-User", "", ""),
    ),
    (
        "owners",
        "DuckAssistBot/1.2; (+http://duckduckgo.com/duckassistbot.html)",
        Device("bot", "DuckAssistBot", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 (compatible; PetalBot;+https://webmaster.petalsearch.com/site/petalbot)",
        Device("bot", "PetalBot", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 (compatible; NewStartupCrawler/0.3; +https://startup.example/crawler)",
        Device("bot", "NewStartupCrawler", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
        Device("bot", "UptimeRobot", "", ""),
    ),
    (
        "owners",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36",
        Device("bot", "HeadlessChrome", "", ""),
    ),
    (
        "makers",
        "AcmeApp/2.0 (iPhone; iOS 18.1; Scale/3.00)",
        Device("mobile", "AcmeApp 2", "iOS 18.1", "iPhone"),
    ),
    (
        "makers",
        "AcmeApp/3.2.1 (Android 14; Pixel 8)",
        Device("", "AcmeApp 3", "Android 14", "Pixel 8"),
    ),
    (
        "makers",
        "Acme%20Shop/120 CFNetwork/1568.200.51 Darwin/24.1.0",
        Device("mobile", "Acme Shop 120", "iOS 18.1", ""),
    ),
    (
        "makers",
        "AcmeApp/1 CFNetwork/1128.1 Darwin/19.6.0 (x86_64)",
        Device("desktop", "AcmeApp 1", "macOS", "Mac"),
    ),
    (
        "makers",
        "AcmeApp/4.1 (com.acme.app; build:41; iOS 18.1.0) Alamofire/5.9.1",
        Device("", "AcmeApp 4", "iOS 18.1", ""),
    ),
    (
        "makers",
        "okhttp/4.12.0",
        Device("", "okhttp 4", "", ""),
    ),
    (
        "makers",
        "curl/8.5.0",
        Device("", "curl 8", "", ""),
    ),
    (
        "makers",
        "Wget/1.21.4",
        Device("", "Wget 1", "", ""),
    ),
    (
        "makers",
        "HTTPie/3.2.2",
        Device("", "HTTPie 3", "", ""),
    ),
    (
        "makers",
        "libwww-perl/6.72",
        Device("", "libwww-perl 6", "", ""),
    ),
    (
        "makers",
        "Java/17.0.9",
        Device("", "Java 17", "", ""),
    ),
    (
        "makers",
        "Java/1.8.0_392",
        Device("", "Java 8", "", ""),
    ),
    (
        "makers",
        "python-requests/2.32.3",
        Device("", "Python Requests 2", "", ""),
    ),
    (
        "makers",
        "Python-urllib/3.12",
        Device("", "Python-urllib 3", "", ""),
    ),
    (
        "makers",
        "python-httpx/0.27.0",
        Device("", "python-httpx 0", "", ""),
    ),
    (
        "makers",
        "Python/3.12 aiohttp/3.9.5",
        Device("", "Python aiohttp 3", "", ""),
    ),
    (
        "makers",
        "Go-http-client/2.0",
        Device("", "Go-http-client 2", "", ""),
    ),
    (
        "makers",
        "axios/1.7.2",
        Device("", "axios 1", "", ""),
    ),
    (
        "makers",
        "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
        Device("", "node-fetch 1", "", ""),
    ),
    (
        "makers",
        "undici",
        Device("", "", "", ""),
    ),
    (
        "makers",
        "got (https://github.com/sindresorhus/got)",
        Device("", "got", "", ""),
    ),
    (
        "makers",
        "PostmanRuntime/7.39.0",
        Device("", "PostmanRuntime 7", "", ""),
    ),
    (
        "makers",
        "insomnia/9.3.2",
        Device("", "insomnia 9", "", ""),
    ),
    (
        "makers",
        "Apache-HttpClient/4.5.14 (Java/17.0.9)",
        Device("", "Apache-HttpClient 4", "", ""),
    ),
    (
        "makers",
        "Dart/3.4 (dart:io)",
        Device("", "Dart 3", "", ""),
    ),
    (
        "makers",
        "Ruby",
        Device("", "", "", ""),
    ),
    (
        "makers",
        "Faraday v2.9.0",
        Device("", "", "", ""),
    ),
    (
        "makers",
        "GuzzleHttp/7",
        Device("", "GuzzleHttp 7", "", ""),
    ),
    (
        "makers",
        "PHP/8.3",
        Device("", "PHP 8", "", ""),
    ),
    (
        "makers",
        "reqwest/0.12.4",
        Device("", "reqwest 0", "", ""),
    ),
    (
        "makers",
        "aria2/1.36.0",
        Device("", "aria2 1", "", ""),
    ),
    (
        "makers",
        "git/2.43.0",
        Device("", "git 2", "", ""),
    ),
    (
        "makers",
        "Microsoft-CryptoAPI/10.0",
        Device("", "Microsoft-CryptoAPI 10", "", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.22621.2506",
        Device("desktop", "WindowsPowerShell 5", "Windows", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0.7390.41 Version/18.0 Safari/605.1.15",
        Device("", "Chrome Mobile iOS 141", "iOS", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/143.0 Safari/605.1.15",
        Device("", "Firefox iOS 143", "iOS", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
        Device("desktop", "Safari 17", "macOS", "Mac"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Linux; Android 12; BRAVIA 4K UR2 Build/STT2.221102.001) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
        Device("tv", "Chrome 120", "Android 12", "BRAVIA"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Linux; Android 9; AFTKA Build/PS7657) AppleWebKit/537.36 (KHTML, like Gecko) Silk/120.1.1 like Chrome/120.0.0.0 Safari/537.36",
        Device("tv", "Amazon Silk 120", "Android 9", "Fire TV"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Linux; Android 12; Chromecast Build/STTL.231020.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0.0.0 Mobile Safari/537.36",
        Device("tv", "Chrome Mobile WebView 120", "Android 12", "Chromecast"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Linux; Android) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/117.0.5938.0 Safari/537.36 CrKey/1.56.500000 DeviceType/AndroidTV",
        Device("tv", "Chrome 117", "", "Chromecast"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0.4606.128 Safari/537.36 WebAppManager",
        Device("tv", "Chrome 94", "webOS", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.5) AppleWebKit/537.36 (KHTML, like Gecko) 85.0.4183.93/6.5 TV Safari/537.36",
        Device("tv", "Safari", "Tizen 6.5", ""),
    ),
    (
        "makers",
        "Roku/DVP-12.5 (12.5.0.4178-88)",
        Device("tv", "", "Roku 12.5", "Roku"),
    ),
    (
        "makers",
        "AppleTV11,1/11.1",
        Device("tv", "", "", "Apple TV"),
    ),
    (
        "makers",
        "Mozilla/5.0 (PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15",
        Device("console", "Safari 13", "", "PlayStation 5"),
    ),
    (
        "makers",
        "Mozilla/5.0 (PlayStation 4 11.00) AppleWebKit/605.1.15 (KHTML, like Gecko)",
        Device("console", "", "", "PlayStation 4"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Nintendo Switch; WebApplet) AppleWebKit/609.4 (KHTML, like Gecko) NF/6.0.2.21.3 NintendoBrowser/5.1.0.22474",
        Device("console", "", "", "Nintendo Switch"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
        Device("console", "Edge 141", "Windows", "Xbox Series X"),
    ),
    (
        "makers",
        "Mozilla/5.0 (X11; Linux x86_64; Quest 3) AppleWebKit/537.36 (KHTML, like Gecko) OculusBrowser/33.0.0 Chrome/120.0.0.0 VR Safari/537.36",
        Device("", "Oculus Browser 33", "", "Quest 3"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Linux; Android 12; Quest 3) AppleWebKit/537.36 (KHTML, like Gecko) OculusBrowser/33.0.0 SamsungBrowser/4.0 Chrome/120.0.0.0 Mobile VR Safari/537.36",
        Device("", "Oculus Browser 33", "", "Quest 3"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Linux; Android 12; Quest Pro) AppleWebKit/537.36 (KHTML, like Gecko) OculusBrowser/33.0.0 Chrome/120.0.0.0 VR Safari/537.36",
        Device("", "Oculus Browser 33", "", "Quest Pro"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 OPR/126.0.0.0",
        Device("desktop", "Opera 126", "Windows", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Vivaldi/7.0.3495.11",
        Device("desktop", "Vivaldi 7", "Windows", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 YaBrowser/24.10.0 Safari/537.36",
        Device("desktop", "Yandex Browser 24", "macOS", "Mac"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Brave/141",
        Device("desktop", "Brave 141", "Windows", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile DuckDuckGo/5 Safari/537.36",
        Device("mobile", "DuckDuckGo 5", "Android", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
        Device("mobile", "DuckDuckGo 7", "iOS 18.1", "iPhone"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15 Ddg/18.0",
        Device("desktop", "DuckDuckGo 18", "macOS", "Mac"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile X/1 Safari/537.36",
        Device("mobile", "Chrome Mobile 141", "Android", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Kiwi/1 Safari/537.36",
        Device("mobile", "Chrome Mobile 141", "Android", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Ecosia/10 Safari/537.36",
        Device("mobile", "Chrome Mobile 141", "Android", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 361.0.0.0.84 (iPhone15,2; iOS 18_1; en_US)",
        Device("mobile", "Instagram 361", "iOS 18.1", "iPhone"),
    ),
    (
        "makers",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22B83 [FBAN/FBIOS;FBAV/490.0.0.1;FBBV/1]",
        Device("mobile", "Facebook 490", "iOS 18.1", "iPhone"),
    ),
    (
        "makers",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/MessengerForiOS;FBAV/480.0.0.1]",
        Device("mobile", "Messenger 480", "iOS 18.1", "iPhone"),
    ),
    (
        "makers",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.53(0x18003531) NetType/WIFI Language/en",
        Device("mobile", "WeChat 8", "iOS 18.1", "iPhone"),
    ),
    (
        "makers",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 musical_ly_37.0.0 JsSdk/2.0 BytedanceWebview/d8a21c6",
        Device("mobile", "TikTok 37", "iOS 18.1", "iPhone"),
    ),
    (
        "makers",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Barcelona 360.0.0.1 (iPhone15,2; iOS 18_1)",
        Device("mobile", "Threads 360", "iOS 18.1", "iPhone"),
    ),
    (
        "makers",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/14.19.0",
        Device("mobile", "LINE 14", "iOS 18.1", "iPhone"),
    ),
    (
        "makers",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        Device("mobile", "", "iOS 18.1", "iPhone"),
    ),
    (
        "makers",
        "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        Device("tablet", "", "iOS 17.5", "iPad"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Slack/4.41.97 Chrome/130.0.0.0 Electron/33.0.0 Safari/537.36",
        Device("desktop", "Slack 4", "Windows", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Code/1.95.0 Chrome/128.0.0.0 Electron/32.2.1 Safari/537.36",
        Device("desktop", "Code 1", "Windows", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) discord/0.0.320 Chrome/124.0.0.0 Electron/30.2.0 Safari/537.36",
        Device("desktop", "discord 0", "macOS", "Mac"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Electron/32.2.1 Safari/537.36",
        Device("desktop", "Electron 32", "Windows", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
        Device("mobile", "Firefox Mobile 48", "KaiOS 2.5", "Nokia 8110"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.15063",
        Device("mobile", "Edge Mobile 15", "Windows Phone 10.0", "Lumia 950"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
        Device("desktop", "IE 11", "Windows", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (Linux; Android 14; SM-S918B Build/UP1A.231005.007) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
        Device("mobile", "Samsung Internet 27", "Android 14", "Samsung SM-S918B"),
    ),
    (
        "makers",
        "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0",
        Device("mobile", "Firefox Mobile 143", "Android 15", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
        Device("desktop", "Firefox 143", "Ubuntu", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (X11; FreeBSD amd64; rv:143.0) Gecko/20100101 Firefox/143.0",
        Device("desktop", "Firefox 143", "FreeBSD", ""),
    ),
    (
        "makers",
        "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/UQ1A)",
        Device("", "", "Android 14", "Pixel 8"),
    ),
    (
        "makers",
        "Links (2.29; Linux 6.1 x86_64; GNU C 12; text)",
        Device("", "Links 2", "Linux 6.1", ""),
    ),
    (
        "makers",
        "Lynx/2.9.0 libwww-FM/2.14",
        Device("", "Lynx 2", "", ""),
    ),
    (
        "makers",
        "w3m/0.5.3+git20230121",
        Device("", "w3m 0", "", ""),
    ),
    (
        "makers",
        "Thunderbird/115",
        Device("", "Thunderbird 115", "", ""),
    ),
    (
        "makers",
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0",
        Device("desktop", "Thunderbird 128", "Linux", ""),
    ),
    (
        "makers",
        "Outlook-iOS/729.1.0",
        Device("", "Outlook-iOS 729", "", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        Device("mobile", "", "iOS 16.4", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 15_6_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.6.1 Mobile/15E148 Safari/604.1",
        Device("mobile", "Mobile Safari 15", "iOS 15.6", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/111.0.0.0 Safari/537.36",
        Device("desktop", "Chrome 111", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13; SM-A528B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Mobile Safari/537.36",
        Device("mobile", "Chrome Mobile 112", "Android 13", "Samsung SM-A528B"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/112.0.5615.70 Mobile/15E148 Safari/604.1",
        Device("mobile", "Chrome Mobile iOS 112", "iOS 16.4", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/260.0.523280039 Mobile/15E148 Safari/604.1",
        Device("mobile", "Google 260", "iOS 16.3", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.2 Safari/605.1.15",
        Device("desktop", "Safari 16", "macOS", "Mac"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36 Edg/112.0.1722.39",
        Device("desktop", "Edge 112", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36",
        Device("desktop", "Chrome 112", "Linux", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/20.0 Chrome/106.0.5249.126 Safari/537.36",
        Device("", "Samsung Internet 20", "Android", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 8.1.0; SM-T580) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36",
        Device("tablet", "Chrome 112", "Android 8.1", "SM-T580"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36",
        Device("desktop", "Chrome 112", "Chrome OS", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:109.0) Gecko/20100101 Firefox/112.0",
        Device("desktop", "Firefox 112", "macOS", "Mac"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/111.0.0.0 Safari/537.36",
        Device("desktop", "Chrome 111", "macOS", "Mac"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 6.1; Win64; x64; rv:109.0) Gecko/20100101 Firefox/112.0",
        Device("desktop", "Firefox 112", "Windows 7", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-A137F) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/20.0 Chrome/106.0.5249.126 Mobile Safari/537.36",
        Device("mobile", "Samsung Internet 20", "Android 13", "Samsung SM-A137F"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Android 13; Mobile; rv:109.0) Gecko/112.0 Firefox/112.0",
        Device("mobile", "Firefox Mobile 112", "Android 13", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_6) AppleWebKit/605.1.15 (KHTML, like Gecko)",
        Device("desktop", "", "macOS", "Mac"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/20D67 [FBAN/FBIOS;FBDV/iPhone12,1;FBMD/iPhone;FBSN/iOS;FBSV/16.3.1;FBSS/2;FBID/phone;FBLC/fr_FR;FBOP/5]",
        Device("mobile", "Facebook", "iOS 16.3", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/112.0",
        Device("desktop", "Firefox 112", "Ubuntu", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 16_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/260.0.523280039 Mobile/15E148 Safari/604.1",
        Device("tablet", "Google 260", "iOS 16.3", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 16_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/112.0.5615.70 Mobile/15E148 Safari/604.1",
        Device("tablet", "Chrome Mobile iOS 112", "iOS 16.4", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (SMART-TV; Linux; Tizen 5.5) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/3.0 Chrome/69.0.3497.106 TV Safari/537.36",
        Device("tv", "Samsung Internet 3", "Tizen 5.5", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1",
        Device("tablet", "Mobile Safari 12", "iOS 12.5", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; NetCast; U) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0.3945.79 Safari/537.36 SmartTV/10.0 Colt/2.0",
        Device("tv", "NetCast Smart TV 2", "Linux", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        Device("tablet", "", "iOS 16.3", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/112.0",
        Device("desktop", "Firefox 112", "Linux", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; JNY-LX1; HMSCore 6.10.0.312) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 HuaweiBrowser/13.0.4.302 Mobile Safari/537.36",
        Device("mobile", "Huawei Browser 13", "Android 10", "JNY-LX1"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 9; KFONWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/110.6.7 like Chrome/110.0.5481.212 Safari/537.36",
        Device("tablet", "Amazon Silk 110", "Android 9", "Fire tablet"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Flipboard/4.2.168",
        Device("mobile", "Flipboard 4", "iOS 16.4", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13; SM-A528B Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/411.1.0.29.112;]",
        Device("mobile", "Facebook 411", "Android 13", "Samsung SM-A528B"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.135 Mobile DuckDuckGo/5 Safari/537.36",
        Device("mobile", "DuckDuckGo 5", "Android 13", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/112.2  Mobile/15E148 Safari/605.1.15",
        Device("mobile", "Firefox iOS 112", "iOS 16.4", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Fedora; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/85.0.4183.121 Safari/537.36",
        Device("desktop", "Chrome 85", "Fedora", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36 Edg/112.0.1722.58",
        Device("desktop", "Edge 112", "macOS", "Mac"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [Pinterest/iOS]",
        Device("mobile", "Pinterest", "iOS 16.4", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13; SM-G781B Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.135 Mobile Safari/537.36;dailymotion-player-sdk-android 0.2.12",
        Device("mobile", "Chrome Mobile WebView 112", "Android 13", "Samsung SM-G781B"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Flipboard/4.2.168",
        Device("desktop", "Flipboard 4", "macOS", "Mac"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
        Device("bot", "Applebot", "", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.3 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
        Device("mobile", "DuckDuckGo 7", "iOS 16.3", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 9; AFTSS) AppleWebKit/537.36 (KHTML, like Gecko) Silk/110.6.7 like Chrome/110.0.5481.212 Safari/537.36",
        Device("tv", "Amazon Silk 110", "Android 9", "Fire TV"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 7.1.1; SAMSUNG SM-T550) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/20.0 Chrome/106.0.5249.126 Safari/537.36",
        Device("tablet", "Samsung Internet 20", "Android 7.1", "Samsung SM-T550"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (SMART-TV; Linux; Smart TV) AppleWebKit/537.36 (KHTML, like Gecko) Thano/3.0 Chrome/108.0.5359.128 Safari/537.36",
        Device("tv", "SmartTV WebBrowser 3", "Linux", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/20D67 [FBAN/FBIOS;FBDV/iPad12,1;FBMD/iPad;FBSN/iPadOS;FBSV/16.3.1;FBSS/2;FBID/tablet;FBLC/fr_FR;FBOP/5]",
        Device("tablet", "Facebook", "iOS 16.3", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.3 DuckDuckGo/7 Safari/605.1.15",
        Device("", "DuckDuckGo 7", "", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; U; Android 11; fr-fr; Redmi Note 10 Build/RKQ1.201022.002) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100.0.4896.127 Mobile Safari/537.36 XiaoMi/MiuiBrowser/13.27.0-gn",
        Device("mobile", "Miui Browser 13", "Android 11", "XiaoMi Redmi Note 10"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; U; Android 12; M2101K7BNY Build/SP1A.210812.016; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/106.0.5249.126 Mobile Safari/537.36 OPR/65.0.2254.63211",
        Device("mobile", "Opera Mobile 65", "Android 12", "M2101K7BNY"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 8.1.0; SM-T580 Build/M1AJQ; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.136 Safari/537.36;dailymotion-player-sdk-android 0.2.12",
        Device("tablet", "Chrome Mobile WebView 112", "Android 8.1", "Samsung SM-T580"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/534.24 (KHTML, like Gecko) Chrome/100.0.4896.127 Safari/534.24 XiaoMi/MiuiBrowser/13.27.0-gn",
        Device("", "Miui Browser 13", "Android", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 9; AFTSSS Build/PS7633.3445N; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/108.0.5359.160 Mobile Safari/537.36;dailymotion-player-sdk-android 0.2.7",
        Device("tv", "Chrome Mobile WebView 108", "Android 9", "Fire TV"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) EdgiOS/112.0.1722.44 Version/16.0 Mobile/15E148 Safari/604.1",
        Device("mobile", "Edge Mobile 112", "iOS 16.4", "iPhone"),
    ),
    (
        "visitors",
        "okhttp/4.9.3",
        Device("", "okhttp 4", "", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 280.0.0.13.116 (iPhone12,1; iOS 16_3_1; fr_FR; fr-FR; scale=2.00; 828x1792; 467822527) NW/3",
        Device("mobile", "Instagram 280", "iOS 16.3", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.3 Mobile/15E148 Snapchat/12.31.0.48 (like Safari/8614.4.6.0.6, panda)",
        Device("mobile", "Snapchat 12", "iOS 16.3", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; U; Android 12; en-US; M2010J19CG Build/SKQ1.211202.001) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/78.0.3904.108 UCBrowser/13.4.2.1307 Mobile Safari/537.36",
        Device("mobile", "UC Browser 13", "Android 12", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 11; SM-T510 Build/RP1A.200720.012; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.135 Safari/537.36 [FB_IAB/FB4A;FBAV/411.1.0.29.112;]",
        Device("tablet", "Facebook 411", "Android 11", "Samsung SM-T510"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/98.0.4758.102 AlohaBrowser/1.0.1.0 Safari/537.36",
        Device("desktop", "Aloha Browser 1", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) NewsBreak/23.16.0",
        Device("mobile", "NewsBreak 23", "iOS 16.3", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.5615.100 Safari/537.36 OPR/96.0.4693.50",
        Device("desktop", "Opera 96", "Linux", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; AGS3K-W09; HMSCore 6.10.0.311) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 HuaweiBrowser/13.0.4.302 Safari/537.36",
        Device("tablet", "Huawei Browser 13", "Android 10", "AGS3K-W09"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Version/16.3.1 Safari/605.1.15 AlohaBrowser/4.6.2",
        Device("mobile", "Aloha Browser 4", "iOS 16.3", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/98.0.4758.102 Safari/537.36",
        Device("bot", "HeadlessChrome", "", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.135 DuckDuckGo/5 Safari/537.36",
        Device("tablet", "DuckDuckGo 5", "Android 13", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 12; V2032; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/87.0.4280.141 Mobile Safari/537.36 VivoBrowser/10.1.2.0",
        Device("mobile", "Vivo Browser 10", "Android 12", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 9; SM-N960U) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.0.0 Mobile Safari/537.36 EdgA/110.0.1587.61",
        Device("mobile", "Edge Mobile 110", "Android 9", "Samsung SM-N960U"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 9; SM-G955F Build/PPR1.180610.011; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36 Flipboard/4.3.9/5352,4.3.9.5352",
        Device("mobile", "Flipboard 4", "Android 9", "Samsung SM-G955F"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:102.0) Gecko/20100101 Goanna/6.1 Firefox/102.0 PaleMoon/32.1.1",
        Device("desktop", "Pale Moon 32", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 12; EB2101 Build/RKQ1.211119.001) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.5615.101 Mobile Safari/537.36 OPX/1.9",
        Device("mobile", "Opera GX 1", "Android 12", "OnePlus EB2101"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/69.0.3497.81 Safari/537.36 Maxthon/5.3.8.2000",
        Device("desktop", "Maxthon 5", "Windows 7", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/102.0.5005.148 YaBrowser/22.7.2.902 Yowser/2.5 Safari/537.36",
        Device("desktop", "Yandex Browser 22", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.87 Safari/537.36 SE 2.X MetaSr 1.0",
        Device("desktop", "Sogou Explorer 1", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36 Edg/112.0.1722.58",
        Device("desktop", "Edge 112", "Linux", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; Infinix X660C Build/QP1A.190711.020) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.5615.135 Mobile Safari/537.36 OPT/2.9",
        Device("mobile", "Opera Touch 2", "Android 10", "Infinix X660C"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 11.1; TV BOX) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/75.0.3770.101 Safari/537.36",
        Device("tv", "Chrome 75", "Android 11.1", ""),
    ),
    (
        "visitors",
        "Dalvik/2.1.0 (Linux; U; Android 9; C3600 Build/PKQ1.190504.001)",
        Device("", "", "Android 9", "C3600"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 8.1.0; SM-T580) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/111.0.0.0 Safari/537.36 EdgA/111.0.1661.59",
        Device("tablet", "Edge Mobile 111", "Android 8.1", "SM-T580"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/103.0.5046.0 Safari/537.36 OPR/83.0.4254.70",
        Device("desktop", "Opera 83", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (SMART-TV; LINUX; Tizen 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/5.0 TV Safari/537.36",
        Device("tv", "Safari 5", "Tizen 5.0", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 8.1.0; Infinix X606C Build/O11019; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/70.0.3538.110 Mobile Safari/537.36 PHX/3.6",
        Device("mobile", "Phoenix Browser 3", "Android 8.1", "Infinix X606C"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.4 Mobile/15E148 Safari/604.1 OPT/3.6.1",
        Device("mobile", "Opera Touch 3", "iOS 16.4", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; U; Android 12; zh-cn; TECNO CH6i Build/SP1A.210812.016) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/103.0.5060.129 HiBrowser/v2.7.1.1 UWS/ Mobile Safari/537.36",
        Device("mobile", "HiBrowser 2", "Android 12", "TECNO CH6i"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [Pinterest/iOS]",
        Device("tablet", "Pinterest", "iOS 12.5", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Andr0id 9; TPM191E) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/77.0.3865.120 Safari/537.36 OPR/46.0.2207.0 OMI/4.20.3.56.Typhoon.59 Model/Philips-MT5599",
        Device("tv", "Opera 46", "Linux", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]/9.27.1877",
        Device("mobile", "LinkedIn 9", "iOS 16.3", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 15_6_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.6 Mobile/15E148 Safari/604.1 OPT/3.6.1",
        Device("tablet", "Opera Touch 3", "iOS 15.6", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; arm_64; Android 11; CPH2269) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0 YaBrowser/23.1.4.84.00 SA/3 Mobile Safari/537.36",
        Device("mobile", "Yandex Browser 23", "Android 11", "Oppo CPH2269"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 15_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) EdgiOS/112.0.1722.44 Version/15.0 Mobile/15E148 Safari/604.1",
        Device("tablet", "Edge Mobile 112", "iOS 15.6", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 6.0.1; SM-J500M Build/MMB29M) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/69.0.3497.100 Mobile Safari/537.36 Instagram 37.0.0.21.97 Android (23/6.0.1; 640dpi; 1440x2560; samsung; en-US; SM-N910F; trlte; qcom; pt_PT; 98288242)",
        Device("mobile", "Instagram 37", "Android 6.0", "Samsung SM-J500M"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) coc_coc_browser/81.0.158 Chrome/75.0.3770.158 Safari/537.36",
        Device("desktop", "Coc Coc 81", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (compatible; proximic; +https://www.comscore.com/Web-Crawler)",
        Device("bot", "proximic", "", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; U; Android 10; en-gb; RMX2020 Build/QP1A.190711.020) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/91.0.4472.88 Mobile Safari/537.36 HeyTapBrowser/45.9.3.1.1",
        Device("mobile", "HeyTap Browser 45", "Android 10", "Oppo RMX2020"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; MI 8 Lite Build/QKQ1.190910.002; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36 TwitterAndroid",
        Device("mobile", "Twitter", "Android 10", "XiaoMi MI 8 Lite"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13; SM-G986N) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.0.0 Whale/2.9.3.2 Mobile Safari/537.36",
        Device("mobile", "Whale 2", "Android 13", "Samsung SM-G986N"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux ) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/67.0.3396.99 Safari/537.36 OPR/46.0.2207.0 OMI/4.13.5.431.SIERRA.164 Model/Vestel-MB230 VSTVB MB200 HbbTV/1.5.1 (+DRM; ESSENTIELB; MB230; 0.51.49.0; ; _TV_NT72671_2019;) SmartTvA/3.0.0",
        Device("tv", "HbbTV 1", "Linux", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13; CPH2145 Build/TP1A.220905.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.101 Mobile Safari/537.36 Line/13.5.1 LIFF",
        Device("mobile", "LINE 13", "Android 13", "Oppo CPH2145"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.4 Mobile/15E148 Safari/605.1 NAVER(inapp; search; 1010; 11.22.1; 13MINI)",
        Device("mobile", "NAVER 11", "iOS 16.4", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; SM-G960F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/101.0.4951.41 Mobile Safari/537.36 (Ecosia android@101.0.4951.41)",
        Device("mobile", "Ecosia Android 101", "Android 10", "Samsung SM-G960F"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Android 13; Mobile; rv:109.0) Gecko/111.0 MaxBrowser/111.0",
        Device("mobile", "MaxBrowser 111", "Android 13", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.3 Mobile/15E148 Safari/604.1 OPX/1.9.4",
        Device("mobile", "Opera GX 1", "iOS 16.3", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Linux x86_64; Quest 2) AppleWebKit/537.36 (KHTML, like Gecko) OculusBrowser/26.3.0.13.55.467458615 SamsungBrowser/4.0 Chrome/110.0.5481.208 VR Safari/537.36",
        Device("", "Oculus Browser 26", "Android", "Quest 2"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; CDY-AN00 Build/HUAWEICDY-AN00; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/97.0.4692.98 Mobile Safari/537.36 T7/13.32 BDOS/1.0 (HarmonyOS 2.2.0) SP-engine/2.70.0 baiduboxapp/13.32.0.10 (Baidu; P1 10) NABar/1.0",
        Device("mobile", "Baidu Explorer 13", "HarmonyOS", "CDY-AN00"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 11; SM-A107M Build/RP1A.200720.012; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100.0.4896.127 Mobile Safari/537.36 GSA/13.15.10.23.arm",
        Device("mobile", "Google 13", "Android 11", "Samsung SM-A107M"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13; SM-G780F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/106.0.5249.65 Mobile Safari/537.36 AlohaBrowser/4.9.3",
        Device("mobile", "Aloha Browser 4", "Android 13", "Samsung SM-G780F"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 11; TECNO KG5k) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.5481.192 Safari/537.36 OPR/74.2.3922.71774",
        Device("tablet", "Opera 74", "Android 11", "TECNO KG5k"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13; SM-F936B Build/TP1A.220624.014) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.5615.135 Safari/537.36 OPX/2.0",
        Device("tablet", "Opera GX 2", "Android 13", "Samsung SM-F936B"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Flipboard/4.2.154",
        Device("tablet", "Flipboard 4", "iOS 12.5", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/106.0.0.0 Safari/537.36 Edg/106.0.1370.35",
        Device("console", "Edge 106", "Windows", "Xbox One"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 16_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/13.5.1",
        Device("tablet", "LINE 13", "iOS 16.2", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_6) AppleWebKit/605.1.15 (KHTML, like Gecko) EdgiOS/112 Version/13.0.3 Safari/605.1.15",
        Device("", "Edge Mobile 112", "iOS", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Win64; x64; Trident/5.0)",
        Device("desktop", "IE 9", "Windows 7", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; HarmonyOS; BAH3-W09; HMSCore 6.10.0.312) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 HuaweiBrowser/13.0.4.302 Safari/537.36",
        Device("tablet", "Huawei Browser 13", "HarmonyOS", "BAH3-W09"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 KAKAOTALK 10.1.8",
        Device("mobile", "KakaoTalk 10", "iOS 16.3", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 9; AMN-LX9 Build/HUAWEIAMN-LX9; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.135 Mobile Safari/537.36 Snapchat/12.30.0.27 (AMN-LX9; Android 9#9.1.0.306C431#28; gzip)",
        Device("mobile", "Snapchat 12", "Android 9", "AMN-LX9"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Silk/110.6.7 like Chrome/110.0.5481.212 Safari/537.36",
        Device("", "Amazon Silk 110", "", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 12; V2111) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/85.0.4183.127 Mobile Safari/537.36  Instabridge/22",
        Device("mobile", "Instabridge 22", "Android 12", "V2111"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36 Sleipnir/6.4.22",
        Device("desktop", "Sleipnir 6", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Whale/3.20.182.14 Safari/537.36",
        Device("desktop", "Whale 3", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/102.0.9999.0 Iron Safari/537.36",
        Device("desktop", "Iron 102", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 11; SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/81.0.4044.117 Mobile Safari/537.36",
        Device("tv", "Chrome Mobile 81", "Android 11", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) NewsBreak/23.16.0",
        Device("desktop", "NewsBreak 23", "macOS", "Mac"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 15_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.0 YaBrowser/23.3.6.285.10 SA/3 Mobile/15E148 Safari/604.1",
        Device("mobile", "Yandex Browser 23", "iOS 15.7", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13; SM-F711N Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36;KAKAOTALK 2410180",
        Device("mobile", "KakaoTalk", "Android 13", "Samsung SM-F711N"),
    ),
    (
        "visitors",
        "MXPlayer/1.62.8/2001001940; Android/29",
        Device("", "MXPlayer 1", "Android", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 11; SM-T510) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/101.0.4951.41 Safari/537.36 (Ecosia android@101.0.4951.41)",
        Device("tablet", "Ecosia Android 101", "Android 11", "SM-T510"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 280.0.0.13.116 (iPad11,6; iPadOS 16_3_1; en_LB; en-LB; scale=2.00; 750x1334; 467822527)",
        Device("tablet", "Instagram 280", "iOS 16.3", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 11; SM-A307GN Build/RP1A.200720.012; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/108.0.5359.128 Mobile Safari/537.36 JsSdk/2 TopBuzz/4.2.5 NetType/mobile",
        Device("mobile", "TopBuzz 4", "Android 11", "Samsung SM-A307GN"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/13.6.1 LIFF",
        Device("mobile", "LINE 13", "iOS 16.4", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 8.1.0; vivo X9s L Build/OPM1.171019.019; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/75.0.3770.156 Mobile Safari/537.36 JsSdk/2 VideoArticle/10.1.8 NetType/wifi BytedanceWebview/d8a21c6 TTWebView/0751130025537",
        Device("mobile", "TikTok", "Android 8.1", "vivo X9s L"),
    ),
    (
        "visitors",
        "PTVAppBrowser/1.2",
        Device("", "PTVAppBrowser 1", "", ""),
    ),
    (
        "visitors",
        "chrome",
        Device("", "", "", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 11; SM-A202F Build/RP1A.200720.012; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/87.0.4280.141 Mobile Safari/537.36 [Pinterest/Android]",
        Device("mobile", "Pinterest", "Android 11", "Samsung SM-A202F"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) y8-browser/1.0.10 Chrome/73.0.3683.121 Electron/5.0.13 Safari/537.36",
        Device("desktop", "y8-browser 1", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 5.1; rv:68.0) Gecko/20100101 Firefox/68.0 Mypal/68.12.3",
        Device("desktop", "Mypal Browser 68", "Windows XP", ""),
    ),
    (
        "visitors",
        "Dalvik/2.1.0 (Linux; U; Android 9; SMART TV Build/PPR2.180905.006.A1)",
        Device("tv", "", "Android 9", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Android 4.4.4; Tablet; rv:68.0) Gecko/68.0 Firefox/68.0",
        Device("tablet", "Firefox Mobile 68", "Android 4.4", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; HarmonyOS; CLT-AL00; HMSCore 6.10.0.312; GMSCore 22.15.14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 HuaweiBrowser/13.0.5.302 Mobile Safari/537.36",
        Device("mobile", "Huawei Browser 13", "HarmonyOS", "CLT-AL00"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Valve Steam GameOverlay/1679680416) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/85.0.4183.121 Safari/537.36",
        Device("desktop", "Steam GameOverlay 85", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        Device("mobile", "", "iOS 16.3", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/112.0.5615.70 Mobile/15E148 Safari/604.1",
        Device("mobile", "Chrome Mobile iOS 112", "iOS 16.3", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/261.0.525226904 Mobile/15E148 Safari/604.1",
        Device("mobile", "Google 261", "iOS 16.4", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.0 Mobile/15E148 Safari/604.1",
        Device("mobile", "Mobile Safari 16", "iOS 16.0", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; MAR-LX1A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Mobile Safari/537.36",
        Device("mobile", "Chrome Mobile 112", "Android 10", "MAR-LX1A"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/111.0.5563.147 Safari/537.36",
        Device("desktop", "Chrome 111", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36",
        Device("tablet", "Chrome 112", "Android", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.6.1 Safari/605.1.15",
        Device("desktop", "Safari 15", "macOS", "Mac"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) Gecko/20100101 Firefox/111.0",
        Device("desktop", "Firefox 111", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-A528B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/20.0 Chrome/106.0.5249.126 Mobile Safari/537.36",
        Device("mobile", "Samsung Internet 20", "Android 13", "Samsung SM-A528B"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/111.0.0.0 Safari/537.36",
        Device("desktop", "Chrome 111", "Chrome OS", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36 Edg/109.0.1518.100",
        Device("desktop", "Edge 109", "Windows 7", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.0.0 Safari/537.36",
        Device("desktop", "Chrome 110", "macOS", "Mac"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Android 12; Mobile; rv:109.0) Gecko/112.0 Firefox/112.0",
        Device("mobile", "Firefox Mobile 112", "Android 12", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/20E252 [FBAN/FBIOS;FBDV/iPhone12,1;FBMD/iPhone;FBSN/iOS;FBSV/16.4.1;FBSS/2;FBID/phone;FBLC/fr_FR;FBOP/5]",
        Device("mobile", "Facebook", "iOS 16.4", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 16_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/112.0.5615.70 Mobile/15E148 Safari/604.1",
        Device("tablet", "Chrome Mobile iOS 112", "iOS 16.3", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 16_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/261.0.525226904 Mobile/15E148 Safari/604.1",
        Device("tablet", "Google 261", "iOS 16.3", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 16_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.4 Mobile/15E148 Safari/604.1",
        Device("tablet", "Mobile Safari 16", "iOS 16.4", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/4.0 Chrome/76.0.3809.146 TV Safari/537.36",
        Device("tv", "Samsung Internet 4", "Tizen 6.0", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.12; rv:109.0) Gecko/20100101 Firefox/112.0",
        Device("desktop", "Firefox 112", "macOS 10.12", "Mac"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/111.0.5563.115 Safari/537.36",
        Device("desktop", "Chrome 111", "Linux", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; PPA-LX2; HMSCore 6.10.0.311) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 HuaweiBrowser/13.0.4.302 Mobile Safari/537.36",
        Device("mobile", "Huawei Browser 13", "Android 10", "PPA-LX2"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 9; KFTRPWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/110.6.7 like Chrome/110.0.5481.212 Safari/537.36",
        Device("tablet", "Amazon Silk 110", "Android 9", "Fire tablet"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13; SM-A528B Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.101 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/411.1.0.29.112;]",
        Device("mobile", "Facebook 411", "Android 13", "Samsung SM-A528B"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/112.2  Mobile/15E148 Safari/605.1.15",
        Device("mobile", "Firefox iOS 112", "iOS 16.3", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 16_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        Device("tablet", "", "iOS 16.4", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [Pinterest/iOS]",
        Device("mobile", "Pinterest", "iOS 16.3", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13; SM-G991B Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.135 Mobile Safari/537.36;dailymotion-player-sdk-android 0.2.12",
        Device("mobile", "Chrome Mobile WebView 112", "Android 13", "Samsung SM-G991B"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 11) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.136 Mobile DuckDuckGo/5 Safari/537.36",
        Device("mobile", "DuckDuckGo 5", "Android 11", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Flipboard/4.2.168",
        Device("mobile", "Flipboard 4", "iOS 16.3", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.4 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
        Device("mobile", "DuckDuckGo 7", "iOS 16.4", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/19.0 Chrome/102.0.5005.125 Safari/537.36",
        Device("", "Samsung Internet 19", "Android", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 9; SAMSUNG SM-T820) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/20.0 Chrome/106.0.5249.126 Safari/537.36",
        Device("tablet", "Samsung Internet 20", "Android 9", "Samsung SM-T820"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Linux x86_64; rv:91.0) Gecko/20100101 Firefox/91.0",
        Device("desktop", "Firefox 91", "Linux", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 9; AFTSSS) AppleWebKit/537.36 (KHTML, like Gecko) Silk/110.6.7 like Chrome/110.0.5481.212 Safari/537.36",
        Device("tv", "Amazon Silk 110", "Android 9", "Fire TV"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; NetCast; U) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/87.0.3945.79 Safari/537.36 SmartTV/10.0 Colt/2.0",
        Device("tv", "NetCast Smart TV 2", "Linux", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; U; Android 10; fr-fr; Redmi Note 7 Build/QKQ1.190910.002) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100.0.4896.127 Mobile Safari/537.36 XiaoMi/MiuiBrowser/13.25.2-gn",
        Device("mobile", "Miui Browser 13", "Android 10", "XiaoMi Redmi Note 7"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; U; Android 9; CPH2015 Build/PPR1.180610.011; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/94.0.4606.61 Mobile Safari/537.36 OPR/68.0.2254.65356",
        Device("mobile", "Opera Mobile 68", "Android 9", "Oppo CPH2015"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 9; AFTSS Build/PS7633.3445N; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/108.0.5359.160 Mobile Safari/537.36;dailymotion-player-sdk-android 0.2.7",
        Device("tv", "Chrome Mobile WebView 108", "Android 9", "Fire TV"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; AGS3-W09 Build/HUAWEIAGS3-W09; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/88.0.4324.93 Safari/537.36 [FB_IAB/FB4A;FBAV/308.0.0.42.118;]",
        Device("tablet", "Facebook 308", "Android 10", "AGS3-W09"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_12_6) AppleWebKit/603.3.8 (KHTML, like Gecko)",
        Device("desktop", "", "macOS 10.12", "Mac"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/20D67 [FBAN/FBIOS;FBDV/iPad11,6;FBMD/iPad;FBSN/iPadOS;FBSV/16.3.1;FBSS/2;FBID/tablet;FBLC/en_GB;FBOP/5]",
        Device("tablet", "Facebook", "iOS 16.3", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_1_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 280.0.0.13.116 (iPhone12,1; iOS 16_1_2; es_ES; es-ES; scale=2.00; 828x1792; 467822527)",
        Device("mobile", "Instagram 280", "iOS 16.1", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; U; Android 12; en-US; M2101K6G Build/SKQ1.210908.001) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/78.0.3904.108 UCBrowser/13.4.2.1307 Mobile Safari/537.36",
        Device("mobile", "UC Browser 13", "Android 12", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 12; SM-T505N Build/SP1A.210812.016; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.136 Safari/537.36",
        Device("tablet", "Chrome Mobile WebView 112", "Android 12", "Samsung SM-T505N"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:88.0) Gecko/20100101 Firefox/88.0",
        Device("desktop", "Firefox 88", "Ubuntu", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36 Edg/112.0.1722.39",
        Device("desktop", "Edge 112", "macOS", "Mac"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; ELE-L29) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/111.0.0.0 Mobile Safari/537.36 EdgA/111.0.1661.59",
        Device("mobile", "Edge Mobile 111", "Android 10", "Huawei ELE-L29"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; AGS3-W09; HMSCore 6.10.0.311) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 HuaweiBrowser/13.0.4.302 Safari/537.36",
        Device("tablet", "Huawei Browser 13", "Android 10", "AGS3-W09"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) EdgiOS/112.0.1722.44 Version/16.0 Mobile/15E148 Safari/604.1",
        Device("mobile", "Edge Mobile 112", "iOS 16.3", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) NewsBreak/23.16.0",
        Device("mobile", "NewsBreak 23", "iOS 16.4", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 6.3; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/109.0.5414.129 Safari/537.36",
        Device("bot", "HeadlessChrome", "", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13; CPH2359 Build/TP1A.220905.001) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.5615.136 Mobile Safari/537.36 OPX/2.0",
        Device("mobile", "Opera GX 2", "Android 13", "Oppo CPH2359"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 9; ANE-LX1 Build/HUAWEIANE-L21; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.135 Mobile Safari/537.36 Flipboard/4.3.9/5352,4.3.9.5352",
        Device("mobile", "Flipboard 4", "Android 9", "ANE-LX1"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.6 DuckDuckGo/7 Safari/605.1.15",
        Device("", "DuckDuckGo 7", "", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (SMART-TV; LINUX; Tizen 5.5) AppleWebKit/537.36 (KHTML, like Gecko) 69.0.3497.106/5.5 TV Safari/537.36",
        Device("tv", "Safari", "Tizen 5.5", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.0.0 YaBrowser/23.3.3.719 Yowser/2.5 Safari/537.36",
        Device("desktop", "Yandex Browser 23", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.4 Mobile/15E148 Snapchat/12.31.0.48 (like Safari/8615.1.26.10.24, panda)",
        Device("mobile", "Snapchat 12", "iOS 16.4", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]/9.27.1877",
        Device("mobile", "LinkedIn 9", "iOS 16.4", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Andr0id 9; BRAVIA 4K GB Build/PTT1.190515.001.S52) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/67.0.3396.99 Safari/537.36 OPR/46.0.2207.0 OMI/4.13.5.431.DIA5HBBTV.250 Model/Sony-BRAVIA-4K-GB",
        Device("tv", "Opera 46", "Linux", "BRAVIA"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; arm_64; Android 11; M2012K11AG) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0 YaApp_Android/23.14.1 YaSearchBrowser/23.14.1 BroPP/1.0 SA/3 Mobile Safari/537.36",
        Device("mobile", "Yandex Browser 23", "Android 11", "M2012K11AG"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.3 Mobile/15E148 Safari/604.1 OPT/3.6.1",
        Device("mobile", "Opera Touch 3", "iOS 16.3", "iPhone"),
    ),
    (
        "visitors",
        "Dalvik/2.1.0 (Linux; U; Android 10; vivo 2015 Build/QP1A.190711.020)",
        Device("", "", "Android 10", "vivo 2015"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 9; V1930A Build/PKQ1.190616.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/87.0.4280.141 Mobile Safari/537.36 VivoBrowser/14.7.0.4",
        Device("mobile", "Vivo Browser 14", "Android 9", "V1930A"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13; V2202 Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/108.0.5359.128 Mobile Safari/537.36 Line/13.2.1 LIFF",
        Device("mobile", "LINE 13", "Android 13", "V2202"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 16_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) EdgiOS/112.0.1722.44 Version/16.0 Mobile/15E148 Safari/604.1",
        Device("tablet", "Edge Mobile 112", "iOS 16.4", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/534.24 (KHTML, like Gecko) Chrome/100.0.4896.127 Safari/534.24 XiaoMi/MiuiBrowser/13.16.1-gn",
        Device("", "Miui Browser 13", "Android", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; U; Android 11; zh-cn; TECNO BD2p Build/SP1A.210812.016) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/103.0.5060.129 HiBrowser/v2.5.13.3 UWS/ Mobile Safari/537.36",
        Device("mobile", "HiBrowser 2", "Android 11", "TECNO BD2p"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; U; Android 13; zh-my; CPH2339 Build/TP1A.220905.001) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/91.0.4472.88 Mobile Safari/537.36 HeyTapBrowser/45.9.4.1.1",
        Device("mobile", "HeyTap Browser 45", "Android 13", "Oppo CPH2339"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 12; SM-A125F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/101.0.4951.41 Mobile Safari/537.36 (Ecosia android@101.0.4951.41)",
        Device("mobile", "Ecosia Android 101", "Android 12", "Samsung SM-A125F"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 12; M2102J20SG Build/SKQ1.211006.001) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.5615.135 Mobile Safari/537.36 OPT/2.9",
        Device("mobile", "Opera Touch 2", "Android 12", "M2102J20SG"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; SNE-LX1 Build/HUAWEISNE-L01; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.135 Mobile Safari/537.36 TwitterAndroid",
        Device("mobile", "Twitter", "Android 10", "SNE-LX1"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Flipboard/4.2.142",
        Device("desktop", "Flipboard 4", "macOS", "Mac"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 11; SMART TV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/73.0.3683.90 Safari/537.36",
        Device("tv", "Chrome 73", "Android 11", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_1_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.1 Mobile/15E148 Safari/605.1 NAVER(inapp; search; 1010; 11.22.1; 13PRO)",
        Device("mobile", "NAVER 11", "iOS 16.1", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.101 DuckDuckGo/5 Safari/537.36",
        Device("tablet", "DuckDuckGo 5", "Android 13", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13; SM-G781B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/107.0.0.0 Mobile Safari/537.36 ABB/3.3.0",
        Device("mobile", "Aloha Browser 3", "Android 13", "Samsung SM-G781B"),
    ),
    (
        "visitors",
        "okhttp/4.9.0",
        Device("", "okhttp 4", "", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.0.0 Safari/537.36 Edg/110.0.1587.54",
        Device("desktop", "Edge 110", "Linux", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 15_7_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [Pinterest/iOS]",
        Device("tablet", "Pinterest", "iOS 15.7", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 11; moto e40 Build/ROQ31.166-76; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.101 Mobile Safari/537.36 GSA/14.16.25.28.arm64",
        Device("mobile", "Google 14", "Android 11", "Motorola e40"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13; SM-P610 Build/TP1A.220624.014) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.5615.135 Safari/537.36 OPX/1.9",
        Device("tablet", "Opera GX 1", "Android 13", "Samsung SM-P610"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Version/16.4.1 Safari/605.1.15 AlohaBrowser/4.6.2",
        Device("mobile", "Aloha Browser 4", "iOS 16.4", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) coc_coc_browser/78.0.136 Chrome/72.0.3626.136 Safari/537.36",
        Device("desktop", "Coc Coc 78", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36 Edg/112.0.1722.32",
        Device("console", "Edge 112", "Windows", "Xbox One"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; YAL-L21 Build/HUAWEIYAL-L61; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/111.0.5563.116 Mobile Safari/537.36 Snapchat/12.30.0.27 (YAL-L21; Android 10#10.1.0.249C431#29; gzip)",
        Device("mobile", "Snapchat 12", "Android 10", "YAL-L21"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; U; Android 11; fr-fr; TECNO BE6 Build/RP1A.200720.011) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/97.0.4692.98 Mobile Safari/537.36 PHX/12.4",
        Device("mobile", "Phoenix Browser 12", "Android 11", "TECNO BE6"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 16_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/13.6.1",
        Device("tablet", "LINE 13", "iOS 16.4", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 11; SM-T505) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36 EdgA/112.0.1722.46",
        Device("tablet", "Edge Mobile 112", "Android 11", "SM-T505"),
    ),
    (
        "visitors",
        "vilaweb-ios-app-v2",
        Device("", "", "", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; HarmonyOS; MRX-W09; HMSCore 6.10.0.312) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 HuaweiBrowser/13.0.4.302 Safari/537.36",
        Device("tablet", "Huawei Browser 13", "HarmonyOS", "MRX-W09"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 11; Infinix X657B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/85.0.4183.127 Mobile Safari/537.36  Instabridge/22",
        Device("mobile", "Instabridge 22", "Android 11", "Infinix X657B"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 13; SM-A515F Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.101 Mobile Safari/537.36 JsSdk/2 TopBuzz/4.4.5 NetType/WIFI",
        Device("mobile", "TopBuzz 4", "Android 13", "Samsung SM-A515F"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Android 7.0; Tablet; rv:109.0) Gecko/110.0 Firefox/110.0",
        Device("tablet", "Firefox Mobile 110", "Android 7.0", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 9; SM-A105M Build/PPR1.180610.011; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36 [Pinterest/Android]",
        Device("mobile", "Pinterest", "Android 9", "Samsung SM-A105M"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPad; CPU OS 16_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 278.0.0.19.115 (iPad7,5; iPadOS 16_4_1; en_EG; en-EG; scale=2.00; 750x1334; 463736449)",
        Device("tablet", "Instagram 278", "iOS 16.4", "iPad"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 10; HarmonyOS; GLK-AL00; HMSCore 6.10.0.312) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 HuaweiBrowser/13.0.4.302 Mobile Safari/537.36",
        Device("mobile", "Huawei Browser 13", "HarmonyOS", "GLK-AL00"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.5481.192 Safari/537.36 OPR/96.0.4693.50",
        Device("desktop", "Opera 96", "Linux", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (SMART-TV; Linux; Smart TV) AppleWebKit/537.36 (KHTML, like Gecko) Thano/3.0 Chrome/98.0.4758.102 TV Safari/537.36",
        Device("tv", "SmartTV WebBrowser 3", "Linux", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux ) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/77.0.3865.120 Safari/537.36 OPR/46.0.2207.0 OMI/4.20.5.61.LIMA.179 Model/Vestel-MB180 VSTVB MB100 HbbTV/1.5.1 (+DRM; NABO; MB180; 1.48.1.0; ; _TV_G32_2020;) SmartTvA/3.0.0",
        Device("tv", "HbbTV 1", "Linux", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/13.6.1",
        Device("mobile", "LINE 13", "iOS 16.0", "iPhone"),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; WOW64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.5631.219 Safari/537.36 OPR/97.0.4344.93",
        Device("desktop", "Opera 97", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0 Iron Safari/537.36",
        Device("desktop", "Iron 108", "Windows", ""),
    ),
    (
        "visitors",
        "Mozilla/5.0 (Linux; Android 11; SM-T290) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.5481.192 Safari/537.36 OPR/74.3.3922.71982",
        Device("tablet", "Opera 74", "Android 11", "SM-T290"),
    ),
]
