/** What apps are given, as figures are named after it. */
export const formats = ['links', 'plain', 'mihomo', 'sing_box', 'sing_box_legacy', 'xray', 'page'] as const;
type Format = (typeof formats)[number];

type FormatFigure =
  | `sub_${Format}_rps_per_core`
  | `sub_${Format}_p50_ms`
  | `sub_${Format}_p99_ms`
  | `sub_${Format}_cold_rps_per_core`
  | `sub_${Format}_cold_p99_ms`;

const documents: Readonly<Record<Format, string>> = {
  links: 'links in base64',
  plain: 'links as text',
  mihomo: 'a profile for mihomo',
  sing_box: 'a profile for sing-box',
  sing_box_legacy: 'a profile for sing-box before 1.12',
  xray: 'configurations for Xray',
  page: "the customer's page",
};

/** Figures of one format, in the order of the table. */
function figuresOf(format: Format): Record<string, string> {
  const what = documents[format];
  return {
    [`sub_${format}_rps_per_core`]: `Requests for ${what} of 4 servers, by 5,000 customers in turn who are in memory, divided by the CPU seconds of the process.`,
    [`sub_${format}_p50_ms`]: 'Latency of the same requests.',
    [`sub_${format}_p99_ms`]: 'Latency of the same requests.',
    [`sub_${format}_cold_rps_per_core`]:
      'The same of customers who are not: each is read from Postgres, with a million others in it, and rendered.',
    [`sub_${format}_cold_p99_ms`]: 'Latency of the same requests.',
  };
}

const others = {
  sub_cold_postgres_cpu_ms: 'CPU of Postgres for each customer who was not in memory, while links were asked for.',
  sub_two_processes_rps: 'Links from two processes at once, as two replicas; the load shares the two cores with them.',
  sub_two_processes_rps_per_core: 'The same, divided by the CPU seconds of both processes.',
  sub_two_processes_p99_ms: 'Latency of the same requests, at the slower of the two.',
  sub_churn_peak_rss_mib:
    'The most memory that was resident while 130,000 customers asked in turn, with the heap that V8 takes in a container of 1 GiB.',
} as const;

export type MillionFigure = FormatFigure | keyof typeof others;

/** `wayleave subscriptions` as a process, over 32 connections, behind a trusted proxy, on a Postgres of a million customers. */
export const millionFigures = {
  ...Object.assign({}, ...formats.map(figuresOf)),
  ...others,
} as Readonly<Record<MillionFigure, string>>;

export const threeXuiFigures = {
  sub_3x_ui_rps_per_core:
    "The subscription server of a real 3x-ui v2.9.4, links of 100 customers who are on 4 inbounds each, over 4 connections: requests divided by CPU seconds of the panel's process.",
  sub_3x_ui_p99_ms: 'Latency of the same requests.',
  sub_3x_ui_1k_rps_per_core: 'The same with 1,000 customers.',
  sub_3x_ui_1k_p99_ms: 'Latency of the same requests.',
} as const;
