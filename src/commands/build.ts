import manifest from '../../package.json' with { type: 'json' };

/** What this build calls itself in logs, metrics and user agents. */
export const buildVersion: string = manifest.version;
