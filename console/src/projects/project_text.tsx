// What several parts of the projects' pages say alike.
import { useTranslation } from 'react-i18next';
import type { ProjectDetail } from '../api/types_projects.ts';
import { CopyText } from '../ui/copy_text.tsx';
import type { Tone } from '../ui/notice.tsx';

/** What can be said of a project at a glance; the first that holds counts. */
export type ProjectState = 'off' | 'closed' | 'open' | 'on';

/** `closed`: nobody can log in, `open`: everybody who knows the App ID can. */
export function stateOf({ disabled, appIdOnly, certificates }: ProjectDetail): ProjectState {
  if (disabled) return 'off';
  if (appIdOnly) return 'open';
  return certificates.some(({ enabled }) => enabled) ? 'on' : 'closed';
}

const tones: Record<ProjectState, Tone> = { off: 'stop', closed: 'stop', open: 'near', on: 'ok' };

export function StateBadge({ project }: { project: ProjectDetail }) {
  const { t } = useTranslation();
  const state = stateOf(project);
  return (
    <span className={`badge tone-${tones[state]}`} data-testid="project-state" data-state={state}>
      {t(`project.state.${state}`)}
    </span>
  );
}

export function AppId({ project, testId }: { project: ProjectDetail; testId?: string }) {
  return <CopyText text={project.appId} label="App ID" {...(testId ? { testId } : {})} />;
}

export const projectPath = (account: string, project: string) =>
  `/accounts/${encodeURIComponent(account)}/projects/${encodeURIComponent(project)}`;
