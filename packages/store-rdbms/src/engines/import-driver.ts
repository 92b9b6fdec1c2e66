import { StoreError } from '@gatehouse/core';

/**
 * The driver of a dialect, loaded only when the dialect was chosen.
 * @throws StoreError `config` with the command that installs it
 */
export async function importDriver<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const missing = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(String(Reflect.get(Object(cause), 'code')));
    const fix = missing ? `is not installed: npm install ${name}` : 'cannot be loaded';
    throw new StoreError('config', `The driver ${name} ${fix}`, { cause });
  }
}
