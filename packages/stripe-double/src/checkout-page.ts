import type { Checkout } from './checkout.ts';

/** The page on which a buyer pays. It asks for no card: there is none to charge. */
export function checkoutPage(checkout: Checkout): string {
  const price = (checkout.amount / 100).toFixed(2);
  const currency = checkout.currency.toUpperCase();
  const back =
    checkout.cancelUrl === null ? '' : `<p><a href="${escaped(checkout.cancelUrl)}">Back to the shop</a></p>`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Checkout (simulated)</title>
    <style>
      :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
      main { max-width: 24rem; margin: 10vh auto; padding: 0 1rem; }
      input, button { font: inherit; width: 100%; padding: .6rem; box-sizing: border-box; margin: .25rem 0 1rem; }
    </style>
  </head>
  <body>
    <main>
      <p>Simulated Stripe: no card, no money</p>
      <h1>${escaped(checkout.name)}</h1>
      <p>${price} ${currency}${checkout.mode === 'subscription' ? ' each month' : ''}</p>
      <form method="post">
        <label>Email <input name="email" type="email" required value="${escaped(checkout.email ?? '')}"></label>
        <button>Pay ${price} ${currency}</button>
      </form>
      ${back}
    </main>
  </body>
</html>
`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? '');
}
