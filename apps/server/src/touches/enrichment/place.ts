import { cleanText } from './clean-text.ts';

/** Country as ISO 3166-1 alpha-2, region and city by their English names. */
export interface Place {
  country: string | null;
  region: string | null;
  city: string | null;
}

const MAX_NAME_LENGTH = 128;

/**
 * A database record as a place. Two layouts: the flat one of ip-location-db (`country_code`, `state1`, `city`, all
 * strings, empty when unknown) and MaxMind's (`country.iso_code`, `subdivisions[0].names.en`, `city.names.en`).
 * A record of any other shape is nowhere.
 */
export function readPlace(record: unknown): Place {
  const fields = objectOf(record);
  if (typeof fields.country_code === 'string') {
    return {
      country: countryCode(fields.country_code),
      region: name(fields.state1),
      city: name(withoutDistrict(fields.city)),
    };
  }
  const country = objectOf(fields.country ?? fields.registered_country);
  const regions = Array.isArray(fields.subdivisions) ? fields.subdivisions : [];
  return {
    country: countryCode(country.iso_code),
    region: englishName(regions[0]),
    city: englishName(fields.city),
  };
}

/** DB-IP puts a district behind every fifth city, `Manchester (Downtown)`: one city must be one row of a report. */
function withoutDistrict(city: unknown): unknown {
  if (typeof city !== 'string' || !city.endsWith(')')) return city;
  const start = city.indexOf(' (');
  return start > 0 ? city.slice(0, start) : city;
}

function countryCode(value: unknown): string | null {
  return typeof value === 'string' && /^[A-Z]{2}$/.test(value) && value !== 'ZZ' ? value : null;
}

function englishName(place: unknown): string | null {
  return name(objectOf(objectOf(place).names).en);
}

function name(value: unknown): string | null {
  return typeof value === 'string' ? cleanText(value, MAX_NAME_LENGTH) : null;
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
