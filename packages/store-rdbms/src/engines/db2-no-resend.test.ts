import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { forbidResending } from './db2-no-resend.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = path.join(folder, 'db2dsdriver.cfg');
const withParameters = (parameters: string): void =>
  writeFileSync(file, `<configuration>\n  <parameters>\n    ${parameters}\n  </parameters>\n</configuration>\n`);

describe('that Db2’s driver sends a statement twice', () => {
  it('is forbidden where a file says so, named itself or by its folder', () => {
    withParameters('<parameter name="maxReconnectRetries" value="0"/>');
    for (const named of [folder, file]) {
      const variables = { DB2DSDRIVER_CFG_PATH: named };
      expect(() => forbidResending(variables)).not.toThrow();
      expect(variables.DB2DSDRIVER_CFG_PATH).toBe(named);
    }
  });

  it.each([
    ['nothing', ''],
    ['another number', '<parameter name="maxReconnectRetries" value="3"/>'],
    ['it in a comment', '<!-- <parameter name="maxReconnectRetries" value="0"/> -->'],
    ['something else', '<parameter name="enableACR" value="false"/>'],
  ])('is refused where somebody’s file says %s, naming the file and what to put there', (_, parameters) => {
    withParameters(parameters);
    expect(() => forbidResending({ DB2DSDRIVER_CFG_PATH: folder })).toThrow(
      expect.objectContaining({ kind: 'config', message: expect.stringContaining('maxReconnectRetries') }),
    );
    expect(readFileSync(file, 'utf8')).toContain(parameters);
  });
});
