import type { Postgres, Sealer } from '../../platform/index.ts';
import type { Directory, Program } from '../../workspaces/index.ts';
import * as queries from './queries.ts';

/** A secret that deliveries to a program may be signed with, and the endpoint it belongs to. */
export interface SigningSecret {
  endpointId: number;
  secret: string;
}

/** What a sealed secret is bound to: copied into another program's row it opens nothing. */
export function secretContext(program: { workspaceId: number; id: number }): string {
  return `stripe endpoint secret ${program.workspaceId}/${program.id}`;
}

export interface SecretStore {
  postgres: Postgres;
  directory: Directory;
  sealer: Sealer;
}

/** The program's secrets, newest first, opened once and remembered until one is added or removed. */
export function signingSecretsOf(store: SecretStore, program: Program): Promise<readonly SigningSecret[]> {
  return store.directory.remember(`stripe secrets ${program.id}`, async () => {
    const rows = await queries.listSecrets(store.postgres, program.workspaceId, program.id);
    return rows.map(({ id, secret }) => ({
      endpointId: id,
      secret: store.sealer.open(secret, secretContext(program)),
    }));
  });
}
