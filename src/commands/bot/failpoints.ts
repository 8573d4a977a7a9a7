import { botFailpoints } from '../../bot/failpoints.ts';
import { projectionFailpoints } from '../../controllers/failpoints.ts';
import { paymentFailpoints } from '../../payments/failpoints.ts';

/** Every point that `wayleave bot` passes, from a click to a resource. */
export const botProcessFailpoints = [...botFailpoints, ...paymentFailpoints, ...projectionFailpoints] as const;
