/**
 * Enrichment: what a request says of itself besides its event. User agent → device and bot, address → place, landing
 * page → campaign, campaign and referrer → channel. Pure but for the geographic database, and cheap: the hottest path
 * of the server runs through here, so every function takes microseconds and time in proportion to its input.
 */
export { type BotQuestion, isBot } from './bot.ts';
export { type Landing, readLanding, type Utm } from './campaign.ts';
export { type ChannelQuestion, classifyChannel, type TrafficOrigin } from './channel.ts';
export type { Channel } from './channel-rules.ts';
export type { ClickIdKind } from './click-ids.ts';
export { type Device, type DeviceKind, readDevice } from './device.ts';
export { type Geo, type GeoFiles, noGeo, openGeo, type Place } from './geo.ts';
