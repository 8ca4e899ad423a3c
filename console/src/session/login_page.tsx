import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { logIn } from '../api/calls.ts';
import { ApiError } from '../api/errors.ts';
import { LanguageSwitch, SchemeSwitch } from '../app/preferences.tsx';
import { CheckIcon, Logo } from '../ui/icons.tsx';
import { Notice } from '../ui/notice.tsx';
import { Failed } from '../ui/states.tsx';
import { openSession, useSessionState } from './store.ts';

function LoginForm() {
  const { t } = useTranslation();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const login = useMutation({ mutationFn: () => logIn(email.trim(), password), onSuccess: openSession });
  const wrong = login.error instanceof ApiError && ['unauthorized', 'invalid'].includes(login.error.kind);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    login.mutate();
  };
  return (
    <form onSubmit={submit} className="login-form">
      {wrong ? (
        <Notice tone="stop" title={t('login.wrong')} urgent testId="failed">
          {t('login.wrongHint')}
        </Notice>
      ) : login.error ? (
        <Failed error={login.error} />
      ) : null}
      <TextInput
        label={t('login.email')}
        type="email"
        name="email"
        autoComplete="username"
        required
        withAsterisk={false}
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        size="md"
      />
      <PasswordInput
        label={t('login.password')}
        name="password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': t('login.show') }}
        size="md"
      />
      <Button type="submit" size="md" loading={login.isPending} fullWidth>
        {t('login.submit')}
      </Button>
    </form>
  );
}

/** What a visitor sees without a session; afterwards the page he asked for. */
export function LoginPage() {
  const { t } = useTranslation();
  const { end } = useSessionState();
  return (
    <div className="login">
      <div className="login-story" aria-hidden="true">
        <div className="login-story-inner">
          <p className="login-claim">{t('login.claim')}</p>
          <ul>
            {['exact', 'explained', 'capped'].map((point) => (
              <li key={point}>
                <CheckIcon />
                <span>{t(`login.point.${point}`)}</span>
              </li>
            ))}
          </ul>
        </div>
      </div>
      <main className="login-main">
        <div className="login-tools">
          <LanguageSwitch />
          <SchemeSwitch />
        </div>
        <div className="login-box">
          <div className="brand big">
            <Logo size={34} />
            <span>Postage</span>
          </div>
          <h1>{t('login.title')}</h1>
          {end === 'expired' ? (
            <Notice tone="near" title={t('login.expired')}>
              {t('login.expiredHint')}
            </Notice>
          ) : null}
          <LoginForm />
        </div>
      </main>
    </div>
  );
}
