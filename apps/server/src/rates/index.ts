/**
 * Exchange rates as dated facts. A rate is looked up once, for a payment's own day, and whoever uses it keeps it: rates
 * that come later change nothing that was decided. Without a rate nothing is converted; no rate is guessed.
 */
export { type Converter, type DatedAmount, openConverter, type UsedRate } from './convert.ts';
export { findUsdRate, findUsdRates, toUsdMinor, type UsdRate } from './find-rate.ts';
export { rateRoutes } from './http.ts';
