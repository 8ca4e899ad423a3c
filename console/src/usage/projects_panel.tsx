import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { meterNames, type Usage } from '../api/types.ts';
import { compare, formatQuantity, permille } from '../exact/decimal.ts';
import { projectPath } from '../projects/project_text.tsx';
import { placesOf, useNames } from '../ui/names.ts';
import { Panel } from '../ui/panel.tsx';
import { ScrollBox } from '../ui/scroll_box.tsx';
import { Empty } from '../ui/states.tsx';

/** Each project's own use; the account's meters are the sums of these columns. */
export function ProjectsPanel({ account, usage }: { account: string; usage: Usage }) {
  const { t } = useTranslation();
  const names = useNames();
  const projects = [...usage.projects].sort(
    (a, b) => compare(b.used.messages, a.used.messages) || a.name.localeCompare(b.name),
  );
  return (
    <Panel title={t('projects.title')} hint={t('projects.hint')}>
      {projects.length === 0 ? (
        <Empty title={t('projects.empty')}>
          {t('projects.emptyHint')}{' '}
          <Link to={`/accounts/${encodeURIComponent(account)}/projects`}>{t('projects.first')}</Link>
        </Empty>
      ) : (
        <ScrollBox label={t('projects.title')}>
          <table className="table rows">
            <thead>
              <tr>
                <th scope="col">{t('projects.project')}</th>
                {meterNames.map((meter) => (
                  <th key={meter} scope="col" className="num">
                    {names.meter(meter)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {projects.map((project) => (
                <tr key={project.name}>
                  <th scope="row">
                    <Link to={projectPath(account, project.id)} className="wrap">
                      {project.name}
                    </Link>
                  </th>
                  {meterNames.map((meter) => (
                    <td key={meter} className="num" data-label={names.meter(meter)}>
                      {formatQuantity(project.used[meter], placesOf(meter))}
                      <span className="share" aria-hidden="true">
                        <span
                          style={{ width: `${permille(project.used[meter], usage.meters[meter].used, 1000) / 10}%` }}
                        />
                      </span>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </Panel>
  );
}
