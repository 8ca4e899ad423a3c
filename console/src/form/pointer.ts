// Where a refusal belongs: the server names the wrong member with a JSON pointer, which is the name of the form's field.
import { ApiError } from '../api/errors.ts';

/** "/amount" of a problem that has one, else null. */
export function pointerOf(error: unknown): string | null {
  const pointer = error instanceof ApiError ? error.problem.pointer : undefined;
  return typeof pointer === 'string' && pointer.startsWith('/') ? pointer : null;
}

/**
 * The field a refusal belongs to: the one its pointer names, else the nearest above it ("/volume_discount/applies" belongs
 * to "/volume_discount" where only that is a field). Null: to the form as a whole.
 */
export function fieldOf(error: unknown, fields: readonly string[]): string | null {
  for (let pointer = pointerOf(error) ?? ''; pointer !== ''; pointer = pointer.slice(0, pointer.lastIndexOf('/'))) {
    const found = fields.find((name) => pointer === name || pointer === `/${name}`);
    if (found !== undefined) return found;
  }
  return null;
}
