// Calls about projects, their certificates and tokens, about API keys and people.
import { listAll } from './calls.ts';
import { call } from './client.ts';
import {
  readCertificateText,
  readKey,
  readMadeKey,
  readMadeProject,
  readMember,
  readProjectDetail,
} from './read_projects.ts';
import type {
  AccountRole,
  ApiKey,
  MadeKey,
  MadeProject,
  Member,
  NewMember,
  NewProject,
  ProjectChange,
  ProjectDetail,
  Slot,
} from './types_projects.ts';

const id = encodeURIComponent;
const nothing = (): void => undefined;

export function listProjectDetails(account: string, signal?: AbortSignal): Promise<ProjectDetail[]> {
  return listAll(`/accounts/${id(account)}/projects`, readProjectDetail, signal);
}

export function getProject(project: string, signal?: AbortSignal): Promise<ProjectDetail> {
  return call('GET', `/projects/${id(project)}`, readProjectDetail, { signal });
}

/** The same `once` makes one project, however often it is sent. */
export function makeProject(account: string, wanted: NewProject, once: string): Promise<MadeProject> {
  const { name, appIdOnly, withCertificate, appId, certificate } = wanted;
  return call('POST', `/accounts/${id(account)}/projects`, readMadeProject, {
    body: {
      name,
      app_id_only: appIdOnly,
      with_certificate: withCertificate,
      ...(appId === null ? {} : { app_id: appId }),
      ...(certificate === null ? {} : { certificate }),
    },
    onceKey: once,
  });
}

/** Limits are whole numbers of JSON: the server's own kind for them. */
export function changeProject(project: string, change: ProjectChange): Promise<ProjectDetail> {
  const { name, appIdOnly, disabled, limits } = change;
  const numbers = limits && Object.fromEntries(Object.entries(limits).map(([key, value]) => [key, Number(value)]));
  return call('PATCH', `/projects/${id(project)}`, readProjectDetail, {
    body: { name, app_id_only: appIdOnly, disabled, limits: numbers },
  });
}

export function endProject(project: string): Promise<void> {
  return call('DELETE', `/projects/${id(project)}`, nothing);
}

const slotPath = (project: string, slot: Slot) => `/projects/${id(project)}/certificates/${slot}`;

/** A new certificate in the slot, told once; one that was there stops at once. */
export function rotateCertificate(project: string, slot: Slot): Promise<string> {
  return call('POST', `${slotPath(project, slot)}:rotate`, readCertificateText);
}

export function enableCertificate(project: string, slot: Slot, enabled: boolean): Promise<ProjectDetail> {
  return call('PATCH', slotPath(project, slot), readProjectDetail, { body: { enabled } });
}

export function emptyCertificate(project: string, slot: Slot): Promise<void> {
  return call('DELETE', slotPath(project, slot), nothing);
}

export function listKeys(account: string, signal?: AbortSignal): Promise<ApiKey[]> {
  return listAll(`/accounts/${id(account)}/keys`, readKey, signal);
}

export function makeKey(account: string, name: string, role: AccountRole, once: string): Promise<MadeKey> {
  return call('POST', `/accounts/${id(account)}/keys`, readMadeKey, { body: { name, role }, onceKey: once });
}

export function endKey(account: string, key: string): Promise<void> {
  return call('DELETE', `/accounts/${id(account)}/keys/${id(key)}`, nothing);
}

export function listPeople(account: string, signal?: AbortSignal): Promise<Member[]> {
  return listAll(`/accounts/${id(account)}/people`, readMember, signal);
}

export function addPerson(account: string, wanted: NewMember, once: string): Promise<Member> {
  const { email, role, name, password } = wanted;
  return call('POST', `/accounts/${id(account)}/people`, readMember, {
    body: { email, role, ...(name === null ? {} : { name }), ...(password === null ? {} : { password }) },
    onceKey: once,
  });
}

export function changeRole(account: string, person: string, role: AccountRole): Promise<Member> {
  return call('PATCH', `/accounts/${id(account)}/people/${id(person)}`, readMember, { body: { role } });
}

export function removePerson(account: string, person: string): Promise<void> {
  return call('DELETE', `/accounts/${id(account)}/people/${id(person)}`, nothing);
}
