import type { PartnerRecord } from '@headwater/contract';
import { type Api, openApi } from '../api.ts';
import { type Context, openContext } from '../context.ts';
import { findPayment } from '../explain/find-payment.ts';
import { type Explanation, showExplanation } from '../explain/show.ts';
import { Failure } from '../failure.ts';
import { openOutput } from '../output.ts';
import { findKey, findToken, here, readUrl } from '../settings.ts';
import { type ProgramOptions, programCommand } from './command.ts';

/** `headwater explain`: why a payment is credited to whom it is, from the evidence to the ledger. */
export function explainCommand() {
  return programCommand(
    'explain',
    'Say why a payment is credited to a partner, or to none: evidence, losers, terms, ledger',
  )
    .argument(
      '<payment>',
      'its number, or any id of it: transaction id, Stripe’s session, intent, charge, invoice',
    )
    .action(async (payment: string, options: ProgramOptions) => {
      const context = openExplainContext(options);
      const answer = await explain(context, payment, options.program);
      if (context.isJson) return context.out.json(answer);
      const names = await namesOf(context.api, answer);
      showExplanation(context.out, answer, (id) => names.get(id) ?? `Partner ${id}`);
    });
}

/** With a key, or with the program's token, which opens payments by their number. */
function openExplainContext(options: ProgramOptions): Context {
  const place = here();
  const token = findToken(place);
  if (findKey(place) !== undefined || token === undefined) return openContext(options);
  return {
    api: openApi({ url: readUrl(place), key: token }),
    out: openOutput(process.stdout, process.stderr),
    isJson: options.json === true,
    place,
  };
}

/** Digits are a payment's number first; there are shops that number their orders. */
async function explain(context: Context, text: string, program: string | undefined): Promise<Explanation> {
  const get = async (id: string) =>
    (await context.api.get<{ data: Explanation }>(`/api/v1/payments/${id}/explain`)).data;
  if (/^\d{1,15}$/.test(text)) {
    try {
      return await get(text);
    } catch (error) {
      const isUnknown = error instanceof Failure && error.code === 'http_404';
      if (!isUnknown || findKey(context.place) === undefined) throw error;
    }
  }
  return get(String(await findPayment(context, text, program)));
}

async function namesOf(
  api: Api,
  { payment, attribution, ledger }: Explanation,
): Promise<Map<number, string>> {
  const ids = [...(attribution?.candidates ?? []), ...ledger].flatMap(({ partner_id: id }) => id ?? []);
  const names = new Map<number, string>();
  for (const id of new Set(ids)) {
    const path = `/api/v1/programs/${payment.program_id}/partners/${id}`;
    // A number says it as well, where the names are not for whoever asks.
    const partner = await api.get<{ data: PartnerRecord }>(path).catch(() => undefined);
    if (partner !== undefined) names.set(id, partner.data.name);
  }
  return names;
}
