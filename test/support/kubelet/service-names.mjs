// The cluster's DNS for one process: names of Services, written to a file by the kubelet, become addresses of ready pods.
import dns from 'node:dns';
import { readFileSync } from 'node:fs';

const file = process.env.TEST_KUBELET_NAMES;
const systemLookup = dns.lookup;

function addressesOf(name) {
  try {
    const known = JSON.parse(readFileSync(file, 'utf8'));
    const written = name.replace(/\.svc(\.cluster\.local)?\.?$/, '');
    return known[written] ?? known[`${written}.${process.env.TEST_KUBELET_NAMESPACE}`];
  } catch {
    // Written anew at this moment.
    return undefined;
  }
}

dns.lookup = function lookup(name, options, callback) {
  const addresses = file === undefined ? undefined : addressesOf(name);
  if (addresses === undefined) return systemLookup.call(dns, name, options, callback);
  const [settings, done] = typeof options === 'function' ? [{}, options] : [options, callback];
  const [address] = addresses;
  if (address === undefined) {
    return process.nextTick(done, Object.assign(new Error(`${name} has no ready pod`), { code: 'ENOTFOUND' }));
  }
  if (settings?.all === true) return process.nextTick(done, null, [{ address, family: 4 }]);
  return process.nextTick(done, null, address, 4);
};
