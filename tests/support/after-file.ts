/**
 * What a helper of the tests opens is closed when its test file ends, in the opposite order, wherever it was opened: an `afterAll`
 * that is registered inside a hook is never run.
 */
const closing: (() => unknown)[] = [];

export function afterFile(close: () => unknown): void {
  closing.push(close);
}

export async function closeOpened(): Promise<void> {
  for (let close = closing.pop(); close !== undefined; close = closing.pop()) await close();
}
