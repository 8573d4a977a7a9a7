import { expect, it } from 'vitest';
import { Doorbell } from './doorbell.ts';

it('rings for those who listen for the topic, and for everyone without one', () => {
  const doorbell = new Doorbell();
  let heard: string[] = [];
  const hearing = (name: string) => (): void => {
    heard.push(name);
  };
  const rungFor = (topic?: string): string[] => {
    heard = [];
    doorbell.ring(topic);
    return heard;
  };
  doorbell.listen(hearing('refunds'), 'refund');
  const end = doorbell.listen(hearing('notices'), 'notice');
  doorbell.listen(hearing('all'));

  expect(rungFor('refund')).toEqual(['refunds', 'all']);
  expect(rungFor()).toEqual(['refunds', 'notices', 'all']);
  end();
  expect(rungFor('notice')).toEqual(['all']);
});
