/** What kind of place a source is; it decides between `organic_search` and `paid_social` and the like. */
export type SourceKind =
  | 'search'
  | 'social'
  | 'video'
  | 'shopping'
  | 'ai'
  | 'email'
  | 'display'
  | 'referral'
  | 'ignored';

/**
 * One known source. `hosts` match themselves and every subdomain, the longest match wins; `name.*` stands for the
 * registrable domain `name` under any public suffix; `app:` is the id of an Android app (`android-app://…` referrers).
 * `words` are further spellings in `utm_source`; the source's own name and its hosts always count.
 */
export interface SourceRule {
  source: string;
  kind: SourceKind;
  hosts: readonly string[];
  words: readonly string[];
}

type Row = readonly [source: string, hosts: string, words?: string];

const rowsByKind: Record<SourceKind, readonly Row[]> = {
  search: [
    [
      'google',
      'google.* goo.gl app:com.google.android.googlequicksearchbox',
      'adwords googleads google-ads google_ads google-adwords',
    ],
    ['bing', 'bing.com', 'bingads bing-ads bing_ads microsoft microsoft-ads microsoftads'],
    ['yahoo', 'yahoo.* yahoo.co.jp'],
    ['duckduckgo', 'duckduckgo.com app:com.duckduckgo.mobile.android', 'ddg'],
    ['yandex', 'yandex.* ya.ru', 'yandex-direct yandex_direct'],
    ['baidu', 'baidu.com'],
    ['ecosia', 'ecosia.org'],
    ['brave', 'search.brave.com'],
    ['startpage', 'startpage.com'],
    ['qwant', 'qwant.com'],
    ['kagi', 'kagi.com'],
    ['naver', 'naver.com'],
    ['daum', 'daum.net'],
    ['seznam', 'seznam.cz', 'sklik'],
    ['sogou', 'sogou.com'],
    ['360', 'so.com'],
    ['shenma', 'sm.cn'],
    ['aol', 'aol.com'],
    ['ask', 'ask.com'],
    ['msn', 'msn.com'],
    ['mail.ru', 'mail.ru'],
    ['rambler', 'rambler.ru'],
    ['coccoc', 'coccoc.com'],
    ['swisscows', 'swisscows.com'],
    ['mojeek', 'mojeek.com'],
    ['metager', 'metager.org metager.de'],
    ['presearch', 'presearch.com presearch.org'],
    ['petal', 'petalsearch.com'],
    ['dogpile', 'dogpile.com'],
    ['lycos', 'lycos.com'],
    ['you.com', 'you.com'],
  ],
  social: [
    [
      'facebook',
      'facebook.com fb.com fb.me fb.watch app:com.facebook.katana',
      'fb facebook-ads facebook_ads facebookads meta meta-ads meta_ads',
    ],
    ['instagram', 'instagram.com ig.me app:com.instagram.android', 'ig insta instagram-ads'],
    ['threads', 'threads.net threads.com'],
    ['messenger', 'messenger.com m.me app:com.facebook.orca'],
    ['whatsapp', 'whatsapp.com wa.me app:com.whatsapp', 'wa'],
    ['twitter', 'twitter.com x.com t.co app:com.twitter.android', 'x twitter-ads'],
    ['linkedin', 'linkedin.com lnkd.in app:com.linkedin.android', 'li linkedin-ads linkedinads'],
    ['reddit', 'reddit.com redd.it app:com.reddit.frontpage', 'reddit-ads'],
    ['pinterest', 'pinterest.* pin.it app:com.pinterest', 'pinterest-ads'],
    ['tiktok', 'tiktok.com app:com.zhiliaoapp.musically', 'tt tiktok-ads tiktokads'],
    ['snapchat', 'snapchat.com app:com.snapchat.android', 'snap'],
    ['bluesky', 'bsky.app bsky.social', 'bsky'],
    [
      'mastodon',
      'mastodon.social mastodon.online mstdn.social fosstodon.org hachyderm.io app:org.joinmastodon.android',
    ],
    ['telegram', 't.me telegram.org telegram.me app:org.telegram.messenger', 'tg'],
    ['discord', 'discord.com discord.gg discordapp.com app:com.discord'],
    ['slack', 'slack.com app:com.slack'],
    ['quora', 'quora.com'],
    ['hackernews', 'news.ycombinator.com', 'hn'],
    ['producthunt', 'producthunt.com', 'product-hunt product_hunt'],
    ['indiehackers', 'indiehackers.com'],
    ['lobsters', 'lobste.rs'],
    ['tumblr', 'tumblr.com'],
    ['medium', 'medium.com'],
    ['substack', 'substack.com'],
    ['vk', 'vk.com vk.ru vkontakte.ru', 'vkontakte'],
    ['ok', 'ok.ru'],
    ['weibo', 'weibo.com weibo.cn t.cn'],
    ['wechat', 'weixin.qq.com wechat.com', 'weixin'],
    ['zhihu', 'zhihu.com'],
    ['xiaohongshu', 'xiaohongshu.com xhslink.com', 'rednote'],
    ['line', 'line.me'],
    ['kakao', 'kakao.com'],
    ['xing', 'xing.com'],
    ['nextdoor', 'nextdoor.com'],
    ['meetup', 'meetup.com'],
    ['skool', 'skool.com'],
  ],
  video: [
    ['youtube', 'youtube.com youtu.be youtube-nocookie.com app:com.google.android.youtube', 'yt youtube-ads'],
    ['vimeo', 'vimeo.com'],
    ['twitch', 'twitch.tv'],
    ['dailymotion', 'dailymotion.com dai.ly'],
    ['rumble', 'rumble.com'],
    ['kick', 'kick.com'],
    ['bilibili', 'bilibili.com b23.tv'],
    ['niconico', 'nicovideo.jp'],
    ['loom', 'loom.com'],
    ['wistia', 'wistia.com'],
  ],
  shopping: [
    ['amazon', 'amazon.* amzn.to amzn.eu', 'amazon-ads'],
    ['ebay', 'ebay.*'],
    ['etsy', 'etsy.com'],
    ['walmart', 'walmart.com'],
    ['aliexpress', 'aliexpress.com'],
    ['alibaba', 'alibaba.com'],
    ['temu', 'temu.com'],
    ['shopee', 'shopee.*'],
    ['mercadolibre', 'mercadolibre.* mercadolivre.com.br'],
    ['rakuten-shopping', 'rakuten.co.jp'],
    ['idealo', 'idealo.*'],
    ['google-shopping', 'shopping.google.com', 'googleshopping google_shopping'],
    ['shop-app', 'shop.app'],
  ],
  ai: [
    ['chatgpt', 'chatgpt.com chat.openai.com app:com.openai.chatgpt', 'openai'],
    ['claude', 'claude.ai claude.com app:com.anthropic.claude', 'anthropic'],
    ['gemini', 'gemini.google.com bard.google.com app:com.google.android.apps.bard'],
    ['copilot', 'copilot.microsoft.com copilot.cloud.microsoft m365.cloud.microsoft'],
    ['perplexity', 'perplexity.ai app:ai.perplexity.app.android'],
    ['deepseek', 'deepseek.com'],
    ['grok', 'grok.com x.ai'],
    ['mistral', 'chat.mistral.ai mistral.ai', 'lechat le-chat'],
    ['meta-ai', 'meta.ai'],
    ['poe', 'poe.com'],
    ['phind', 'phind.com'],
    ['kimi', 'kimi.com kimi.moonshot.cn'],
    ['qwen', 'chat.qwen.ai qwen.ai'],
    ['doubao', 'doubao.com'],
    ['notebooklm', 'notebooklm.google.com notebooklm.google'],
  ],
  email: [
    ['gmail', 'mail.google.com gmail.com app:com.google.android.gm'],
    [
      'outlook',
      'outlook.com outlook.live.com outlook.office.com outlook.office365.com outlook.cloud.microsoft hotmail.com app:com.microsoft.office.outlook',
    ],
    ['yahoo-mail', 'mail.yahoo.com mail.yahoo.co.jp'],
    ['icloud-mail', 'icloud.com'],
    ['proton-mail', 'mail.proton.me proton.me protonmail.com'],
    ['fastmail', 'fastmail.com'],
    ['zoho-mail', 'mail.zoho.com mail.zoho.eu'],
    ['aol-mail', 'mail.aol.com'],
    ['gmx', 'gmx.net gmx.com gmx.de'],
    ['web.de', 'web.de'],
    ['yandex-mail', 'mail.yandex.ru mail.yandex.com'],
    ['mail.ru-mail', 'e.mail.ru'],
    ['naver-mail', 'mail.naver.com'],
    ['qq-mail', 'mail.qq.com'],
    ['hey', 'app.hey.com'],
    ['mailchimp', 'mailchimp.com campaign-archive.com list-manage.com'],
    ['klaviyo', 'klaviyo.com klaviyomail.com'],
    ['sendgrid', 'sendgrid.net sendgrid.com'],
    ['brevo', 'brevo.com sendinblue.com'],
    ['hubspot', 'hubspotemail.net', 'hs_email hs-email'],
    ['kit', 'convertkit-mail.com convertkit-mail2.com', 'convertkit'],
    ['beehiiv', 'beehiiv.com'],
    ['customer.io', 'customeriomail.com', 'customerio'],
    ['marketo', 'marketo.com'],
  ],
  display: [
    ['google-display', 'doubleclick.net googlesyndication.com googleadservices.com 2mdn.net', 'gdn dv360'],
    ['taboola', 'taboola.com'],
    ['outbrain', 'outbrain.com'],
    ['criteo', 'criteo.com criteo.net'],
    ['adroll', 'adroll.com'],
    ['the-trade-desk', 'adsrvr.org', 'ttd'],
    ['carbon', 'carbonads.com carbonads.net'],
  ],
  referral: [
    ['google-news', 'news.google.com'],
    ['google-docs', 'docs.google.com drive.google.com'],
    ['google-sites', 'sites.google.com'],
    ['google-groups', 'groups.google.com'],
    ['google-play', 'play.google.com'],
    ['google-translate', 'translate.google.com translate.goog'],
    ['yahoo-news', 'news.yahoo.com news.yahoo.co.jp finance.yahoo.com'],
    ['github', 'github.com'],
    ['stackoverflow', 'stackoverflow.com'],
    ['wikipedia', 'wikipedia.org'],
    ['notion', 'notion.so notion.site'],
  ],
  ignored: [
    ['google-sign-in', 'accounts.google.com accounts.youtube.com'],
    ['apple-sign-in', 'appleid.apple.com account.apple.com'],
    ['microsoft-sign-in', 'login.microsoftonline.com login.live.com'],
    ['auth0', 'auth0.com'],
    ['okta', 'okta.com'],
    ['stripe', 'checkout.stripe.com hooks.stripe.com billing.stripe.com buy.stripe.com pay.stripe.com'],
    ['paypal', 'paypal.com'],
    ['klarna', 'pay.klarna.com payments.klarna.com'],
    ['adyen', 'adyen.com'],
    ['mollie', 'mollie.com'],
    ['paddle', 'checkout.paddle.com buy.paddle.com'],
    ['lemonsqueezy', 'lemonsqueezy.com'],
    ['afterpay', 'portal.afterpay.com'],
    ['amazon-pay', 'pay.amazon.com payments.amazon.com'],
    ['shopify-checkout', 'pay.shopify.com checkout.shopify.com'],
  ],
};

function words(text: string | undefined): string[] {
  return text ? text.split(' ') : [];
}

/** Every known source, one row each; docs/channels.md lists the same rows. */
export const sourceRules: readonly SourceRule[] = (Object.keys(rowsByKind) as SourceKind[]).flatMap((kind) =>
  rowsByKind[kind].map(([source, hosts, more]) => ({
    source,
    kind,
    hosts: words(hosts),
    words: words(more),
  })),
);
