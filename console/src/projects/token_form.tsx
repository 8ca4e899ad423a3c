// A log-in token for one user of the project, to try things out. An app makes its tokens on its own server.
import { Button, Select, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { makeToken } from '../api/calls.ts';
import { CopyText } from '../ui/copy_text.tsx';
import { useFieldErrors } from '../ui/field_error.ts';
import { userComplaint } from '../ui/field_rules.ts';
import { Failed } from '../ui/states.tsx';
import { formatInstant } from '../ui/time.ts';

export interface MadeToken {
  userId: string;
  token: string;
  expiresAt: string;
}

/** Seconds; a token lives for a day at most. */
const lives = ['600', '3600', '43200', '86400'] as const;

interface Props {
  project: string;
  zone: string;
  made: MadeToken | null;
  onMade(made: MadeToken): void;
}

function Result({ made, zone }: { made: MadeToken; zone: string }) {
  const { t, i18n } = useTranslation();
  return (
    <div className="command" aria-live="polite">
      <p className="hint" data-testid="token-facts">
        {t('tokens.made', { user: made.userId, at: formatInstant(made.expiresAt, zone, i18n.language) })}
      </p>
      <CopyText text={made.token} label={t('tokens.one')} testId="token" />
    </div>
  );
}

export function TokenForm({ project, zone, made, onMade }: Props) {
  const { t } = useTranslation();
  const [userId, setUserId] = useState('ann');
  const [life, setLife] = useState<string>('3600');
  const [tried, setTried] = useState(false);
  const make = useMutation({
    mutationFn: () => makeToken(project, userId, Number(life)),
    gcTime: 0,
    onSuccess: ({ token, expiresAt }) => onMade({ userId, token, expiresAt }),
  });
  const complaint = userComplaint(userId);
  const refused = useFieldErrors(make.error, ['user_id']);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (complaint === null) make.mutate();
  };
  return (
    <div className="stack">
      <form className="form" onSubmit={submit} noValidate>
        <TextInput
          label={t('tokens.user')}
          description={t('tokens.userHint')}
          name="user_id"
          autoComplete="off"
          value={userId}
          error={tried && complaint ? t(complaint.key, complaint.values) : refused.at('user_id')}
          onChange={(event) => {
            make.reset();
            setUserId(event.currentTarget.value);
          }}
        />
        <Select
          label={t('tokens.life')}
          name="life"
          data={lives.map((value) => ({ value, label: t(`tokens.lives.${value}`) }))}
          value={life}
          onChange={(value) => setLife(value ?? '3600')}
          allowDeselect={false}
        />
        <div>
          <Button type="submit" loading={make.isPending} data-testid="make-token">
            {t('tokens.make')}
          </Button>
        </div>
      </form>
      {refused.rest ? <Failed error={refused.rest} /> : null}
      {made ? <Result made={made} zone={zone} /> : null}
    </div>
  );
}
