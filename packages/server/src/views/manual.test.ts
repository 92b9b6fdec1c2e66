import { describe, expect, test } from 'vitest';
import { pagesPage } from './manual.ts';
import { TEMPLATE_NAMES } from './views.ts';

describe('the manual of pages', () => {
  const rows = pagesPage()
    .split('\n')
    .filter((line) => /^\| .*`\w+` \| (text|address|list|yes or no) \|/.test(line));

  test('has every page, and a meaning for each of its placeholders', () => {
    for (const name of TEMPLATE_NAMES) expect(pagesPage()).toContain(`### \`${name}\``);
    expect(rows.length).toBeGreaterThan(60);
    for (const row of rows) expect(row).toMatch(/\| [^|]{6,} \|$/);
  });
});
