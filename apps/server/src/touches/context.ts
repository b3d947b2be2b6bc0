import type { EventRow } from '../platform/index.ts';
import { classifyChannel, type Geo, type Landing, readDevice } from './enrichment/index.ts';

/**
 * What a touch brought with it, as stored beside it and copied onto the payment it brings. Members that say nothing
 * are left out. Names are those of ClickHouse's columns.
 */
export type TouchContext = Pick<
  EventRow,
  | 'landing_page'
  | 'hostname'
  | 'path'
  | 'referrer'
  | 'referrer_host'
  | 'source'
  | 'medium'
  | 'campaign'
  | 'term'
  | 'content'
  | 'channel'
  | 'click_id_kind'
  | 'country'
  | 'region'
  | 'city'
  | 'device'
  | 'browser'
  | 'os'
  | 'language'
  | 'screen'
>;

export interface Circumstances {
  landing: Landing | null;
  referrer: string | null;
  isAffiliate: boolean;
  ownHosts: readonly string[];
  /** Client address: turned into a place here and kept nowhere (contract §1). */
  address: string;
  userAgent: string | null;
  language: string | undefined;
  screen: string | undefined;
}

/** What a visitor carries from page to page: place and device. */
export type VisitorContext = Pick<TouchContext, 'country' | 'region' | 'city' | 'device' | 'browser' | 'os'>;

/** Turns the address and the user agent of a request into place and device. */
export function describeVisitor(
  geo: Geo,
  sender: Pick<Circumstances, 'address' | 'userAgent'>,
): VisitorContext {
  const { device, browser, os } = readDevice(sender.userAgent);
  const { country, region, city } = geo.lookup(sender.address);
  return {
    country: country ?? undefined,
    region: region ?? undefined,
    city: city ?? undefined,
    device,
    browser: browser ?? undefined,
    os: os ?? undefined,
  };
}

/** Turns what a request says of itself into the context of a touch. */
export function describeTouch(
  geo: Geo,
  circumstances: Circumstances,
  visitor: VisitorContext = describeVisitor(geo, circumstances),
): TouchContext {
  const { landing } = circumstances;
  const origin = classifyChannel(circumstances);
  return {
    landing_page: landing?.url,
    hostname: landing?.hostname,
    path: landing?.path,
    referrer: origin.referrer ?? undefined,
    referrer_host: origin.referrerHost ?? undefined,
    source: origin.source ?? undefined,
    medium: origin.medium ?? undefined,
    campaign: origin.campaign ?? undefined,
    term: origin.term ?? undefined,
    content: origin.content ?? undefined,
    channel: origin.channel,
    click_id_kind: landing?.clickIdKind ?? undefined,
    country: visitor.country,
    region: visitor.region,
    city: visitor.city,
    device: visitor.device,
    browser: visitor.browser,
    os: visitor.os,
    language: circumstances.language,
    screen: circumstances.screen,
  };
}
