// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { readMadeProject, readProjectDetail } from '../api/read_projects.ts';
import { complaintsOf } from './make_project.tsx';
import { stateOf } from './project_text.tsx';

const answer = {
  id: '7',
  account: '1',
  name: 'chat',
  app_id: '970CA35de60c44645bbae8a215061b33',
  app_id_only: false,
  disabled: false,
  limits: { message_bytes_max: 32_768 },
  limits_in_force: { message_bytes_max: 65_536 },
  certificates: [{ slot: 'primary', enabled: true, created_at: '2026-11-26T08:00:00.000Z' }],
  created_at: '2026-11-26T08:00:00.000Z',
};

describe('a project', () => {
  it('is read with its limits as exact texts', () => {
    const project = readProjectDetail(answer);
    expect(project).toMatchObject({ id: '7', account: '1', appId: answer.app_id, appIdOnly: false, disabled: false });
    expect(project.limits).toEqual({ message_bytes_max: '32768' });
    expect(project.limitsInForce).toEqual({ message_bytes_max: '65536' });
    expect(() => readProjectDetail({ ...answer, app_id: undefined })).toThrow();
    expect(() =>
      readProjectDetail({ ...answer, certificates: [{ slot: 'third', enabled: true, created_at: '' }] }),
    ).toThrow();
  });

  it('that was made has its certificate once, or none', () => {
    expect(readMadeProject(answer).certificate).toBeNull();
    expect(readMadeProject({ ...answer, certificate: 'c'.repeat(32) }).certificate).toBe('c'.repeat(32));
  });

  it('says who can log in', () => {
    const state = (change: object) => stateOf(readProjectDetail({ ...answer, ...change }));
    expect(state({})).toBe('on');
    expect(state({ disabled: true, app_id_only: true })).toBe('off');
    expect(state({ app_id_only: true })).toBe('open');
    expect(state({ certificates: [] })).toBe('closed');
    expect(state({ certificates: [{ ...answer.certificates[0], enabled: false }] })).toBe('closed');
  });
});

describe('a new project', () => {
  const fields = {
    name: 'chat',
    appIdOnly: false,
    withCertificate: true,
    brought: false,
    appId: '',
    certificate: '',
  };

  it('needs a name, and what is brought along must be whole', () => {
    expect(complaintsOf(fields)).toEqual({});
    expect(Object.keys(complaintsOf({ ...fields, name: '' }))).toEqual(['name']);
    expect(Object.keys(complaintsOf({ ...fields, brought: true, appId: 'x' }))).toEqual(['app_id', 'certificate']);
    const open = { ...fields, brought: true, appId: 'a'.repeat(32), appIdOnly: true, withCertificate: false };
    expect(complaintsOf(open)).toEqual({});
  });
});
