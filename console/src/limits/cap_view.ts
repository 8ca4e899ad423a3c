// How a cap is shown: what it applies to, how near its end it is.
import type { Project } from '../api/types.ts';
import type { Cap } from '../api/types_terms.ts';

export type CapState = 'normal' | 'near' | 'stopped';

/** From here on a cap is nearly used up; the e-mails of the server begin earlier. */
const nearPercent = 80;

export function stateOf({ percent }: Pick<Cap, 'percent'>): CapState {
  if (percent >= 100) return 'stopped';
  return percent >= nearPercent ? 'near' : 'normal';
}

export const toneOf = { normal: 'ok', near: 'near', stopped: 'stop' } as const;

/** The key of texts and the names that a cap's place is told with. */
export function placeOf(cap: Pick<Cap, 'scope' | 'project' | 'prefix'>, projects: readonly Project[]) {
  const project = projects.find(({ id }) => id === cap.project)?.name ?? cap.project ?? '';
  const known = ['account', 'project', 'channels'].includes(cap.scope);
  return { key: known ? `caps.name.${cap.scope}` : cap.scope, project, prefix: cap.prefix ?? '' };
}
