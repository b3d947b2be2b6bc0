import type { PathDimension } from '@headwater/contract';
import type { Subject } from '../subject.ts';

/** Which payments are asked about, and what counts as their path. */
export interface PathScope {
  subject: Subject;
  /** First instant inside and first one outside, of payments. */
  from: Date;
  before: Date;
  by: PathDimension;
  lookbackMs: number;
  /** Whether what was refunded so far is taken off a payment. */
  isNet: boolean;
}

/** The touches of a path are told apart by so many values at most; what else there is goes together. */
export const maxValues = 200;

/** A longer path is read as its first touch and the last ones. */
export const maxTouches = 50;
