import { stringify } from 'yaml';
import { CHART_DEFINITIONS, chartFiles, type GeneratedFile } from './chart/chart-files.ts';
import { DASHBOARDS, monitoringFiles } from './monitoring-files.ts';

/** Files that are generated together, from one place. */
export interface GeneratedPart {
  /** Folders that hold files of this part only; anything else in them is stale. */
  readonly folders: readonly string[];
  /** Whether plain manifests are rendered from its files. */
  readonly isRendered?: true;
  /**
   * @param home the root of this repository
   * @param noteOn the sentence about where a file comes from
   */
  make(home: string, noteOn: (source: string) => string): Promise<readonly GeneratedFile[]>;
}

const api = 'src/api';

/** By the name that the command line takes. Pages that need half of the product load it only when they are made. */
export const generatedParts: Readonly<Record<string, GeneratedPart>> = {
  api: {
    folders: ['crds', 'docs/reference'],
    async make(_home, noteOn) {
      const [{ customResourceDefinitions }, pages] = await Promise.all([
        import('../src/api/schema/crd.ts'),
        referencePages(),
      ]);
      const definitions = customResourceDefinitions().map((definition) => ({
        path: `crds/${definition.metadata.name}.yaml`,
        text: `# ${noteOn(api)}\n${stringify(definition, { lineWidth: 0, aliasDuplicateObjects: false })}`,
        source: api,
      }));
      const page = ([name, text]: readonly [string, string]): GeneratedFile => ({
        path: `docs/reference/${name}.md`,
        text: `<!-- ${noteOn(api)} -->\n\n${text}\n`,
        source: api,
      });
      return [...definitions, ...pages.map(page)];
    },
  },
  chart: {
    folders: [CHART_DEFINITIONS],
    isRendered: true,
    make: (home, noteOn) => Promise.resolve(chartFiles(home, noteOn)),
  },
  monitoring: {
    folders: [DASHBOARDS],
    isRendered: true,
    make: (_home, noteOn) => Promise.resolve(monitoringFiles(noteOn)),
  },
  configuration: {
    folders: [],
    async make(_home, noteOn) {
      const { configurationPage } = await import('./configuration-page.ts');
      return [pageOf('docs/operations/configuration.md', 'src/commands', configurationPage(), noteOn)];
    },
  },
  metrics: {
    folders: [],
    async make(_home, noteOn) {
      const { metricsPage } = await import('./metrics-page.ts');
      // What the services were seen to serve.
      const source = 'test/integration/commands/metrics and scripts/metrics-advice.ts';
      return [pageOf('docs/metrics.md', source, metricsPage(), noteOn)];
    },
  },
};

async function referencePages(): Promise<readonly (readonly [string, string])[]> {
  const [{ kinds }, { referencePage }, { ruleCases }, { readWords }, { rejectionsPage }, { rightsPage }] =
    await Promise.all([
      import('../src/api/schema/kinds.ts'),
      import('../src/api/schema/reference.ts'),
      import('../test/integration/api/cases/index.ts'),
      import('../test/integration/api/cases/words.ts'),
      import('../test/integration/api/cases/rejections-page.ts'),
      import('./chart/rights.ts'),
    ]);
  return [
    ...kinds.map((kind) => [kind.singular, referencePage(kind)] as const),
    ['rejections', rejectionsPage(ruleCases, readWords())],
    ['rights', rightsPage()],
  ];
}

function pageOf(path: string, source: string, text: string, noteOn: (source: string) => string): GeneratedFile {
  return { path, source, text: `<!-- ${noteOn(source)} -->\n\n${text}\n` };
}
