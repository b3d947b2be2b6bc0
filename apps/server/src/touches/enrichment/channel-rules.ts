import type { SourceKind } from './sources.ts';

export type Channel =
  | 'direct'
  | 'organic_search'
  | 'paid_search'
  | 'organic_social'
  | 'paid_social'
  | 'organic_video'
  | 'paid_video'
  | 'organic_shopping'
  | 'paid_shopping'
  | 'display'
  | 'paid_other'
  | 'email'
  | 'affiliate'
  | 'referral'
  | 'ai'
  | 'audio'
  | 'sms'
  | 'push'
  | 'campaign';

/** The channel of a known source that nobody paid, and the one when the medium says it was paid. */
export const channelsByKind: Record<SourceKind, { natural: Channel; paid: Channel }> = {
  search: { natural: 'organic_search', paid: 'paid_search' },
  social: { natural: 'organic_social', paid: 'paid_social' },
  video: { natural: 'organic_video', paid: 'paid_video' },
  shopping: { natural: 'organic_shopping', paid: 'paid_shopping' },
  ai: { natural: 'ai', paid: 'paid_other' },
  email: { natural: 'email', paid: 'paid_other' },
  display: { natural: 'display', paid: 'display' },
  referral: { natural: 'referral', paid: 'paid_other' },
  ignored: { natural: 'direct', paid: 'paid_other' },
};

/** The medium that is reported when the link names none. */
export const defaultMedium: Record<Channel, string | null> = {
  direct: null,
  organic_search: 'organic',
  paid_search: 'cpc',
  organic_social: 'social',
  paid_social: 'paid-social',
  organic_video: 'video',
  paid_video: 'paid-video',
  organic_shopping: 'shopping',
  paid_shopping: 'paid-shopping',
  display: 'display',
  paid_other: 'paid',
  email: 'email',
  affiliate: 'affiliate',
  referral: 'referral',
  ai: 'ai',
  audio: 'audio',
  sms: 'sms',
  push: 'push',
  campaign: null,
};

/**
 * What a word in `utm_medium` means: a channel, or one to be completed by the kind of the source. `paid`: the paid
 * channel of the source, else `paid_other`. `cpm`: the same, else `display`. `organic`: the natural channel of the
 * source, else `organic_search`. `natural`: the natural channel of the source, else `referral`.
 */
export type MediumMeaning = Channel | 'paid' | 'cpm' | 'organic' | 'natural';

/** `word` is compared with the whole medium; `word*` with its start, `*word` with its end, `*word*` anywhere. */
export interface MediumRule {
  meaning: MediumMeaning;
  words: readonly string[];
}

/**
 * In order, the first match wins. In the spirit of Google Analytics' default channel group: paid words stand before
 * kind words, so that `paid_video` is paid. Media are compared in lower case with `-` for space, `_`, `+` and `.`.
 */
export const mediumRules: readonly MediumRule[] = [
  { meaning: 'affiliate', words: ['affiliate', 'affiliates', 'affiliation'] },
  { meaning: 'paid_search', words: ['paid-search', 'paidsearch', 'search-ads', 'sem'] },
  {
    meaning: 'paid_social',
    words: ['paid-social', 'paidsocial', 'social-paid', 'social-ads', 'cpc-social', 'social-cpc'],
  },
  { meaning: 'paid_video', words: ['paid-video', 'paidvideo', 'video-ads', 'cpv'] },
  { meaning: 'paid_shopping', words: ['paid-shopping', 'paidshopping', 'shopping-ads', 'pla'] },
  { meaning: 'cpm', words: ['cpm'] },
  {
    meaning: 'display',
    words: [
      'display',
      'banner',
      'banners',
      'expandable',
      'interstitial',
      'programmatic',
      'native',
      'display-*',
    ],
  },
  {
    meaning: 'paid',
    words: [
      'paid*',
      '*cpc*',
      '*ppc*',
      'cpa',
      'cpe',
      'cpl',
      'cpp',
      'ad',
      'ads',
      'adwords',
      '*-ad',
      '*-ads',
      'retargeting',
      'remarketing',
      'sponsored',
      'sponsorship',
      'promoted',
      'boosted',
    ],
  },
  { meaning: 'email', words: ['mail', 'edm', '*email*', '*e-mail*', '*newsletter*'] },
  { meaning: 'sms', words: ['mms', '*sms*'] },
  { meaning: 'push', words: ['*push', 'push-*', '*notification*'] },
  { meaning: 'audio', words: ['audio', 'podcast', 'podcasts'] },
  { meaning: 'ai', words: ['ai', 'llm', 'ai-assistant', 'ai-search'] },
  {
    meaning: 'organic_social',
    words: [
      'social',
      'social-network',
      'social-media',
      'sm',
      'social-organic',
      'organic-social',
      'social-post',
    ],
  },
  { meaning: 'organic_video', words: ['organic-video', 'video', 'videos'] },
  { meaning: 'organic_shopping', words: ['organic-shopping', 'shopping', 'product-sync', 'product-listing'] },
  { meaning: 'organic', words: ['organic', 'organic-search', 'seo'] },
  {
    meaning: 'natural',
    words: ['referral', 'referrer', 'app', 'link', 'web', 'website', 'blog', 'bio', 'profile', 'post'],
  },
];

/** For a `utm_source` that is no known source and comes without a telling medium: `source=newsletter` is mail. */
export const sourceWordRules: readonly MediumRule[] = [
  { meaning: 'email', words: ['mail', '*email*', '*e-mail*', '*newsletter*'] },
  { meaning: 'sms', words: ['*sms'] },
  { meaning: 'push', words: ['*push', '*notification*'] },
];
