import { ALTERERS } from './alterers.ts';
import { KEEPERS } from './keepers.ts';
import { READERS } from './readers.ts';
import { REVOKERS } from './revokers.ts';
import type { Saboteur } from './saboteur.ts';
import { WRITERS } from './writers.ts';

export const SABOTEURS: readonly Saboteur[] = [...WRITERS, ...REVOKERS, ...READERS, ...ALTERERS, ...KEEPERS];
