import { describe, expect, it } from 'vitest';
import { KubeError } from '../../src/kube/index.ts';
import { rightsSentence, unreachableSentence, versionSentence } from './preflight.ts';

const where = 'context "work" of config';

describe('what is in the way of a story', () => {
  it('a cluster that does not answer is named, with why', () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:6443');
    const sentence = unreachableSentence(new KubeError('KUBE_TRANSPORT', 'GET /version', { cause }), where);
    for (const part of [where, 'ECONNREFUSED', 'running']) expect(sentence).toContain(part);
  });

  it('credentials that are refused are another thing than a cluster that is not there', () => {
    const sentence = unreachableSentence(new KubeError('KUBE_UNAUTHORIZED', 'the plugin failed'), where);
    for (const part of [where, 'log in']) expect(sentence).toContain(part);
    expect(sentence).not.toContain('running');
  });

  it('rights that are missing are told by their resources', () => {
    const refused = [
      { group: '', resource: 'namespaces' },
      { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' },
    ];
    const sentence = rightsSentence(refused, where);
    for (const part of ['namespaces, clusterroles.rbac', where, 'cluster-admin']) expect(sentence).toContain(part);
  });

  it.each([
    ['v1.30.9', true],
    ['v1.31.0', false],
    ['v1.36.3-eks-1', false],
    ['v2.0.0', false],
    ['v0.0.0-master', true],
  ])('Kubernetes %s is too old: %s', (version, isTooOld) => {
    expect(versionSentence(version) !== undefined).toBe(isTooOld);
  });
});
