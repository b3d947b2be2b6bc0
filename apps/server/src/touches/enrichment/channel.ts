import type { Landing } from './campaign.ts';
import {
  type Channel,
  channelsByKind,
  defaultMedium,
  type MediumMeaning,
  sourceWordRules,
} from './channel-rules.ts';
import { cut } from './clean-text.ts';
import { type ClickIdRule, clickIdRule } from './click-ids.ts';
import { mediumMeaning, wordMeaning } from './medium.ts';
import { findSourceByHost, type Referrer, readReferrer, siteOf, withoutWww } from './referrer.ts';
import { type SourceKind, sourceRules } from './sources.ts';

export interface ChannelQuestion {
  landing: Landing | null;
  /** The page before this one, as the browser told it. */
  referrer: string | null;
  /** The landing came through a partner's link of this installation. */
  isAffiliate: boolean;
  /** Host names of the site itself; the landing page's own host always counts. */
  ownHosts: readonly string[];
}

/** One touch's origin in the words of reports. Texts are at most 255 characters, `referrer` at most 2,048. */
export interface TrafficOrigin {
  channel: Channel;
  /** Canonical and lower-case: `google`, `facebook`, `twitter`, or a host name, or what the link says. */
  source: string | null;
  /** `utm_medium` in lower case, else the channel's usual one. */
  medium: string | null;
  campaign: string | null;
  term: string | null;
  content: string | null;
  /** Null, like `referrer`, when there is none, when it is the site itself, or a sign-in or payment page. */
  referrerHost: string | null;
  referrer: string | null;
}

interface Source {
  name: string;
  kind: SourceKind | null;
}

const MAX_TEXT_LENGTH = 255;

const kindOfSource = new Map(sourceRules.map((rule) => [rule.source, rule.kind]));
const sourceByWord = new Map(
  sourceRules
    .filter((rule) => rule.kind !== 'ignored')
    .flatMap((rule) =>
      [rule.source, ...rule.words].map((word): [string, Source] => [
        word,
        { name: rule.source, kind: rule.kind },
      ]),
    ),
);

/**
 * Which channel brought a visitor, by the table in docs/channels.md. In order: a partner's link; a telling `utm_medium`;
 * a network's click id; the source a link names; the referrer; nothing, which is `direct`. What the site's owner wrote
 * into a link is believed before what the browser says.
 */
export function classifyChannel(question: ChannelQuestion): TrafficOrigin {
  const { landing } = question;
  const referrer = externalReferrer(question);
  const clickId = landing?.clickIdKind ? (clickIdRule.get(landing.clickIdKind) ?? null) : null;
  const tagged = readTaggedSource(landing?.utm.source ?? landing?.ref ?? null);
  const medium = landing?.utm.medium ? cut(landing.utm.medium.toLowerCase(), MAX_TEXT_LENGTH) : null;
  const source = tagged ?? sourceOfClickId(clickId, referrer) ?? sourceOfReferrer(referrer);
  const channel = question.isAffiliate
    ? 'affiliate'
    : pickChannel({ landing, medium, clickId, tagged, source });
  return {
    channel,
    source: source?.name ?? null,
    medium: medium ?? defaultMedium[channel],
    campaign: landing?.utm.campaign ?? null,
    term: landing?.utm.term ?? null,
    content: landing?.utm.content ?? null,
    referrerHost: referrer?.host ?? null,
    referrer: referrer?.url ?? null,
  };
}

interface Signs {
  landing: Landing | null;
  medium: string | null;
  clickId: ClickIdRule | null;
  /** The source the link names. */
  tagged: Source | null;
  /** That, or what the click id or the referrer names. */
  source: Source | null;
}

function pickChannel({ landing, medium, clickId, tagged, source }: Signs): Channel {
  const meaning = medium === null ? null : mediumMeaning(medium);
  if (meaning !== null) return complete(meaning, source, landing);
  const yieldsToTag = clickId?.channel.startsWith('organic_') && tagged !== null;
  if (clickId !== null && !yieldsToTag) return channelOfClickId(clickId, source);
  if (source !== null && source.kind !== null) return channelsByKind[source.kind].natural;
  const word = tagged === null ? null : wordMeaning(tagged.name, sourceWordRules);
  if (word !== null) return complete(word, source, landing);
  if (landing !== null && hasUtm(landing)) return 'campaign';
  return source === null ? 'direct' : 'referral';
}

function hasUtm({ utm }: Landing): boolean {
  return utm.source !== null || utm.medium !== null || utm.campaign !== null;
}

/** The referrer, unless it is the site itself or a page that only passes visitors through (sign-in, payment). */
function externalReferrer({ referrer: text, landing, ownHosts }: ChannelQuestion): Referrer | null {
  const referrer = readReferrer(text);
  if (referrer === null || referrer.rule?.kind === 'ignored') return null;
  const site = siteOf(referrer.host);
  if (landing !== null && siteOf(landing.hostname) === site) return null;
  for (const host of ownHosts) {
    if (siteOf(host.toLowerCase()) === site) return null;
  }
  return referrer;
}

/** `utm_source`, `source` or `ref`: a known name, one of its other spellings, a host name, or a word of the owner's own. */
function readTaggedSource(text: string | null): Source | null {
  if (text === null) return null;
  const word = cut(text.toLowerCase(), MAX_TEXT_LENGTH);
  const known = sourceByWord.get(word);
  if (known) return known;
  if (!word.includes('.')) return { name: word, kind: null };
  const rule = findSourceByHost(word);
  if (rule === null || rule.kind === 'ignored') return { name: withoutWww(word), kind: null };
  return { name: rule.source, kind: rule.kind };
}

function sourceOfClickId(clickId: ClickIdRule | null, referrer: Referrer | null): Source | null {
  if (clickId === null) return null;
  const seen = referrer?.rule?.source;
  const name = seen !== undefined && clickId.sources.includes(seen) ? seen : clickId.sources[0];
  return { name, kind: kindOfSource.get(name) ?? null };
}

function sourceOfReferrer(referrer: Referrer | null): Source | null {
  if (referrer === null) return null;
  const { rule } = referrer;
  return rule ? { name: rule.source, kind: rule.kind } : { name: referrer.host, kind: null };
}

function complete(meaning: MediumMeaning, source: Source | null, landing: Landing | null): Channel {
  const kind = source?.kind ?? null;
  switch (meaning) {
    case 'paid':
      if (isShoppingCampaign(kind, landing)) return 'paid_shopping';
      return kind === null ? 'paid_other' : channelsByKind[kind].paid;
    case 'cpm': {
      const paid = kind === null ? 'paid_other' : channelsByKind[kind].paid;
      return paid === 'paid_other' ? 'display' : paid;
    }
    case 'organic': {
      const natural = kind === null ? 'referral' : channelsByKind[kind].natural;
      return natural === 'referral' ? 'organic_search' : natural;
    }
    case 'natural':
      return kind === null ? 'referral' : channelsByKind[kind].natural;
    default:
      return meaning;
  }
}

/** An advertisement of a search engine whose campaign says "shop" or "shopping" (not "workshop"), as in Google Analytics. */
function isShoppingCampaign(kind: SourceKind | null, landing: Landing | null): boolean {
  if (kind !== 'search' || !landing?.utm.campaign) return false;
  return /shopping|(?:^|[^a-df-z])shop/.test(landing.utm.campaign.toLowerCase());
}

/** A paid click id on another property of the same network moves with it: `gclid` from YouTube is paid video. */
function channelOfClickId(clickId: ClickIdRule, source: Source | null): Channel {
  const isPaid = clickId.channel.startsWith('paid_');
  return isPaid && source?.kind ? paidUnlessOther(source.kind, clickId.channel) : clickId.channel;
}

function paidUnlessOther(kind: SourceKind, fallback: Channel): Channel {
  const { paid } = channelsByKind[kind];
  return paid === 'paid_other' ? fallback : paid;
}
