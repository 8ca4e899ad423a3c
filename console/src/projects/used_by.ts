import type { MeterName, Usage } from '../api/types.ts';

const nothing: Record<MeterName, string> = { pcu: '0', messages: '0', storage_gb: '0' };

/** What one project has used of the month; a project that used nothing is not in the account's answer. */
export function usedBy(usage: Usage, project: string): Record<MeterName, string> {
  return usage.projects.find(({ id }) => id === project)?.used ?? nothing;
}
