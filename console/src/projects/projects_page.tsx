// The projects of an account: what an app developer comes for first.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { useUsage } from '../api/queries.ts';
import { useProjectDetails } from '../api/queries_projects.ts';
import type { Usage } from '../api/types.ts';
import type { MadeProject, ProjectDetail } from '../api/types_projects.ts';
import { formatQuantity } from '../exact/decimal.ts';
import { useMay } from '../session/may.ts';
import { TableHead } from '../ui/figures.tsx';
import { PlusIcon } from '../ui/icons.tsx';
import { placesOf, useNames } from '../ui/names.ts';
import { Panel } from '../ui/panel.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { SecretOnce } from '../ui/secret_once.tsx';
import { formatDate } from '../ui/time.ts';
import { MakeProject } from './make_project.tsx';
import { AppId, projectPath, StateBadge } from './project_text.tsx';
import { usedBy } from './used_by.ts';

const meters = ['pcu', 'messages'] as const;

function ProjectRow({ project, account, usage }: { project: ProjectDetail; account: string; usage: Usage }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const used = usedBy(usage, project.id);
  return (
    <tr data-testid={`project-${project.id}`}>
      <th scope="row">
        <Link to={projectPath(account, project.id)} className="wrap">
          {project.name}
        </Link>
      </th>
      <td data-label="App ID" className="whole-row">
        <AppId project={project} />
      </td>
      <td data-label={t('projectList.state')}>
        <StateBadge project={project} />
      </td>
      {meters.map((meter) => (
        <td key={meter} className="num" data-label={names.meter(meter)}>
          {formatQuantity(used[meter], placesOf(meter))}
        </td>
      ))}
      <td data-label={t('projectList.created')}>{formatDate(project.createdAt, usage.zone, i18n.language)}</td>
    </tr>
  );
}

function ProjectTable({ projects, account, usage }: { projects: ProjectDetail[]; account: string; usage: Usage }) {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <table className="table rows" data-testid="projects">
      <TableHead
        columns={[
          { key: 'name', label: t('projectList.name') },
          { key: 'app', label: 'App ID' },
          { key: 'state', label: t('projectList.state') },
          ...meters.map((meter) => ({ key: meter, label: names.meter(meter), number: true })),
          { key: 'created', label: t('projectList.created') },
        ]}
      />
      <tbody>
        {projects.map((project) => (
          <ProjectRow key={project.id} project={project} account={account} usage={usage} />
        ))}
      </tbody>
    </table>
  );
}

/** The certificate of a project that was just made; it goes on to the project. */
function Made({ account, made, onClose }: { account: string; made: MadeProject; onClose(): void }) {
  const { t } = useTranslation();
  return (
    <SecretOnce
      title={t('project.made', { name: made.project.name })}
      label={t('certificates.one')}
      secret={made.certificate ?? ''}
      onClose={onClose}
      action={
        <Button variant="default" component={Link} to={projectPath(account, made.project.id)}>
          {t('project.open')}
        </Button>
      }
    >
      <div>
        <dt>App ID</dt>
        <dd>
          <AppId project={made.project} testId="made-app-id" />
        </dd>
      </div>
    </SecretOnce>
  );
}

export function ProjectsPage() {
  const { t } = useTranslation();
  const { account = '' } = useParams();
  const navigate = useNavigate();
  const mayWrite = useMay(account)('project_write');
  const usage = useUsage(account);
  const projects = useProjectDetails(account);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<MadeProject | null>(null);
  const onMade = (done: MadeProject) => {
    setMaking(false);
    if (done.certificate === null) navigate(projectPath(account, done.project.id));
    else setMade(done);
  };
  const makeButton = mayWrite ? (
    <Button leftSection={<PlusIcon size={16} />} onClick={() => setMaking(true)} data-testid="make-project">
      {t('project.make')}
    </Button>
  ) : null;
  const none = projects.data?.length === 0;
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t('projectList.title')}</h1>
          <p className="hint">{mayWrite ? t('projectList.hint') : t('projectList.mayNot')}</p>
        </div>
        {none ? null : makeButton}
      </header>
      <Panel title={t('projectList.all')} hint={t('projectList.allHint')}>
        <QueryBody query={usage} height={280}>
          {(month) => (
            <QueryBody query={projects} height={280}>
              {(found) =>
                found.length === 0 ? (
                  <div className="empty" data-testid="no-projects">
                    <p className="empty-title">{t('projectList.empty')}</p>
                    <p className="hint">{t(mayWrite ? 'projectList.emptyHint' : 'projectList.emptyMayNot')}</p>
                    {makeButton ? <p className="empty-action">{makeButton}</p> : null}
                  </div>
                ) : (
                  <ProjectTable projects={found} account={account} usage={month} />
                )
              }
            </QueryBody>
          )}
        </QueryBody>
      </Panel>
      {making ? <MakeProject account={account} onMade={onMade} onClose={() => setMaking(false)} /> : null}
      {made ? <Made account={account} made={made} onClose={() => setMade(null)} /> : null}
    </>
  );
}
