import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { customResourceDefinitions } from '../../src/api/schema/crd.ts';
import { readAnnotatedValues } from './annotated-values.ts';
import { chartReadme, type ChartFacts } from './chart-readme.ts';
import { definitionTemplate } from './definitions-template.ts';
import { rolesOfParts } from './rights.ts';
import { valuesSchema } from './values-schema.ts';

/** Where the chart is, from the root of the repository. */
export const CHART = 'charts/wayleave';

/** Folder of the chart that holds generated files only. */
export const CHART_DEFINITIONS = `${CHART}/templates/crds`;

/** What is generated into the chart: path from the root of the repository, text, and what it is made from. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
  readonly source: string;
}

/** @param home the root of the repository */
export function chartFiles(home: string, noteOn: (source: string) => string): readonly GeneratedFile[] {
  const read = (path: string): string => readFileSync(join(home, CHART, path), 'utf8');
  const values = readAnnotatedValues(read('values.yaml'));
  const facts = parse(read('Chart.yaml')) as ChartFacts;
  const annotated = `${CHART}/values.yaml`;
  const declared = 'the rights declared in src';
  return [
    { path: `${CHART}/values.schema.json`, text: JSON.stringify(valuesSchema(values)), source: annotated },
    {
      path: `${CHART}/README.md`,
      text: `<!-- ${noteOn(annotated)} -->\n\n${chartReadme(facts, values)}\n`,
      source: annotated,
    },
    {
      path: `${CHART}/files/rights.yaml`,
      text: `# ${noteOn(declared)}\n${stringify(rolesOfParts(), { aliasDuplicateObjects: false })}`,
      source: declared,
    },
    ...customResourceDefinitions().map((definition) => ({
      path: `${CHART_DEFINITIONS}/${definition.metadata.name}.yaml`,
      text: `{{- /* ${noteOn('src/api')} */ -}}\n${definitionTemplate(definition)}`,
      source: 'src/api',
    })),
  ];
}
