import manifest from '../../package.json' with { type: 'json' };

/** What this build calls itself in logs, metrics and user agents. */
export const buildVersion: string = manifest.version;

declare const WAYLEAVE_COMMIT: string | undefined;

/** The commit that `npm run build` was given; undefined for sources, which may have changed since theirs. */
export const buildCommit: string | undefined = typeof WAYLEAVE_COMMIT === 'undefined' ? undefined : WAYLEAVE_COMMIT;
