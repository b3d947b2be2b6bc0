import type { Readiness } from '@headwater/sdk/server';

const steps: Readonly<Record<string, string>> = {
  complete_program_profile: 'Give the program a name and a domain (PATCH /api/v1/programs/:id, or Settings).',
  set_commission_policy:
    'Say what partners earn: add terms to the default group (POST /api/v1/groups/:id/policies, or Groups on the dashboard).',
  surface_stripe_connect_url:
    'Connect Stripe again (npx headwater setup stripe --api-key): the account took its permission back.',
  install_tracker_or_send_events:
    'Load the tracker on the site, or send a first click: integration_plan has the code.',
  run_synthetic_sale_chain: 'Prove that it works: run_verification.',
};

/** What readiness asks for next, in a sentence. */
export function nextStep({ state, blocker, gates }: Readiness): string {
  const action = blocker === null ? undefined : gates[blocker as keyof typeof gates]?.next_action;
  if (action !== undefined) return steps[action] ?? `Next: ${action}.`;
  if (state === 'live_verified') return 'Nothing is left to do: real events arrive and are attributed.';
  return 'Nothing is left to do but to go live: the first real event ends it.';
}
