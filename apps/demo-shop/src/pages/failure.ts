import { type Credentials, HeadwaterProblem } from '../headwater.ts';
import { html } from '../html.ts';
import { ShopRefusal } from '../request.ts';
import type { Reply } from '../routes.ts';
import { layout } from './layout.ts';

/** The page for what went wrong: what the visitor can know and do. Bugs are also written where the operator looks. */
export function failurePage(credentials: Credentials, error: unknown): Reply {
  const { status, title, message } = describe(error);
  const main = html`<div class="narrow"><h1>${title}</h1><p class="notice bad" role="alert">${message}</p><p><a class="button second" href="/">Back to the start</a></p></div>`;
  return { status, body: layout(credentials, { title, main, account: undefined }) };
}

function describe(error: unknown): { status: number; title: string; message: string } {
  if (error instanceof ShopRefusal) {
    return { status: error.status, title: 'That did not work', message: error.message };
  }
  if (error instanceof HeadwaterProblem) {
    return { status: 502, title: 'Headwater said no', message: error.message };
  }
  process.stderr.write(`The shop failed: ${error instanceof Error ? error.stack : String(error)}\n`);
  return {
    status: 500,
    title: 'The shop failed',
    message: 'Something in the shop broke. Nothing was charged.',
  };
}
