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

/** Turns what a request says of itself into the context of a touch. */
export function describeTouch(geo: Geo, circumstances: Circumstances): TouchContext {
  const { landing } = circumstances;
  const origin = classifyChannel(circumstances);
  const device = readDevice(circumstances.userAgent);
  const place = geo.lookup(circumstances.address);
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
    country: place.country ?? undefined,
    region: place.region ?? undefined,
    city: place.city ?? undefined,
    device: device.device,
    browser: device.browser ?? undefined,
    os: device.os ?? undefined,
    language: circumstances.language,
    screen: circumstances.screen,
  };
}
