import type { Client } from 'pg';

export declare function loadMonth(
  client: Client,
  month: {
    programId: number;
    partnerIds: number[];
    end: Date;
    count: number;
    holdDays: number;
    withBooks?: boolean;
  },
): Promise<void>;
