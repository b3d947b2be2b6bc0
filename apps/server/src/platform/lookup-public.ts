import { lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { readPublicAddress } from './public-address.ts';

/** Looks a name up, and refuses what is not on the public internet. For the connection itself, so that no second look-up can differ. */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) {
      callback(error, []);
      return;
    }
    // One private address among others is enough: which of them is taken is not ours to say.
    if (addresses.length === 0 || addresses.some(({ address }) => readPublicAddress(address) === null)) {
      callback(new Error('address is not public'), []);
      return;
    }
    if (options.all) callback(null, addresses);
    else callback(null, addresses[0]?.address ?? '', addresses[0]?.family ?? 4);
  });
};
