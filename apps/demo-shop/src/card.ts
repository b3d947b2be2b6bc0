/** A card as typed. Looked at, and forgotten with the request: nothing keeps or sends it. */
export interface Card {
  name: string;
  number: string;
  expiry: string;
  code: string;
}

export type CardProblems = Partial<Record<keyof Card, string>>;

/** What the demo's bank says no to, as card processors' test numbers do. */
const declinedNumber = '4000000000000002';

/** What is wrong with a card, by field; nothing when it can be charged. */
export function checkCard(card: Card, now: Date): CardProblems {
  const number = card.number.replace(/[\s-]/g, '');
  const problems: CardProblems = {};
  if (card.name.trim() === '') problems.name = 'Whose card is it?';
  if (!/^\d{12,19}$/.test(number) || !hasCheckDigit(number)) {
    problems.number = 'This is not a card number. The demo takes 4242 4242 4242 4242.';
  } else if (number === declinedNumber) {
    problems.number = 'The bank declined this card. Nothing was charged.';
  }
  if (!isAhead(card.expiry, now)) problems.expiry = 'Month and year, not in the past: 09/30';
  if (!/^\d{3,4}$/.test(card.code.trim())) problems.code = 'The 3 or 4 digits on the card';
  return problems;
}

/** The Luhn sum, by which a mistyped digit is noticed. */
function hasCheckDigit(number: string): boolean {
  const sum = [...number].reverse().reduce((total, digit, index) => {
    const value = index % 2 === 0 ? Number(digit) : Number(digit) * 2;
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** A card is good until the end of its month. */
function isAhead(expiry: string, now: Date): boolean {
  const [, month, year] = /^\s*(\d{1,2})\s*\/\s*(\d{2})\s*$/.exec(expiry) ?? [];
  if (month === undefined || year === undefined) return false;
  if (Number(month) < 1 || Number(month) > 12) return false;
  return Date.UTC(2000 + Number(year), Number(month), 1) > now.getTime();
}
