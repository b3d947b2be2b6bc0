import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBot } from './bot.ts';

const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
const googlebot = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

const httpLibraries = [
  'node',
  'node-fetch/1.0 (+https://github.com/bitinn/node-fetch)',
  'undici',
  'curl/8.5.0',
  'Wget/1.21.4',
  'python-requests/2.32.3',
  'python-httpx/0.27.0',
  'Python/3.12 aiohttp/3.9.5',
  'Python-urllib/3.12',
  'Go-http-client/2.0',
  'okhttp/4.12.0',
  'axios/1.7.2',
  'got (https://github.com/sindresorhus/got)',
  'Java/17.0.11',
  'Java-http-client/21.0.3',
  'Apache-HttpClient/5.3 (Java/17.0.11)',
  'GuzzleHttp/7',
  'PHP/8.3',
  'Symfony HttpClient (Curl)',
  'Ruby',
  'Faraday v2.9.2',
  'rest-client/2.1.0 (linux x86_64) ruby/3.3.1p55',
  'libwww-perl/6.77',
  'Dart/3.4 (dart:io)',
  'Bun/1.1.13',
  'Deno/1.44.0',
  'reqwest/0.12',
  'hyper/1.3',
  'Elixir-Finch/0.18',
  'Boto3/1.34 md/Botocore#1.34',
  'google-api-nodejs-client/9.0',
  'PostmanRuntime/7.39.0',
  'MyShop/1.0',
  'acme-backend',
  'Cloudflare-Workers',
  'Vercel Edge Functions',
];

const crawlers = [
  googlebot,
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'Mozilla/5.0 (compatible; YandexImages/3.0; +http://yandex.com/bots)',
  'Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)',
  'DuckDuckBot/1.1',
  'AdsBot-Google (+http://www.google.com/adsbot.html)',
  'Mediapartners-Google',
  'Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)',
  'GoogleOther',
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
  'meta-externalagent/1.1',
  'Twitterbot/1.0',
  'LinkedInBot/1.0',
  'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  'WhatsApp/2.23.20.0',
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ChatGPT-User/1.0; +https://openai.com/bot)',
  'Mozilla/5.0 AppleWebKit/537.36 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)',
  'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
  'Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)',
  'Screaming Frog SEO Spider/20.0',
  'Scrapy/2.11 (+https://scrapy.org)',
  'Mozilla/5.0 (compatible; UptimeRobot/2.0)',
  'Pingdom.com_bot_version_1.4',
  `${chrome.replace('Chrome/', 'HeadlessChrome/')}`,
];

describe('isBot', () => {
  it.each(httpLibraries)('from a backend, %s is no bot', (userAgentHeader) => {
    expect(isBot({ userAgentField: null, userAgentHeader, hasOrigin: false })).toBe(false);
  });

  it.each(crawlers)('%s is a bot in the field, in a browser and in a backend', (userAgent) => {
    expect(isBot({ userAgentField: userAgent, userAgentHeader: chrome, hasOrigin: true })).toBe(true);
    expect(isBot({ userAgentField: userAgent, userAgentHeader: 'node', hasOrigin: false })).toBe(true);
    expect(isBot({ userAgentField: null, userAgentHeader: userAgent, hasOrigin: true })).toBe(true);
    expect(isBot({ userAgentField: null, userAgentHeader: userAgent, hasOrigin: false })).toBe(true);
  });

  it.each([
    { name: 'a browser', userAgentField: null, userAgentHeader: chrome, hasOrigin: true, bot: false },
    {
      name: 'a Cubot telephone',
      userAgentField: null,
      userAgentHeader: `${chrome} CUBOT`,
      hasOrigin: false,
      bot: false,
    },
    {
      name: 'a visitor forwarded by a backend',
      userAgentField: chrome,
      userAgentHeader: 'node',
      hasOrigin: false,
      bot: false,
    },
    {
      name: 'a forwarded HTTP library',
      userAgentField: 'curl/8.5.0',
      userAgentHeader: 'node',
      hasOrigin: false,
      bot: true,
    },
    {
      name: 'an HTTP library with Origin',
      userAgentField: null,
      userAgentHeader: 'node',
      hasOrigin: true,
      bot: true,
    },
    {
      name: 'the field before the header',
      userAgentField: chrome,
      userAgentHeader: googlebot,
      hasOrigin: true,
      bot: false,
    },
    {
      name: 'a blank field is absent',
      userAgentField: ' ',
      userAgentHeader: googlebot,
      hasOrigin: true,
      bot: true,
    },
    {
      name: 'a blank field from a backend',
      userAgentField: '',
      userAgentHeader: 'curl/8.5.0',
      hasOrigin: false,
      bot: false,
    },
    {
      name: 'a backend without a name',
      userAgentField: null,
      userAgentHeader: null,
      hasOrigin: false,
      bot: false,
    },
    {
      name: 'a browser without a name',
      userAgentField: null,
      userAgentHeader: null,
      hasOrigin: true,
      bot: false,
    },
    {
      name: 'a browser with an empty name',
      userAgentField: null,
      userAgentHeader: '',
      hasOrigin: true,
      bot: false,
    },
  ])('$name: $bot', ({ bot, name: _, ...question }) => {
    expect(isBot(question)).toBe(bot);
    expect(isBot(question)).toBe(bot);
  });

  it('finds a crawler in a long string', () => {
    const userAgentField = `${'Mozilla/5.0 '.repeat(60)} Googlebot/2.1`;
    expect(isBot({ userAgentField, userAgentHeader: null, hasOrigin: false })).toBe(true);
  });

  it('answers whatever it is given', () => {
    const text = fc.option(fc.string({ unit: 'binary', maxLength: 2000 }));
    fc.assert(
      fc.property(text, text, fc.boolean(), (userAgentField, userAgentHeader, hasOrigin) => {
        const verdict = isBot({ userAgentField, userAgentHeader, hasOrigin });
        expect(typeof verdict).toBe('boolean');
        const inBrowser = isBot({ userAgentField, userAgentHeader, hasOrigin: true });
        if (verdict) expect(inBrowser).toBe(true);
      }),
    );
  });
});
