import type { Channel } from './channel-rules.ts';

/** One parameter that an advertising, mail or affiliate network adds to links by itself. */
export interface ClickIdRule {
  param: string;
  /** Who adds it. The first is the source; a later one is, when the referrer names it. */
  sources: readonly [string, ...string[]];
  /** The channel when neither partner link nor `utm_medium` says better. */
  channel: Channel;
}

/**
 * In order of precedence: when a link carries several, the first row wins, so advertisements stand before what a
 * network adds to every shared link (`fbclid`).
 */
export const clickIdRules = [
  { param: 'gclid', sources: ['google', 'youtube', 'google-display'], channel: 'paid_search' },
  { param: 'gbraid', sources: ['google', 'youtube', 'google-display'], channel: 'paid_search' },
  { param: 'wbraid', sources: ['google', 'youtube', 'google-display'], channel: 'paid_search' },
  { param: 'gad_source', sources: ['google', 'youtube', 'google-display'], channel: 'paid_search' },
  { param: 'dclid', sources: ['google-display'], channel: 'display' },
  { param: 'msclkid', sources: ['bing'], channel: 'paid_search' },
  { param: 'yclid', sources: ['yandex'], channel: 'paid_search' },
  { param: 'ttclid', sources: ['tiktok'], channel: 'paid_social' },
  { param: 'twclid', sources: ['twitter'], channel: 'paid_social' },
  { param: 'li_fat_id', sources: ['linkedin'], channel: 'paid_social' },
  { param: 'rdt_cid', sources: ['reddit'], channel: 'paid_social' },
  { param: 'ScCid', sources: ['snapchat'], channel: 'paid_social' },
  { param: 'epik', sources: ['pinterest'], channel: 'paid_social' },
  { param: 'qclid', sources: ['quora'], channel: 'paid_social' },
  { param: 'tblci', sources: ['taboola'], channel: 'display' },
  { param: 'dicbo', sources: ['outbrain'], channel: 'display' },
  { param: 'irclickid', sources: ['impact'], channel: 'affiliate' },
  { param: 'cjevent', sources: ['cj'], channel: 'affiliate' },
  { param: 'awc', sources: ['awin'], channel: 'affiliate' },
  { param: 'ranSiteID', sources: ['rakuten'], channel: 'affiliate' },
  { param: 'sscid', sources: ['shareasale'], channel: 'affiliate' },
  { param: 'tduid', sources: ['tradedoubler'], channel: 'affiliate' },
  { param: 'mc_eid', sources: ['mailchimp'], channel: 'email' },
  { param: 'mkt_tok', sources: ['marketo'], channel: 'email' },
  { param: '_hsenc', sources: ['hubspot'], channel: 'email' },
  { param: 'vero_id', sources: ['vero'], channel: 'email' },
  { param: 'ck_subscriber_id', sources: ['kit'], channel: 'email' },
  { param: 'srsltid', sources: ['google'], channel: 'organic_shopping' },
  {
    param: 'fbclid',
    sources: ['facebook', 'instagram', 'threads', 'messenger', 'whatsapp'],
    channel: 'organic_social',
  },
  { param: 'igsh', sources: ['instagram'], channel: 'organic_social' },
  { param: 'igshid', sources: ['instagram'], channel: 'organic_social' },
] as const satisfies readonly ClickIdRule[];

export type ClickIdKind = (typeof clickIdRules)[number]['param'];

/** Rule and precedence by the parameter's name in lower case: networks and redirectors change the case. */
export const clickIdByParam: ReadonlyMap<string, { kind: ClickIdKind; rank: number }> = new Map(
  clickIdRules.map((rule, rank) => [rule.param.toLowerCase(), { kind: rule.param, rank }]),
);

export const clickIdRule: ReadonlyMap<ClickIdKind, ClickIdRule> = new Map(
  clickIdRules.map((rule) => [rule.param, rule]),
);
