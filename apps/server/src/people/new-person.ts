import { AppError, newId, type Transaction } from '../platform/index.ts';
import type { People } from './people.ts';
import * as queries from './queries.ts';

export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** Hashes outside of the transaction: that takes longer than all of its statements. */
export async function hashPassword({ signIn }: People, password: string): Promise<string> {
  return (await signIn.$context).password.hash(password);
}

/** Makes an account; 409 where the address has one. */
export async function createPerson(
  trx: Transaction,
  person: { name: string; email: string; passwordHash: string },
  at: Date,
): Promise<{ id: string; number: number }> {
  const id = newId('person');
  const row = { ...person, name: person.name.trim(), id, accountId: newId('account'), at };
  const number = await queries.insertPerson(trx, row);
  if (number === undefined) throw new AppError('conflict', 'This address has an account already: sign in');
  return { id, number };
}
