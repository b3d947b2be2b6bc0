import type { Currency } from '../money/index.ts';

/** A program with every setting that other rooms ask for (contract §3). */
export interface Program {
  workspaceId: number;
  id: number;
  name: string;
  domain: string;
  currency: Currency;
  status: 'active' | 'paused' | 'archived';
  attributionModel: 'last_click' | 'first_click' | 'linear';
  cookieWindowDays: number;
  attributionWindowDays: number;
  leadAuth: 'open' | 'server_required';
  organicPayments: 'reject' | 'record';
  /** null: the installation's own setting. */
  feeBps: number | null;
  feeFreeRevenueMinor: bigint | null;
  allowedOrigins: readonly string[];
  /** The website bound to the program, if any. */
  websiteId: string | null;
}

export interface Website {
  workspaceId: number;
  id: string;
  domain: string;
  currency: Currency;
  timezone: string;
  allowedOrigins: readonly string[];
  /** The program bound to the website, if any. */
  programId: number | null;
}

/** A referral link and where it leads in our books; null members: its program or enrollment is gone. */
export interface LinkTarget {
  linkId: number;
  code: string;
  active: boolean;
  partnerId: number;
  program: Program | null;
  enrollmentStatus: 'approved' | 'pending' | 'rejected' | 'removed' | null;
  /** Whether a policy of the partner's group has ever paid for clicks. */
  mayPayClicks: boolean;
}

/** An empty list allows all; no Origin header, no check (contract §1). */
export function originAllowed(allowed: readonly string[], origin: string | null): boolean {
  if (origin === null || allowed.length === 0) return true;
  const asked = origin.toLowerCase();
  return allowed.some((one) => one.toLowerCase().replace(/\/+$/, '') === asked);
}
