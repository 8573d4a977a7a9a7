import { describe, expect, it } from 'vitest';
import { troubleOf, TroubleWatch, type PodView } from './pod-trouble.ts';

function pod(status: NonNullable<PodView['status']>): PodView {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n' }, status };
}

function waitingFor(reason: string, message = ''): PodView {
  return pod({ containerStatuses: [{ name: 'c', image: 'example.com/i:1', state: { waiting: { reason, message } } }] });
}

describe('what keeps a pod from coming up', () => {
  it.each(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'])(
    '%s names the image and where to give another',
    (reason) => {
      const { sentence = '' } = troubleOf(waitingFor(reason, 'denied')) ?? {};
      for (const part of ['example.com/i:1', reason, 'denied', '--image']) expect(sentence).toContain(part);
    },
  );

  it('a container that ends again and again says how to read why', () => {
    expect(troubleOf(waitingFor('CrashLoopBackOff'))?.sentence).toContain('kubectl -n n logs p -c c --previous');
  });

  it('an init container counts', () => {
    const { containerStatuses = [] } = waitingFor('ErrImagePull').status ?? {};
    expect(troubleOf(pod({ initContainerStatuses: containerStatuses }))).toBeDefined();
  });

  it('a node that is missing is told in the words of the scheduler', () => {
    const message = '0/1 nodes are available';
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
    expect(troubleOf(pod({ conditions }))?.sentence).toContain(message);
  });

  it.each(['ContainerCreating', 'PodInitializing', 'something new'])('%s is no trouble', (reason) => {
    expect(troubleOf(waitingFor(reason))).toBeUndefined();
  });
});

describe('how long trouble is put up with', () => {
  it('one that goes away in time is forgotten, one that stays is thrown', () => {
    const watch = new TroubleWatch();
    const denied = [waitingFor('ErrImagePull')];
    expect(watch.look(denied, 0)).toHaveLength(1);
    expect(watch.look([pod({})], 30_000)).toEqual([]);
    expect(watch.look(denied, 70_000)).toHaveLength(1);
    expect(watch.look([waitingFor('ImagePullBackOff')], 129_999)).toHaveLength(1);
    expect(() => watch.look(denied, 130_000)).toThrow('example.com/i:1');
  });

  it('what cannot become better is thrown at once', () => {
    expect(() => new TroubleWatch().look([waitingFor('ErrImageNeverPull')], 5)).toThrow('ErrImageNeverPull');
  });
});
