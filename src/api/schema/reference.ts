import { API_VERSION } from '../names.ts';
import { rootSchema } from './crd.ts';
import type { KindDefinition } from './kinds.ts';
import type { StructuralSchema } from './structural.ts';

/** One field of a resource, as its row in the reference says it. */
export interface FieldRow {
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly default: string;
  readonly limits: string;
  readonly description: string;
}

/** The reference page of one kind, in Markdown. */
export function referencePage(kind: KindDefinition): string {
  const { resource } = kind;
  const root = rootSchema(kind);
  const { spec, status } = root.properties ?? {};
  const example = `examples/${kind.singular.replace(/^vpn/, '')}.yaml`;
  return [
    `# ${resource.kind}`,
    `${kind.description} \`${resource.group}/${API_VERSION}\`, namespaced; \`kubectl get ${kind.shortName}\`, or \`kubectl get vpn\` for all kinds of ours. ` +
      `\`kubectl explain ${kind.shortName}.spec\` says in the terminal what stands here.`,
    `To start from: [${example}](../../${example}). What it is for: [concepts](../concepts.md#four-kinds).`,
    '## Spec',
    'Fields in bold must be given.',
    fieldTable(spec, 'spec'),
    '## Rules',
    'What the API server refuses beyond the limits above, in its own words in [rejections](rejections.md).',
    bullets(rulesOf(root, '').map(({ path, message }) => `${path === '' ? 'the object' : code(path)}: ${message}`)),
    '## Status',
    'Written by Wayleave alone, and only when something differs. Conditions have the fields that they have everywhere in Kubernetes.',
    fieldTable(status, 'status'),
    '## Columns',
    `What \`kubectl get ${kind.shortName}\` shows; those marked *wide* with \`-o wide\`.`,
    table(
      ['Column', 'From', 'Says'],
      kind.columns.map(({ name, jsonPath, description, priority }) => [
        priority === undefined ? name.toUpperCase() : `${name.toUpperCase()} (*wide*)`,
        code(jsonPath),
        description,
      ]),
    ),
    `Field selectors: ${kind.selectableFields.map((path) => code(path.slice(1))).join(', ')}, for example \`kubectl get ${kind.shortName} --field-selector ${(kind.selectableFields[0] ?? '').slice(1)}=…\`.`,
    '## Conditions',
    table(
      ['Type', '`True` means'],
      Object.entries(kind.conditions).map(([type, meaning]) => [code(type), meaning]),
    ),
    '## Reasons',
    'What a condition’s `reason` says, and how to mend it.',
    table(
      ['Reason', 'What it means and what to do'],
      Object.entries(kind.reasons).map(([reason, sentence]) => [code(reason), sentence]),
    ),
  ].join('\n\n');
}

/** A Markdown table. Cells may hold anything but line breaks. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text in the font of code, also where it holds backticks itself. */
export function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

function fieldTable(schema: StructuralSchema | undefined, path: string): string {
  return table(
    ['Field', 'Type', 'Default', 'Limits', 'Description'],
    fieldRows(schema, path).map((row) => [
      row.required ? `**${code(row.path)}**` : code(row.path),
      row.type,
      row.default,
      row.limits,
      row.description,
    ]),
  );
}

/** Every field below a schema, outer before inner, in the order of the schema. */
export function fieldRows(schema: StructuralSchema | undefined, path: string): readonly FieldRow[] {
  return Object.entries(schema?.properties ?? {}).flatMap(([name, field]) => {
    const at = `${path}.${name}`;
    const row: FieldRow = {
      path: at,
      type: typeOf(field),
      required: schema?.required?.includes(name) ?? false,
      default: field.default === undefined ? '' : code(JSON.stringify(field.default)),
      limits: limitsOf(field),
      description: field.description ?? '',
    };
    // Conditions have one shape everywhere in Kubernetes; readers know it.
    const inner =
      name === 'conditions' ? [] : fieldRows(field.items ?? field, field.items === undefined ? at : `${at}[]`);
    return [row, ...inner];
  });
}

function typeOf(schema: StructuralSchema): string {
  if (schema.items !== undefined) {
    return `list of ${typeOf(schema.items)}${schema.items.type === 'array' ? '' : 's'}`;
  }
  if (schema.additionalProperties !== undefined) {
    return `map of ${typeOf(schema.additionalProperties)}s`;
  }
  return schema.format === 'date-time' ? 'time' : schema.type;
}

function limitsOf(schema: StructuralSchema): string {
  const keys = schema['x-kubernetes-list-map-keys'];
  const inner = schema.items ?? schema.additionalProperties;
  return [
    schema.enum?.map(code).join(', '),
    schema.format === 'date-time' ? 'RFC 3339' : range(schema.minLength, schema.maxLength, 'characters'),
    range(schema.minimum, schema.maximum, ''),
    range(schema.minItems, schema.maxItems, 'items'),
    range(undefined, schema.maxProperties, 'entries'),
    keys === undefined ? undefined : `unique by ${keys.map(code).join(', ')}`,
    schema['x-kubernetes-list-type'] === 'set' ? 'no duplicates' : undefined,
    inner === undefined || inner.type === 'object' ? undefined : each(limitsOf(inner)),
  ]
    .filter((part) => part !== undefined && part !== '')
    .join('; ');
}

function each(limits: string): string {
  return limits === '' ? '' : `each ${limits}`;
}

function range(from: number | undefined, to: number | undefined, unit: string): string | undefined {
  if (from === undefined && to === undefined) {
    return undefined;
  }
  // The last integer that JavaScript and JSON carry exactly is no limit that a person would meet.
  const upper = to === Number.MAX_SAFE_INTEGER ? undefined : to;
  const text =
    upper === undefined
      ? `at least ${String(from ?? 0)}`
      : from === undefined
        ? `at most ${String(upper)}`
        : `${String(from)}–${String(upper)}`;
  return `${text} ${unit}`.trim();
}

/** Every CEL rule below a schema with the field that it blames. */
export function rulesOf(schema: StructuralSchema, path: string): readonly { path: string; message: string }[] {
  const own = (schema['x-kubernetes-validations'] ?? []).map(({ message, fieldPath = '' }) => ({
    path: `${path}${fieldPath}`.replace(/^\./, ''),
    message,
  }));
  return [
    ...own,
    ...(schema.items === undefined ? [] : rulesOf(schema.items, `${path}[]`)),
    ...(schema.additionalProperties === undefined ? [] : rulesOf(schema.additionalProperties, `${path}.*`)),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => rulesOf(field, `${path}.${name}`)),
  ];
}
