// From here to a first message: a token for somebody, and code for this very project.
import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ProjectDetail } from '../api/types_projects.ts';
import { useMay } from '../session/may.ts';
import { CodeBlock } from '../ui/code_block.tsx';
import { Panel } from '../ui/panel.tsx';
import { type Connection, curlCode, sdkCode, tokenServerCode } from './connect_code.ts';
import { type MadeToken, TokenForm } from './token_form.tsx';

const ways = { sdk: sdkCode, curl: curlCode, server: tokenServerCode } as const;
type Way = keyof typeof ways;

interface Props {
  account: string;
  project: ProjectDetail;
  zone: string;
}

interface TokenProps extends Props {
  made: MadeToken | null;
  onMade(made: MadeToken): void;
}

/** The form, or why there is none. */
function Token({ account, project, zone, made, onMade }: TokenProps) {
  const { t } = useTranslation();
  const mayMake = useMay(account)('token_create');
  const signed = project.certificates.some(({ enabled }) => enabled);
  if (!signed) return <p className="hint">{t(project.appIdOnly ? 'tokens.notNeeded' : 'tokens.noCertificate')}</p>;
  if (!mayMake) return <p className="hint">{t('tokens.mayNot')}</p>;
  return <TokenForm project={project.id} zone={zone} made={made} onMade={onMade} />;
}

export function ConnectPanel({ account, project, zone }: Props) {
  const { t } = useTranslation();
  const may = useMay(account);
  const [way, setWay] = useState<Way>('sdk');
  const [made, setMade] = useState<MadeToken | null>(null);
  const signed = project.certificates.some(({ enabled }) => enabled);
  const connection: Connection = {
    origin: window.location.origin,
    project: project.id,
    appId: project.appId,
    userId: made?.userId ?? 'ann',
    token: made?.token ?? (signed || !project.appIdOnly ? null : ''),
  };
  return (
    <Panel title={t('connect.title')} hint={t('connect.hint')}>
      <div className="connect">
        <section aria-label={t('tokens.title')}>
          <h3>{t('tokens.title')}</h3>
          <Token account={account} project={project} zone={zone} made={made} onMade={setMade} />
        </section>
        <section className="stack" aria-label={t('connect.code')}>
          <SegmentedControl
            size="xs"
            aria-label={t('connect.code')}
            value={way}
            onChange={(value) => setWay(value as Way)}
            data={(Object.keys(ways) as Way[]).map((value) => ({ value, label: t(`connect.way.${value}`) }))}
          />
          <CodeBlock code={ways[way](connection)} label={t(`connect.way.${way}`)} testId={`code-${way}`} />
          <p className="hint">
            {way === 'curl' ? (
              may('key_read') ? (
                <Trans
                  i18nKey="connect.hintCurlLink"
                  components={[<Link key="keys" to={`/accounts/${encodeURIComponent(account)}/keys`} />]}
                />
              ) : (
                t('connect.hintCurl')
              )
            ) : (
              t(way === 'sdk' && made === null && signed ? 'connect.hintSdkToken' : `connect.hintOf.${way}`)
            )}
          </p>
        </section>
      </div>
    </Panel>
  );
}
