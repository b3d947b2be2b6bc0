/** What a partner's page is about, in its address. */
export interface PortalSearch {
  program?: number;
}

export function readPortalSearch(raw: Record<string, unknown>): PortalSearch {
  const program = Number(raw.program);
  return Number.isSafeInteger(program) && program > 0 ? { program } : {};
}
