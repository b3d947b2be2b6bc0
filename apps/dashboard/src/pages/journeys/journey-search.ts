import { type PathDimension, pathDimensions } from '../../shell/catalogue.ts';

/** What the address of the journeys tells. */
export interface JourneySearch {
  by?: PathDimension;
  depth?: number;
  /** Paths alone that begin, end with it; empty: with none. */
  first?: string;
  last?: string;
}

export function readJourneySearch(raw: Record<string, unknown>): JourneySearch {
  const by = pathDimensions.find((one) => one === raw.by);
  const depth = Number(raw.depth);
  const end = (value: unknown) => (value === undefined || value === null ? undefined : String(value));
  const [first, last] = [end(raw.first), end(raw.last)];
  return {
    ...(by ? { by } : {}),
    ...(Number.isInteger(depth) && depth >= 1 && depth <= 10 ? { depth } : {}),
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
  };
}
