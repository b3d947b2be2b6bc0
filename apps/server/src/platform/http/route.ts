import type { ErrorCode } from '@headwater/contract';
import type { TSchema } from 'typebox';
import type { Principal, Scope } from './principal.ts';

/** Who may call a route (contract §2). */
export type Access =
  | { kind: 'public' }
  /** A program tracking token, `aff_`. */
  | { kind: 'program' }
  /** Public, but an Authorization header that is sent must hold a program token. */
  | { kind: 'program_if_sent' }
  /** A website token, `tf_`. */
  | { kind: 'website' }
  /** A CLI login token, `hwl_`. */
  | { kind: 'login' }
  /** A management key with the scope; the program's own token too where `orProgramToken` is set. */
  | { kind: 'management'; scope: Scope; orProgramToken?: boolean }
  /** A partner who is signed in, on a page of ours; no token opens it. */
  | { kind: 'partner' };

/**
 * How a route words its refusals (contract §1): `plain` {"error"}, `coded` {"error","code"},
 * `message` {"message"} (attribute-payment; general errors carry both keys there), `readiness` {"error":{"code","message"}} for
 * 401 and 500.
 */
export type ErrorShape = 'plain' | 'coded' | 'message' | 'readiness';

export interface Call {
  body: Record<string, unknown>;
  /** The bytes as they came; empty but on routes with `raw`. */
  raw: Buffer;
  params: Record<string, string>;
  query: Record<string, unknown>;
  principal: Principal;
  /** Whom the same header stands for now, on routes that go on answering. Throws what a new request would be refused with. */
  principalNow(): Promise<Principal>;
  /** Client address, for geo only; never stored. */
  address: string;
  origin: string | null;
  userAgent: string | null;
  header(name: string): string | null;
}

export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** A request to the API: declared once, served, documented and attacked by the table-driven tests from the same row. */
export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  path: string;
  tag: string;
  summary: string;
  access: Access;
  errors: ErrorShape;
  /** The text of a 500 on this route. */
  failure: string;
  /** Called by browsers: preflight is answered and the origin echoed. */
  cors?: boolean;
  /** Beacons send JSON as text/plain. */
  acceptsTextPlain?: boolean;
  /**
   * The body is handed on byte for byte, whatever its type, up to this size: its sender signed the bytes, or they are a
   * file. `body` is then for the reference only.
   */
  raw?: { limitBytes: number };
  /** The media type of an answer that is a file. */
  file?: 'application/pdf' | 'text/csv' | 'application/octet-stream';
  /** The answer is a stream of this type, which goes on until one of both ends it. */
  stream?: 'text/event-stream';
  body?: TSchema;
  query?: TSchema;
  /** Answers by status, for the reference: those that carry something, not the refusals that are an error alone. */
  answers: Record<number, TSchema>;
  /** Refusals of its own, beside those that its access, path, body and fields bring (http/reference/refusals.ts). */
  refuses?: readonly ErrorCode[];
  handle(call: Call): Answer | Promise<Answer>;
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
