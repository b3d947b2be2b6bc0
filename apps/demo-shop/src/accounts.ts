import { randomBytes } from 'node:crypto';
import { boundedMap } from './bounded-map.ts';

/** Somebody who signed up. `key` is what Headwater knows as the customer key. */
export interface Account {
  key: string;
  name: string;
  email: string;
  signedUpAt: Date;
  /** What Headwater said to the sign-up, for the story on the thank-you page. */
  lead: { heard: boolean; message: string };
}

export interface Accounts {
  open(person: Pick<Account, 'name' | 'email'>): { account: Account; session: string };
  ofSession(session: string | undefined): Account | undefined;
}

const maxAccounts = 1000;

/** Accounts of people who signed up, by their session. In memory: a demo forgets. */
export function createAccounts(): Accounts {
  const bySession = boundedMap<Account>(maxAccounts);
  return {
    open({ name, email }) {
      const session = randomBytes(16).toString('base64url');
      const account: Account = {
        key: `user_${randomBytes(6).toString('hex')}`,
        name,
        email,
        signedUpAt: new Date(),
        lead: { heard: false, message: 'not told yet' },
      };
      bySession.set(session, account);
      return { account, session };
    },
    ofSession: (session) => (session === undefined ? undefined : bySession.get(session)),
  };
}
