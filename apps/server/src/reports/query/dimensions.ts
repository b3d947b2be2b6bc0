import type { ReportDimension, TimeDimension } from '@headwater/contract';

/**
 * Where an answer comes from. `visits`: the sessions, one row a visit. `views`: page views and custom events by
 * themselves. `acts`: clicks, sign-ups and everything about money, of which there are few. `goals`: what of the page views and
 * events reached a goal, once for each, with the visit it was done in. `audience`: the visits again, once for each goal that
 * they might have reached.
 */
export type Source = 'visits' | 'views' | 'acts' | 'goals' | 'audience';

/**
 * The catalogue of dimensions: by what a report may be broken down or filtered, and the expression that answers it in each
 * source that can, always text and empty for "none". A new one is a row here and a word in the contract.
 */
export interface Dimension extends Partial<Record<Source, string>> {
  /** Days that are over are added up by it (rollups/build.ts), from visits, or from page views where it has no visits. */
  isRolledUp?: true;
  /** The column, where acts hold a number that is shown as text. */
  number?: string;
}

/** What is asked of visits may be asked of goals. */
const visited = (expression: string) => ({ visits: expression, goals: expression, audience: expression });
const ofVisit = (column: string): Dimension => ({ ...visited(column), acts: column, isRolledUp: true });
/** Each page view carries it as well, so that it may be asked for beside the page. */
const everywhere = (column: string): Dimension => ({ ...ofVisit(column), views: column });
const id = (column: string) => `if(${column} = 0, '', toString(${column}))`;
/** Of acts, which are added up by the number itself: to make a text of each of millions would cost more than to add them up. */
const numbered = (column: string) => ({ ...visited(id(column)), acts: id(column), number: column });
const group =
  "if(partner_id = 0, '', transform(partner_id, {partners:Array(UInt32)}, {groups:Array(String)}, ''))";
const visitorType = "if(is_returning = 1, 'returning', 'new')";

export const dimensions: Readonly<Record<Exclude<ReportDimension, TimeDimension>, Dimension>> = {
  channel: ofVisit('channel'),
  source: ofVisit('source'),
  medium: ofVisit('medium'),
  campaign: ofVisit('campaign'),
  term: ofVisit('term'),
  content: ofVisit('content'),
  click_id_kind: ofVisit('click_id_kind'),
  referrer: ofVisit('referrer_host'),
  landing_page: { ...visited('landing_page'), acts: 'path(landing_page)', isRolledUp: true },
  exit_page: { ...visited('exit_page.2'), isRolledUp: true },
  page: { views: 'path', goals: 'path', isRolledUp: true },
  country: everywhere('country'),
  region: everywhere('region'),
  city: everywhere('city'),
  device: everywhere('device'),
  browser: everywhere('browser'),
  os: everywhere('os'),
  language: ofVisit('language'),
  partner: { ...numbered('partner_id'), isRolledUp: true },
  link: { ...numbered('link_id'), isRolledUp: true },
  // The partner's group of today: who is in it may be asked of any time.
  group: { ...visited(group), acts: group },
  product: { acts: 'product' },
  plan: { acts: 'plan' },
  currency: { acts: 'currency' },
  goal: { goals: 'goal', audience: 'goal' },
  visitor_type: { ...visited(visitorType), acts: visitorType, isRolledUp: true },
};

/** When it was, by source. */
export const instantOf: Readonly<Record<Source, string>> = {
  visits: 'started_at',
  views: 'occurred_at',
  acts: 'occurred_at',
  goals: 'occurred_at',
  audience: 'started_at',
};

export function isTime(dimension: ReportDimension): dimension is TimeDimension {
  return dimension === 'hour' || dimension === 'day' || dimension === 'week' || dimension === 'month';
}

/** A time bucket of the website's own clock as text; hours, of which a day may have one twice, as instants. */
export function bucketOf(dimension: TimeDimension, instant: string): string {
  const local = `toTimeZone(${instant}, {timeZone:String})`;
  switch (dimension) {
    case 'hour':
      return `formatDateTime(toStartOfHour(${local}), '%Y-%m-%dT%H:%i:00Z', 'UTC')`;
    case 'day':
      return `toString(toDate(${local}))`;
    case 'week':
      return `toString(toMonday(${local}))`;
    case 'month':
      return `substring(toString(toDate(${local})), 1, 7)`;
  }
}

/** The expression of a dimension in a source; undefined where the source knows nothing of it. */
export function expressionOf(dimension: ReportDimension, source: Source): string | undefined {
  return isTime(dimension) ? bucketOf(dimension, instantOf[source]) : dimensions[dimension][source];
}

const entryOf = (dimension: ReportDimension): Dimension | undefined =>
  isTime(dimension) ? undefined : dimensions[dimension];

/** What acts are added up by: a number where they hold one, else the text. */
export function storedOf(dimension: ReportDimension): string {
  return entryOf(dimension)?.number ?? (expressionOf(dimension, 'acts') as string);
}

/** The text of {@link storedOf}, which stands in a column. */
export function textOf(dimension: ReportDimension, column: string): string {
  return entryOf(dimension)?.number === undefined ? column : id(column);
}
