import Stripe from 'stripe';
import { AppError, type Clock, newId } from '../../platform/index.ts';
import type { Program } from '../../workspaces/index.ts';
import { type SecretStore, signingSecretsOf } from '../endpoints/signing-secrets.ts';
import { pinnedApiVersion } from './enabled-events.ts';

export interface VerifyDeps extends SecretStore {
  clock: Clock;
  /** The webhook route. */
  receive(programId: number, payload: Buffer, signature: string): Promise<void>;
}

/**
 * Sends a test event, signed with the secret that was just kept, through the webhook route: it is verified, stored and
 * processed as any other, and noted as of no use. Undefined when it was taken, else what it was answered.
 */
export async function verifyEndpoint(
  deps: VerifyDeps,
  program: Program,
  endpointId: number,
  livemode: boolean,
): Promise<string | undefined> {
  const secrets = await signingSecretsOf(deps, program);
  const secret = secrets.find((one) => one.endpointId === endpointId)?.secret;
  if (secret === undefined) return 'The signing secret was not kept';
  const timestamp = Math.floor(deps.clock.now().getTime() / 1000);
  const payload = JSON.stringify({
    id: newId('evt_headwater'),
    object: 'event',
    api_version: pinnedApiVersion,
    created: timestamp,
    data: { object: { id: String(endpointId), object: 'headwater.endpoint' } },
    livemode,
    type: 'headwater.endpoint_verified',
  });
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  try {
    await deps.receive(program.id, Buffer.from(payload), signature);
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return `A signed test event was refused: ${error.message}`;
    throw error;
  }
}
