const form = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether Postgres takes it as a uuid in canonical form; one that it does not take fails the whole statement. */
export function isUuid(text: string): boolean {
  return form.test(text);
}
