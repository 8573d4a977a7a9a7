import type { Static } from 'typebox';

import type { CustomResource } from './meta.ts';
import type { panelSpec, panelStatus } from './schema/panel.ts';

/** As the API server serves it: fields with a default are always there. */
export type VPNPanelSpec = Static<typeof panelSpec>;
export type VPNPanelStatus = Static<typeof panelStatus>;
export type VPNPanel = CustomResource<'VPNPanel', VPNPanelSpec, VPNPanelStatus>;

/** An inbound that the seller asked for. */
export type PanelInboundSpec = NonNullable<VPNPanelSpec['inbounds']>[number];
export type PanelEndpointSpec = PanelInboundSpec['endpoints'][number];
/** An inbound as the panel has it. */
export type PanelInboundStatus = NonNullable<VPNPanelStatus['inbounds']>[number];
export type PanelClientCounts = NonNullable<VPNPanelStatus['clients']>;
