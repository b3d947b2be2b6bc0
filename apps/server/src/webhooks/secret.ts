import { randomBytes } from 'node:crypto';

/** What a secret is sealed for: it opens nothing in another workspace. */
export function secretContext(workspaceId: number): string {
  return `webhook secret of workspace ${workspaceId}`;
}

/** 24 random bytes, as Standard Webhooks has them. */
export function newSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`;
}
