// One project: what its clients need to connect, how they prove themselves, what they used, and its limits.
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useUsage } from '../api/queries.ts';
import { useProject } from '../api/queries_projects.ts';
import { meterNames, type Usage } from '../api/types.ts';
import type { ProjectDetail } from '../api/types_projects.ts';
import { formatQuantity } from '../exact/decimal.ts';
import { useMay } from '../session/may.ts';
import { BackLink } from '../ui/back_link.tsx';
import { CopyText } from '../ui/copy_text.tsx';
import { Figures } from '../ui/figures.tsx';
import { placesOf, useNames } from '../ui/names.ts';
import { Notice } from '../ui/notice.tsx';
import { Panel } from '../ui/panel.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { Empty } from '../ui/states.tsx';
import { formatDate, formatMonth } from '../ui/time.ts';
import { UsagePanel } from '../usage/usage_panel.tsx';
import { CertificatesPanel } from './certificates_panel.tsx';
import { ConnectPanel } from './connect_panel.tsx';
import { LimitsPanel } from './limits_panel.tsx';
import { ProjectActions } from './project_actions.tsx';
import { AppId, StateBadge, stateOf } from './project_text.tsx';
import { usedBy } from './used_by.ts';

interface PartProps {
  account: string;
  project: ProjectDetail;
  usage: Usage;
}

function Head({ account, project, usage }: PartProps) {
  const { t, i18n } = useTranslation();
  const may = useMay(account);
  return (
    <>
      <div>
        <BackLink to={`/accounts/${encodeURIComponent(account)}/projects`} title={t('projectList.back')} />
      </div>
      <header className="page-head">
        <div>
          <h1 data-testid="project-name">{project.name}</h1>
          <ul className="facts">
            <li>{t('project.number', { number: project.id })}</li>
            <li>{t('project.createdAt', { date: formatDate(project.createdAt, usage.zone, i18n.language) })}</li>
          </ul>
        </div>
        {may('project_write') ? <ProjectActions account={account} project={project} /> : null}
      </header>
    </>
  );
}

/** What keeps clients out, or lets anybody in. */
function StateNotice({ project }: { project: ProjectDetail }) {
  const { t } = useTranslation();
  const state = stateOf(project);
  if (state === 'on') return null;
  return (
    <Notice tone={state === 'open' ? 'near' : 'stop'} title={t(`project.notice.${state}`)} testId="project-notice">
      {t(`project.noticeText.${state}`)}
    </Notice>
  );
}

function IdentityPanel({ project, usage }: Omit<PartProps, 'account'>) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const used = usedBy(usage, project.id);
  const label = t('project.restPath');
  return (
    <Panel
      title={t('project.identity')}
      action={<StateBadge project={project} />}
      className="stack"
      hint={t('project.identityHint')}
    >
      <dl className="secret-facts">
        <div>
          <dt>App ID</dt>
          <dd>
            <AppId project={project} testId="app-id" />
          </dd>
        </div>
        <div>
          <dt>{label}</dt>
          <dd>
            <CopyText text={`${window.location.origin}/v1/projects/${project.id}`} label={label} />
          </dd>
        </div>
      </dl>
      <h3>{t('project.used', { month: formatMonth(usage.month, i18n.language) })}</h3>
      <Figures
        figures={meterNames.map((meter) => ({
          label: names.meter(meter),
          value: formatQuantity(used[meter], placesOf(meter)),
          testId: `project-${meter}`,
        }))}
      />
      <p className="hint">{t('project.usedHint')}</p>
    </Panel>
  );
}

function Parts({ account, project, usage }: PartProps) {
  return (
    <>
      <Head account={account} project={project} usage={usage} />
      <StateNotice project={project} />
      <div className="columns halves">
        <IdentityPanel project={project} usage={usage} />
        <CertificatesPanel account={account} project={project} zone={usage.zone} />
      </div>
      <ConnectPanel account={account} project={project} zone={usage.zone} />
      <UsagePanel account={account} usage={usage} project={project.id} start="month" />
      <LimitsPanel account={account} project={project} />
    </>
  );
}

export function ProjectPage() {
  const { t } = useTranslation();
  const { account = '', project = '' } = useParams();
  const usage = useUsage(account);
  const found = useProject(account, project);
  // Of people with several accounts: a project of another one is not this account's.
  if (found.data && found.data.account !== account) {
    return (
      <Empty title={t('project.foreign')}>
        <BackLink to={`/accounts/${encodeURIComponent(account)}/projects`} title={t('projectList.back')} />
      </Empty>
    );
  }
  return (
    <QueryBody query={found} height={420}>
      {(shown) => (
        <QueryBody query={usage} height={420}>
          {(month) => <Parts key={shown.id} account={account} project={shown} usage={month} />}
        </QueryBody>
      )}
    </QueryBody>
  );
}
