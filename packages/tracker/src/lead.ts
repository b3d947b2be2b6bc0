import { clickIds, clickInFlight, origin, restoreClick } from './click.ts';
import type { Answer } from './send.ts';
import { safe, send } from './send.ts';
import { tracker } from './state.ts';

export interface Lead {
  email?: string;
  customer_key?: string | number;
  user_id?: string | number;
  additional_data?: object;
}

/** Reports a signup (contract §5.2), with or without a partner click. */
export const sendLead = async (lead: Lead = {}): Promise<Answer> => {
  // Waits for a click on its way, so that its id goes along, but not for ever.
  await safe(() => clickInFlight)();
  restoreClick();
  return send('track/lead', () => ({
    ...origin(lead.additional_data),
    click_id: tracker.clickId,
    click_ids: clickIds,
    customer_key: lead.customer_key ?? lead.user_id,
    email: lead.email,
    program_id: tracker.programId,
  }));
};
