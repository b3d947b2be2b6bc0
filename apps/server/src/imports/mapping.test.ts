import { describe, expect, it } from 'vitest';
import { parseCurrency } from '../money/index.ts';
import { shapeOfTable, shapes } from './fields.ts';
import { mapColumns } from './mapping.ts';
import { presets } from './presets.ts';
import { Refused, readAmount, readInstant } from './read-cell.ts';

const mapped = (...args: Parameters<typeof mapColumns>) => {
  const found = mapColumns(...args);
  if ('fault' in found) throw new Error(found.fault);
  return Object.fromEntries(found.fields.map(({ field, column }) => [field, column]));
};

describe('mapColumns', () => {
  it('finds columns by their names, whatever their case and signs; a column serves one field', () => {
    expect(mapped(shapes.payments, ['Order ID', 'Amount', 'Created At', 'E-Mail', 'other'], {}, {})).toEqual({
      transaction_id: 'Order ID',
      amount: 'Amount',
      occurred_at: 'Created At',
      customer_email: 'E-Mail',
    });
    // `id` is the transaction's, so nothing else takes it.
    expect(mapped(shapes.clicks, ['id', 'time', 'ref'], {}, {})).toEqual({
      click_id: 'id',
      clicked_at: 'time',
      code: 'ref',
    });
  });

  it('what is named goes before the preset, and the preset before guesses', () => {
    const columns = [
      'id',
      'Amount',
      'Net',
      'Created (UTC)',
      'Customer ID',
      'Customer Email',
      'Tax',
      'Status',
    ];
    const preset = presets.stripe.payments ?? {};
    expect(mapped(shapes.payments, columns, preset, { amount: 'Net' })).toEqual({
      transaction_id: 'id',
      amount: 'Net',
      occurred_at: 'Created (UTC)',
      customer_email: 'Customer Email',
      status: 'Status',
    });
  });

  it('says which field is missing, and which mapping leads nowhere', () => {
    const fault = (...args: Parameters<typeof mapColumns>) =>
      (mapColumns(...args) as { fault?: string }).fault;
    expect(fault(shapes.payments, ['id', 'when'], {}, {})).toBe(
      'mapping: no column was found for amount or amount_cents: name it',
    );
    expect(fault(shapes.payments, ['id'], {}, { amonut: 'id' })).toMatch(
      /^mapping: there is no field amonut; there are/,
    );
    expect(fault(shapes.payments, ['id'], {}, { amount: 'sum' })).toBe(
      'mapping: the file has no column for amount by that name',
    );
  });

  it('reads the exports of Rewardful, Dub, Tolt, Umami and Plausible by their own headers', () => {
    const rewardful = ['first_name', 'last_name', 'email', 'paypal_email', 'token', 'state', 'visitors'];
    expect(mapped(shapes.partners, rewardful, presets.rewardful.partners ?? {}, {})).toEqual({
      ...{ email: 'email', first_name: 'first_name', last_name: 'last_name', code: 'token', status: 'state' },
    });
    const dub = ['ID', 'Name', 'Email', 'Country', 'Status', 'Enrolled at', 'Payouts enabled at'];
    expect(mapped(shapes.partners, dub, presets.dub.partners ?? {}, {})).toEqual({
      ...{ email: 'Email', name: 'Name', status: 'Status' },
    });
    const tolt = ['id', 'first_name', 'last_name', 'email', 'status', 'param', 'value'];
    expect(mapped(shapes.partners, tolt, presets.tolt.partners ?? {}, {})).toEqual({
      ...{
        email: 'email',
        first_name: 'first_name',
        last_name: 'last_name',
        code: 'value',
        status: 'status',
      },
    });
    const umami =
      'website_id,session_id,visit_id,event_id,hostname,browser,os,device,url_path,event_type,event_name,distinct_id,created_at,job_id';
    expect(Object.keys(mapped(shapes.umami, umami.split(','), {}, {}))).not.toContain('distinct_id');
    expect(
      mapped(shapeOfTable('imported_pages'), ['date', 'visitors', 'pageviews', 'hostname', 'page'], {}, {}),
    ).toEqual({
      ...{ date: 'date', hostname: 'hostname', page: 'page', visitors: 'visitors', pageviews: 'pageviews' },
    });
  });
});

describe('cells', () => {
  const [usd, jpy, kwd] = ['USD', 'JPY', 'KWD'].map((code) => parseCurrency(code) as never);
  const now = new Date('2026-06-01T00:00:00Z');

  it('amounts are exact, whatever the currency’s decimals', () => {
    const amount = (text: string, currency: never) =>
      readAmount(new Map([['amount', text]]), 'amount', currency);
    expect([amount('1234.5', usd as never), amount('0.10', usd as never)]).toEqual([123450n, 10n]);
    // A float would not hold it.
    expect(amount('9007199254.99', usd as never)).toBe(900719925499n);
    expect([
      amount('1200', jpy as never),
      amount('1200.00', jpy as never),
      amount('1.234', kwd as never),
    ]).toEqual([1200n, 1200n, 1234n]);
    for (const text of ['1,5', '1.234,50', '1e3', '$5', '1.005', '٣', '10000000000000']) {
      expect(() => amount(text, usd as never), text).toThrow(Refused);
    }
    expect(readAmount(new Map([['amount_cents', '105']]), 'amount', usd as never)).toBe(105n);
  });

  it('times without a zone are UTC; what cannot be is refused', () => {
    const at = (text: string) => readInstant(new Map([['at', text]]), 'at', now)?.toISOString();
    expect(at('2024-01-31')).toBe('2024-01-31T00:00:00.000Z');
    expect(at('2024-01-31 13:45')).toBe('2024-01-31T13:45:00.000Z');
    expect(at('2024-01-31T13:45:01.5+02:00')).toBe('2024-01-31T11:45:01.500Z');
    for (const text of [
      '2024-02-30',
      '31.01.2024',
      '1706745600',
      '1999-12-31',
      '2026-06-02',
      '2024-01-31 25:00',
    ]) {
      expect(() => at(text), text).toThrow(Refused);
    }
  });
});
