import { vpnPanels, vpnPlans, vpnShops, vpnSubscriptions } from '../../../src/api/index.ts';
import { namespaces, secrets } from '../../../src/controllers/kube-resources.ts';
import type { KubeObject, Resource } from '../../../src/kube/index.ts';

function core(kind: string, plural: string): Resource {
  return { group: '', version: 'v1', plural, kind, namespaced: true };
}

function apps(kind: string, plural: string): Resource {
  return { group: 'apps', version: 'v1', plural, kind, namespaced: true };
}

export const configMaps = core('ConfigMap', 'configmaps');
export const pods = core('Pod', 'pods');
export const services = core('Service', 'services');
export const deployments = apps('Deployment', 'deployments');
export const statefulSets = apps('StatefulSet', 'statefulsets');
export const networkPolicies: Resource = {
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'networkpolicies',
  kind: 'NetworkPolicy',
  namespaced: true,
};
export const definitions: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

/** Ours, in the order in which they may go: who is on panels before the panels. */
export const ownResources = [vpnSubscriptions, vpnShops, vpnPlans, vpnPanels] as const;

const known = [...ownResources, namespaces, secrets, configMaps, pods, services, networkPolicies];

/** @throws RangeError for a kind that the story has no use for */
export function resourceOf({ kind }: KubeObject): Resource {
  const found = known.find((resource) => resource.kind === kind);
  if (found === undefined) throw new RangeError(`the story knows no ${kind}`);
  return found;
}
