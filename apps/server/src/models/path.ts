/** What led to a payment: touches, the earliest first. Never empty; a payment without touches has no path. */
export interface Path {
  /** What each touch came through, by number: a channel, a campaign, a partner. */
  channels: readonly number[];
  /** Which touches came from nowhere: typed in, bookmarked, unknown. */
  direct: readonly boolean[];
  /** How long before the payment each touch was. */
  agesMs: readonly number[];
}

/** The channels of a path, each once, in the order in which they first came. */
export function distinctChannels(channels: readonly number[]): number[] {
  return channels.length < 2 ? [...channels] : [...new Set(channels)];
}
