// Answers of the development server about projects, keys and people. Written out: nothing is changed by the page.
const at = '2026-11-02T09:30:00.000Z';
const limits = {
  message_bytes_max: 65_536,
  publish_per_second_max: 60,
  calls_per_second_max: 20,
  rest_per_second_max: 500,
  channels_per_client_max: 50,
  subscribe_same_channel_per_5s_max: 2,
  recent_window_messages: 512,
  recent_window_bytes: 1_048_576,
  recent_window_seconds: 120,
  flush_gap_ms: 0,
};

/** `id` is "account:name". */
export function projectOf(id: string) {
  const [account = '', name = ''] = id.split(':');
  return {
    id,
    account,
    name,
    app_id: `970ca35de60c44645bbae8a2150${account.padEnd(5, '0').slice(0, 5)}`,
    app_id_only: false,
    disabled: false,
    limits,
    limits_in_force: { ...limits, rest_per_second_max: 2000 },
    certificates: [{ slot: 'primary', enabled: true, created_at: at }],
    created_at: at,
  };
}

export function keysOf(empty: boolean) {
  const key = (id: string, name: string, role: string) => ({ id, name, role, created_at: at });
  return {
    items: empty
      ? []
      : [
          { ...key('1', 'chat backend', 'developer'), last_used_at: '2026-11-26T07:00:00.000Z' },
          { ...key('2', 'report of 2025', 'viewer'), revoked_at: '2026-11-20T10:00:00.000Z' },
        ],
  };
}

export function peopleOf(id: string) {
  const person = (name: string, role: string, email = `${name.toLowerCase()}@example.com`) => ({
    id: name === 'Lin Wei' ? id : name,
    email,
    name,
    realm: 'customer',
    role,
  });
  return {
    items: [person('Lin Wei', 'owner', `${id}@example.com`), person('Mei', 'billing'), person('Bo', 'developer')],
  };
}
