import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventReasons, panelReasons, planReasons, shopReasons, subscriptionReasons } from '../../src/api/index.ts';

const root = path.resolve(import.meta.dirname, '../../src');

/** Everything that runs and can set a reason. */
const sources = ['controllers', 'panels']
  .flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name)),
  )
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(path.join(root, name), 'utf8'))
  .join('\n');

/** The reference explains each reason, so each must be one that a person can meet. */
const lists = { panelReasons, planReasons, subscriptionReasons, shopReasons, eventReasons };

describe.each(Object.entries(lists))('%s', (_list, reasons) => {
  it.each(Object.keys(reasons))('%s is set somewhere', (reason) => {
    expect(sources).toContain(`'${reason}'`);
  });
});
