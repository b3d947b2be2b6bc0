import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLanding } from './campaign.ts';
import { classifyChannel } from './channel.ts';
import { type Channel, defaultMedium } from './channel-rules.ts';
import { sourceRules } from './sources.ts';

const site = 'https://www.shop.example/p';

function classify(
  search: string,
  referrer: string | null = null,
  isAffiliate = false,
  ownHosts: string[] = [],
) {
  return classifyChannel({ landing: readLanding(site + search), referrer, isAffiliate, ownHosts });
}

type Row = [
  search: string,
  referrer: string | null,
  channel: Channel,
  source: string | null,
  medium: string | null,
];

const untagged: Row[] = [
  ['', null, 'direct', null, null],
  ['', '', 'direct', null, null],
  ['', 'about:blank', 'direct', null, null],
  ['', 'not a url', 'direct', null, null],
  ['', 'https://shop.example/cart', 'direct', null, null],
  ['', 'https://checkout.shop.example/', 'direct', null, null],
  ['', 'https://accounts.google.com/', 'direct', null, null],
  ['', 'https://checkout.stripe.com/c/pay', 'direct', null, null],
  ['', 'https://www.google.com/', 'organic_search', 'google', 'organic'],
  ['', 'https://www.google.co.uk/', 'organic_search', 'google', 'organic'],
  ['', 'android-app://com.google.android.googlequicksearchbox/', 'organic_search', 'google', 'organic'],
  ['', 'https://duckduckgo.com/', 'organic_search', 'duckduckgo', 'organic'],
  ['', 'https://search.brave.com/', 'organic_search', 'brave', 'organic'],
  ['', 'https://brave.com/', 'referral', 'brave.com', 'referral'],
  ['', 'https://t.co/abc', 'organic_social', 'twitter', 'social'],
  ['', 'https://l.facebook.com/l.php?u=x', 'organic_social', 'facebook', 'social'],
  ['', 'https://old.reddit.com/r/x/', 'organic_social', 'reddit', 'social'],
  ['', 'https://news.ycombinator.com/item?id=1', 'organic_social', 'hackernews', 'social'],
  ['', 'https://www.youtube.com/', 'organic_video', 'youtube', 'video'],
  ['', 'https://www.amazon.de/', 'organic_shopping', 'amazon', 'shopping'],
  ['', 'https://chatgpt.com/', 'ai', 'chatgpt', 'ai'],
  ['', 'https://gemini.google.com/', 'ai', 'gemini', 'ai'],
  ['', 'https://mail.google.com/', 'email', 'gmail', 'email'],
  ['', 'android-app://com.google.android.gm/', 'email', 'gmail', 'email'],
  ['', 'https://docs.google.com/d/1', 'referral', 'google-docs', 'referral'],
  ['', 'https://www.blog.example.org/post?x=1', 'referral', 'blog.example.org', 'referral'],
  ['', 'https://google.github.io/', 'referral', 'google.github.io', 'referral'],
  ['', 'https://example-com.translate.goog/', 'referral', 'google-translate', 'referral'],
  ['', 'https://www.google.com./', 'organic_search', 'google', 'organic'],
  ['', 'https://emailtool.example/', 'referral', 'emailtool.example', 'referral'],
  ['', 'http://127.0.0.1:8080/', 'referral', '127.0.0.1', 'referral'],
];

const tagged: Row[] = [
  ['?utm_source=google&utm_medium=cpc', null, 'paid_search', 'google', 'cpc'],
  ['?utm_source=Adwords&utm_medium=PPC', null, 'paid_search', 'google', 'ppc'],
  ['?utm_source=google&utm_medium=cpc&utm_campaign=Summer-Shop', null, 'paid_shopping', 'google', 'cpc'],
  ['?utm_source=google&utm_medium=cpc&utm_campaign=workshop', null, 'paid_search', 'google', 'cpc'],
  ['?utm_source=fb&utm_medium=paid', null, 'paid_social', 'facebook', 'paid'],
  ['?utm_source=m.facebook.com&utm_medium=cpm', null, 'paid_social', 'facebook', 'cpm'],
  ['?utm_source=dailynews&utm_medium=cpm', null, 'display', 'dailynews', 'cpm'],
  ['?utm_source=agency&utm_medium=Paid_Social', null, 'paid_social', 'agency', 'paid_social'],
  ['?utm_source=youtube&utm_medium=cpc', null, 'paid_video', 'youtube', 'cpc'],
  ['?utm_source=dailynews&utm_medium=cpc', null, 'paid_other', 'dailynews', 'cpc'],
  ['?utm_source=gdn&utm_medium=banner', null, 'display', 'google-display', 'banner'],
  ['?utm_source=instagram&utm_medium=story', null, 'organic_social', 'instagram', 'story'],
  ['?utm_source=spring&utm_medium=social', null, 'organic_social', 'spring', 'social'],
  ['?utm_source=google&utm_medium=organic', null, 'organic_search', 'google', 'organic'],
  ['?utm_source=mailchimp&utm_medium=email', null, 'email', 'mailchimp', 'email'],
  ['?utm_source=Weekly+Newsletter', null, 'email', 'weekly newsletter', 'email'],
  ['?utm_source=twilio&utm_medium=sms', null, 'sms', 'twilio', 'sms'],
  ['?utm_source=firebase&utm_medium=web-push', null, 'push', 'firebase', 'web-push'],
  ['?utm_source=acast&utm_medium=podcast', null, 'audio', 'acast', 'podcast'],
  ['?utm_source=acast&utm_medium=video', null, 'organic_video', 'acast', 'video'],
  ['?utm_source=cj&utm_medium=affiliate', null, 'affiliate', 'cj', 'affiliate'],
  ['?utm_source=blog&utm_medium=referral', null, 'referral', 'blog', 'referral'],
  ['?utm_source=chatgpt.com', null, 'ai', 'chatgpt', 'ai'],
  ['?utm_source=poster&utm_medium=qr', null, 'campaign', 'poster', 'qr'],
  ['?utm_source=github', null, 'referral', 'github', 'referral'],
  ['?utm_campaign=spring', 'https://emailtool.example/', 'campaign', 'emailtool.example', null],
  ['?utm_campaign=spring', null, 'campaign', null, null],
  ['?utm_campaign=spring', 'https://t.co/', 'organic_social', 'twitter', 'social'],
  ['?utm_medium=email', 'https://www.google.com/', 'email', 'google', 'email'],
  ['?utm_source=email&utm_medium=email', 'https://www.google.com/', 'email', 'email', 'email'],
  ['?utm_source=news&utm_medium=email', 'https://shop.example/', 'email', 'news', 'email'],
  ['?ref=producthunt', null, 'organic_social', 'producthunt', 'social'],
  ['?ref=www.friend.example', null, 'referral', 'friend.example', 'referral'],
  ['?source=newsletter', null, 'email', 'newsletter', 'email'],
  ['?gclid=1', null, 'paid_search', 'google', 'cpc'],
  ['?gclid=1', 'https://www.google.com/', 'paid_search', 'google', 'cpc'],
  ['?gclid=1', 'https://www.youtube.com/', 'paid_video', 'youtube', 'paid-video'],
  ['?gclid=1&utm_source=google&utm_medium=display', null, 'display', 'google', 'display'],
  ['?dclid=1', null, 'display', 'google-display', 'display'],
  ['?msclkid=1', null, 'paid_search', 'bing', 'cpc'],
  ['?ttclid=1', null, 'paid_social', 'tiktok', 'paid-social'],
  ['?fbclid=1', null, 'organic_social', 'facebook', 'social'],
  ['?fbclid=1', 'https://l.instagram.com/', 'organic_social', 'instagram', 'social'],
  ['?fbclid=1&utm_source=newsletter', null, 'email', 'newsletter', 'email'],
  ['?fbclid=1&utm_source=fb&utm_medium=paid', null, 'paid_social', 'facebook', 'paid'],
  ['?irclickid=1', null, 'affiliate', 'impact', 'affiliate'],
  ['?mc_eid=1', 'https://mail.google.com/', 'email', 'mailchimp', 'email'],
  ['?srsltid=1', 'https://www.google.com/', 'organic_shopping', 'google', 'shopping'],
];

describe('classifyChannel', () => {
  it.each(untagged)('%s from %s is %s', (search, referrer, channel, source, medium) => {
    expect(classify(search, referrer)).toMatchObject({ channel, source, medium });
  });

  it.each(tagged)('%s from %s is %s', (search, referrer, channel, source, medium) => {
    expect(classify(search, referrer)).toMatchObject({ channel, source, medium });
  });

  it("credits a partner's link before everything else", () => {
    expect(classify('?aff=anna&gclid=1', 'https://www.youtube.com/', true)).toMatchObject({
      channel: 'affiliate',
      medium: 'affiliate',
      source: 'youtube',
    });
    expect(classify('?aff=anna', null, true)).toMatchObject({ channel: 'affiliate', source: null });
    expect(classify('?aff=anna')).toMatchObject({ channel: 'direct' });
  });

  it('keeps origin and path of the referrer', () => {
    expect(classify('', 'https://u:p@www.a.example:8443/b?token=1#c')).toMatchObject({
      referrerHost: 'a.example',
      referrer: 'https://www.a.example:8443/b',
    });
    expect(classify('', site)).toMatchObject({ referrerHost: null, referrer: null });
  });

  it('knows its own hosts by registrable domain', () => {
    const referrer = 'https://app.other.example/';
    expect(classify('', referrer, false, ['WWW.other.example']).channel).toBe('direct');
    expect(classify('', referrer, false, ['third.example']).channel).toBe('referral');
    expect(classify('', 'https://two.myshopify.com/', false, ['one.myshopify.com']).channel).toBe('referral');
    const landing = readLanding('http://localhost:4000/');
    expect(
      classifyChannel({ landing, referrer: 'http://localhost:3000/', isAffiliate: false, ownHosts: [] })
        .channel,
    ).toBe('direct');
  });

  it('works without a landing page', () => {
    const answer = classifyChannel({
      landing: null,
      referrer: 'https://www.bing.com/',
      isAffiliate: false,
      ownHosts: [],
    });
    expect(answer).toMatchObject({ channel: 'organic_search', source: 'bing', campaign: null });
  });

  it('passes the campaign on', () => {
    expect(classify('?utm_source=a&utm_campaign=Spring&utm_term=T&utm_content=C')).toMatchObject({
      campaign: 'Spring',
      term: 'T',
      content: 'C',
    });
  });

  it.each(sourceRules.filter((rule) => rule.kind !== 'ignored'))(
    'finds $source by each of its names',
    (rule) => {
      for (const host of rule.hosts) {
        const isApp = host.startsWith('app:');
        const referrer = isApp
          ? `android-app://${host.slice(4)}/`
          : `https://www.${host.replace('.*', '.com')}/x`;
        expect(classify('', referrer).source, referrer).toBe(rule.source);
      }
      for (const word of [rule.source, ...rule.words]) {
        expect(classify(`?utm_source=${encodeURIComponent(word)}`).source, word).toBe(rule.source);
      }
    },
  );

  it('neither throws nor exceeds its lengths', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.constantFrom('İ'.repeat(255), 'a.'.repeat(127)),
    );
    const referrer = fc.oneof(
      text,
      fc.webUrl(),
      text.map((path) => `https://a.example/${path.repeat(20)}`),
    );
    fc.assert(
      fc.property(
        text,
        text,
        fc.option(referrer),
        fc.boolean(),
        fc.array(text),
        (source, medium, from, isAffiliate, ownHosts) => {
          const search = new URLSearchParams({ utm_source: source, utm_medium: medium });
          const answer = classify(`?${search}`, from, isAffiliate, ownHosts);
          expect(Object.keys(defaultMedium)).toContain(answer.channel);
          expect(answer.source?.length ?? 0).toBeLessThanOrEqual(255);
          expect(answer.medium?.length ?? 0).toBeLessThanOrEqual(255);
          expect(answer.referrerHost?.length ?? 0).toBeLessThanOrEqual(255);
          expect(answer.referrer?.length ?? 0).toBeLessThanOrEqual(2048);
          expect(JSON.stringify(answer)).not.toContain('\\u0000');
        },
      ),
    );
  });
});
