import type { BotPoint } from '../world/bot-process.ts';
import type { Lane } from './lane.ts';
import { stories, type Story } from './stories.ts';

/** One story, and where its processes die one after the other. */
export interface Schedule {
  readonly story: Story;
  readonly deaths: readonly BotPoint[];
  readonly name: string;
}

function schedule(story: Story, ...deaths: readonly BotPoint[]): Schedule {
  return { story, deaths, name: `${story.name}: ${deaths.join(', then ')}` };
}

/** Every point once. */
export const singles: readonly Schedule[] = stories.flatMap((story) =>
  story.points.map((point) => schedule(story, point)),
);

/** Every ordered pair of points within a story. */
export const pairs: readonly Schedule[] = stories.flatMap((story) =>
  story.points.flatMap((first) => story.points.map((second) => schedule(story, first, second))),
);

/** A pair for each point: with the one after it, and the last with the first. */
export const somePairs: readonly Schedule[] = stories.flatMap((story) =>
  story.points.map((first, index) => schedule(story, first, story.points[(index + 1) % story.points.length] ?? first)),
);

/**
 * Plays a schedule: with each process that will die comes another customer, who reaches the point in any case, while those
 * before him are still at it. Then one comes that lives, and all of them must have got what they came for.
 */
export async function play(lane: Lane, { story, deaths }: Schedule): Promise<void> {
  const customers = deaths.map(() => lane.newcomer());
  lane.calm();
  await Promise.all(customers.map((customer) => story.before(lane, customer)));
  await lane.kill();
  const acting: Promise<void>[] = [];
  for (const [index, point] of deaths.entries()) {
    const customer = customers[index];
    if (customer === undefined) continue;
    lane.doom(point);
    acting.push(story.act(lane, customer));
    const all = Promise.all(acting);
    await lane.dies(all);
  }
  lane.calm();
  await Promise.all(acting);
  for (const customer of customers) await story.ends(customer, { deaths });
}
