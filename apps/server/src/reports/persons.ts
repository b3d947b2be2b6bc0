import type { Subject } from './subject.ts';

/**
 * Who is who, in ClickHouse. A **person** is a customer, or a browser that no customer is known for.
 *
 * What joins the two are events that name both: a lead and a payment carry the customer beside the browser and the click
 * they came with, and an `identify` event with a customer says that a browser turned out to be theirs. A browser of two
 * customers counts for both, as its clicks do when commissions are decided (customers/candidate-touches.ts): each of
 * them saw what it saw. Identity is read as it is known now, from all time, not only from the report's.
 *
 * Persons are 128-bit hashes within a query: as wide as a random id, half the memory of the texts they stand for.
 */
const person = (kind: 'customer' | 'visitor' | 'click' | 'payment', id: string) =>
  `reinterpretAsUInt128(sipHash128('${kind}', ${id}))`;

/** Which rows are the subject's; clicks go by the program. */
export function ownRows({ owner }: Subject): string {
  const own = 'websiteId' in owner ? 'website_id = {websiteId:String}' : 'program_id = {programId:UInt32}';
  return `workspace_id = {workspaceId:UInt32} and ${own} and is_test = 0`;
}

/** The subject's clicks: none, for a website without a program. */
export function ownClicks({ programId }: Subject): string {
  const own = programId === null ? '0' : 'program_id = {programId:UInt32}';
  return `workspace_id = {workspaceId:UInt32} and ${own} and is_test = 0`;
}

export function subjectParams({ workspaceId, owner, programId }: Subject): Record<string, unknown> {
  return { workspaceId, ...owner, ...(programId === null ? {} : { programId }) };
}

/** Subqueries `browser_persons` and `click_persons`: which customers a browser and a click belong to. */
export function personLinks(subject: Subject): string {
  const links = (column: 'visitor_id' | 'click_id') => `
    select ${column}, groupUniqArray(${person('customer', 'customer_id')}) as persons, min(customer_id) as first_customer
    from events
    where ${ownRows(subject)} and type in ('lead', 'payment', 'identify') and customer_id != 0 and ${column} != ''
    group by ${column}`;
  return `browser_persons as (${links('visitor_id')}), click_persons as (${links('click_id')})`;
}

/** The persons behind a row `t` with `visitor_id` and `click_id`, joined with `browser_persons b` and `click_persons c`. */
export const personsOfTouch = `if(
      empty(b.persons) and empty(c.persons),
      [if(t.visitor_id != '', ${person('visitor', 't.visitor_id')}, ${person('click', 't.click_id')})],
      arrayDistinct(arrayConcat(b.persons, c.persons)))`;

/**
 * The person who made a payment `t`, joined with `browser_persons b`: the customer; without one the browser's customer (of
 * several the one with the lowest id); else the browser.
 */
export const personOfPayment = `multiIf(
      t.customer_id != 0, ${person('customer', 't.customer_id')},
      b.first_customer != 0, ${person('customer', 'b.first_customer')},
      t.visitor_id != '', ${person('visitor', 't.visitor_id')},
      ${person('payment', 't.payment_id')})`;

/** The persons behind an event `t` that may name its customer itself. */
export const personsOfEvent = `if(t.customer_id != 0, [${person('customer', 't.customer_id')}], ${personsOfTouch})`;
