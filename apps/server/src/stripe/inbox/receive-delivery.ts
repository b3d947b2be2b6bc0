import { AppError, type Clock, type Postgres, smallId } from '../../platform/index.ts';
import type { Program } from '../../workspaces/index.ts';
import { listOwnAccounts, listProgramsOfAccount } from '../connect/queries.ts';
import type { DeliveryHealth } from '../endpoints/delivery-health.ts';
import { type SecretStore, type SigningSecret, signingSecretsOf } from '../endpoints/signing-secrets.ts';
import type { Inbox } from './open-inbox.ts';
import { readAddress, readEnvelope } from './read-event.ts';
import { findSigner } from './verify-signature.ts';

export interface WebhookDeps extends SecretStore {
  postgres: Postgres;
  inbox: Inbox;
  clock: Clock;
  health: DeliveryHealth;
  /** Signs what Stripe sends to the installation's Connect endpoint, on the alias route. */
  connectSecret: string | undefined;
}

interface Delivery {
  payload: Buffer;
  signature: string | null;
}

/** Endpoint 0: the installation's Connect endpoint, which is no program's. */
const connectEndpointId = 0;

/**
 * A delivery to a program's own address. Resolves once the event is on disk, also when it was before. Refuses in the order
 * of contract §7: no signature, no such program, wrong signature; then what is signed but no event.
 */
export async function receiveDelivery(
  deps: WebhookDeps,
  programId: unknown,
  delivery: Delivery,
): Promise<void> {
  const signature = signatureOf(delivery);
  const id = smallId(programId);
  const program = id === undefined ? undefined : await deps.directory.findProgram(id);
  if (program === undefined) throw new AppError('program_not_found');
  const secrets = await signingSecretsOf(deps, program);
  const signer = findSigner(delivery.payload, signature, secrets, deps.clock.now());
  if (signer === undefined) {
    deps.health.refused(program.id, 'invalid_signature', deps.clock.now());
    throw new AppError('invalid_signature');
  }
  await store(deps, program, signer, delivery.payload);
}

/**
 * A delivery to the address that all programs share: the event's account names the program, else its metadata does. Both
 * only select the secrets to try; the one that fits decides.
 */
export async function receiveAnywhere(deps: WebhookDeps, delivery: Delivery): Promise<void> {
  const signature = signatureOf(delivery);
  const addressees = await findAddressees(deps, delivery.payload);
  if (addressees.length === 0) throw new AppError('program_not_found');
  const now = deps.clock.now();
  for (const { program, isProven } of addressees) {
    const secrets = [...(await signingSecretsOf(deps, program)), ...(isProven ? sharedSecrets(deps) : [])];
    const signer = findSigner(delivery.payload, signature, secrets, now);
    if (signer !== undefined) return store(deps, program, signer, delivery.payload);
  }
  for (const { program } of addressees) deps.health.refused(program.id, 'invalid_signature', now);
  throw new AppError('invalid_signature');
}

function signatureOf({ signature }: Delivery): string {
  if (signature === null || signature.trim() === '') throw new AppError('missing_signature');
  return signature;
}

function sharedSecrets({ connectSecret }: WebhookDeps): SigningSecret[] {
  return connectSecret === undefined ? [] : [{ endpointId: connectEndpointId, secret: connectSecret }];
}

interface Addressee {
  program: Program;
  /**
   * Whether the account of the event agreed to this program. Only then is the installation's own secret good for it: every
   * account of the installation is signed with that one, and would else reach the program it names.
   */
  isProven: boolean;
}

async function findAddressees(deps: WebhookDeps, payload: Buffer): Promise<Addressee[]> {
  const { account, programId } = readAddress(payload);
  const ofAccount =
    account === null
      ? []
      : await deps.directory.remember(`stripe account ${account}`, () =>
          listProgramsOfAccount(deps.postgres, account),
        );
  const named = smallId(programId);
  const asked =
    ofAccount.length > 0 || named === undefined ? ofAccount : [{ programId: named, isProven: false }];
  const found = await Promise.all(
    asked.map(async (one) => ({ ...one, program: await deps.directory.findProgram(one.programId) })),
  );
  return found.flatMap(({ program, isProven }) => (program === undefined ? [] : [{ program, isProven }]));
}

async function store(
  deps: WebhookDeps,
  program: Program,
  signer: SigningSecret,
  payload: Buffer,
): Promise<void> {
  const receivedAt = deps.clock.now();
  const envelope = readEnvelope(payload);
  await deps.inbox.add({
    ...envelope,
    account: await foreignAccount(deps, program, envelope.account),
    workspaceId: program.workspaceId,
    programId: program.id,
    payload: payload.toString('utf8'),
    endpointId: signer.endpointId === connectEndpointId ? null : signer.endpointId,
    origin: 'webhook',
    receivedAt,
  });
  if (signer.endpointId !== connectEndpointId) deps.health.accepted(program, signer.endpointId, receivedAt);
}

/**
 * The account of an event, unless it is the program's own: a Connect endpoint names the account of every event, the
 * account's own endpoint does not, and one event through both must be one row.
 */
async function foreignAccount(
  deps: WebhookDeps,
  program: Program,
  account: string | null,
): Promise<string | null> {
  if (account === null) return null;
  const own = await deps.directory.remember(`stripe accounts of ${program.id}`, () =>
    listOwnAccounts(deps.postgres, program),
  );
  return own.includes(account) ? null : account;
}
