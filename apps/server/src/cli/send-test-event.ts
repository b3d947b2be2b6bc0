import { SaleRequest } from '@headwater/contract';
import { recordTestLead } from '../customers/index.ts';
import { type FeeSettings, readTestSale, recordTestPayment } from '../payments/index.ts';
import { reader } from '../platform/index.ts';
import { type ClickDeps, type DigestAddress, recordTestClick } from '../touches/index.ts';
import type { Program, SetUpDeps } from '../workspaces/index.ts';

export interface TestEventDeps extends SetUpDeps {
  fees: FeeSettings;
  click: ClickDeps;
  digestAddress: DigestAddress;
}

const saleReader = reader(SaleRequest);

export async function sendTestEvent(deps: TestEventDeps, program: Program, kind: 'click' | 'lead' | 'sale') {
  const id = await sendOne(deps, program, kind);
  return {
    ...{ event_type: kind, event_id: String(id), received: true, attributed: false },
    message: `Test ${kind} event recorded`,
  };
}

/** By the same doors as test mode of the tracking routes (contract §4). */
async function sendOne(
  deps: TestEventDeps,
  program: Program,
  kind: 'click' | 'lead' | 'sale',
): Promise<number | bigint> {
  switch (kind) {
    case 'click': {
      const url = `https://${program.domain}/`;
      return (await recordTestClick(deps.click, { affiliate_url: url }, program.id)).eventId;
    }
    case 'lead':
      return recordTestLead(deps, program, {});
    case 'sale': {
      const fact = readTestSale(deps.hasher, program, saleReader, {}, null, deps.clock.now());
      return (await recordTestPayment(deps, fact)).paymentId;
    }
  }
}
