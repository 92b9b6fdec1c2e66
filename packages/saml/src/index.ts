import type { SamlReader } from '@gatehouse/core';
import { openAssertion } from './open-assertion.ts';
import { verifyAssertion } from './verify-assertion.ts';

/** Reads SAML assertions: one strict parser, its own canonical form, signatures by `node:crypto`. */
export const samlReader: SamlReader = { open: openAssertion, verify: verifyAssertion };
