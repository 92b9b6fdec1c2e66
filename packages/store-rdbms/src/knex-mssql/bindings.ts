import { columnType } from '../tables.ts';
import type { MssqlDriver, MssqlType } from './driver.ts';

/** A value with the type it is sent as. */
export interface MssqlBinding {
  readonly value: string | number | null;
  readonly type: MssqlType;
}

export type Bind = (name: string, value: string | number | null) => MssqlBinding;

/**
 * The type of a parameter, by its name and never by its value: by default the driver sends texts as nvarchar of their
 * own length. Compared with a key, that has SQL Server convert the whole column, and each length is a plan of its own.
 */
export function bindingsOf({ TYPES }: MssqlDriver): Bind {
  const key = sized(TYPES.VarChar, 'varchar(255)', 255);
  // Any number beyond the type's own limit stands for max.
  const text = sized(TYPES.NVarChar, 'nvarchar(max)', 65_535);
  return (name, value) => {
    const type = typeof value === 'number' ? 'integer' : columnType(name);
    return { value, type: { integer: TYPES.BigInt, text, key }[type] };
  };
}

function sized(type: MssqlType, declaration: string, length: number): MssqlType {
  return Object.assign(Object.create(type), { declaration: () => declaration, resolveLength: () => length });
}

/** What knex asks for each binding; ours say their type themselves. */
export function mapBinding({ value, type }: MssqlBinding): MssqlBinding {
  return { value, type };
}
