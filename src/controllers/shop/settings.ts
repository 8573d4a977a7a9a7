import type { VPNShop, VPNShopSpec } from '../../api/index.ts';
import type { MethodVerdict } from './methods.ts';
import { isTimeZone } from './observation.ts';
import type { ShopSettings } from './ports.ts';

/** What the runner gets. A shop whose time zone is mistyped sells all the same. */
export function shopSettings(
  key: string,
  { metadata, spec }: VPNShop,
  credentials: { readonly token: string; readonly webhookSecret: string | undefined },
  methods: readonly MethodVerdict[],
): ShopSettings {
  const { name, namespace = '', uid = '', generation = 0 } = metadata;
  const running: VPNShopSpec = isTimeZone(spec.timeZone) ? spec : { ...spec, timeZone: 'UTC' };
  return {
    key,
    namespace,
    name,
    uid,
    generation,
    spec: running,
    token: credentials.token,
    webhookSecret: credentials.webhookSecret,
    methods: methods.flatMap(({ usable }) => (usable === undefined ? [] : [usable])),
  };
}
