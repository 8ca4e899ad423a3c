// The technical limits of a project: the rows of src/spec/project_limits.def, which a test holds this list to.

export interface LimitRow {
  name: string;
  /** Whole numbers; bounds are inclusive. */
  standard: string;
  least: string;
  most: string;
}

const row = (name: string, standard: number, least: number, most: number): LimitRow => ({
  name,
  standard: String(standard),
  least: String(least),
  most: String(most),
});

export const limitRows: readonly LimitRow[] = [
  row('message_bytes_max', 32_768, 1, 1_048_576),
  row('publish_per_second_max', 60, 1, 100_000),
  row('calls_per_second_max', 20, 1, 10_000),
  row('rest_per_second_max', 500, 1, 100_000),
  row('channels_per_client_max', 50, 1, 10_000),
  row('subscribe_same_channel_per_5s_max', 2, 1, 1000),
  row('recent_window_messages', 512, 0, 65_536),
  row('recent_window_bytes', 1_048_576, 0, 67_108_864),
  row('recent_window_seconds', 120, 0, 86_400),
  row('flush_gap_ms', 0, 0, 100),
];

/** Why a limit is what it is. */
export type LimitWhy = 'standard' | 'own' | 'contract';

export interface LimitView {
  row: LimitRow;
  /** As the project set it. */
  own: string;
  inForce: string;
  why: LimitWhy;
}

interface Limits {
  limits: Record<string, string>;
  limitsInForce: Record<string, string>;
}

/** Each limit with what holds. `agreed`: names that the account's contract sets, as far as they are known. */
export function limitViews({ limits, limitsInForce }: Limits, agreed: readonly string[] = []): LimitView[] {
  return limitRows.map((each) => {
    const own = limits[each.name] ?? each.standard;
    const inForce = limitsInForce[each.name] ?? own;
    const contract = inForce !== own || agreed.includes(each.name);
    return { row: each, own, inForce, why: contract ? 'contract' : own === each.standard ? 'standard' : 'own' };
  });
}
