import type { Sealer } from '../platform/index.ts';
import type { Recipient } from './queries.ts';

/** An address as it is stored: sealed for its workspace, and masked to be shown. */
export function sealRecipient(sealer: Sealer, workspaceId: number, email: string): Recipient {
  return {
    sealed: sealer.seal(email, context(workspaceId)),
    masked: `${[...email][0]}***@${email.split('@')[1]}`,
  };
}

export function openRecipient(sealer: Sealer, workspaceId: number, sealed: Buffer): string {
  return sealer.open(sealed, context(workspaceId));
}

function context(workspaceId: number): string {
  return `mail recipient of workspace ${workspaceId}`;
}
