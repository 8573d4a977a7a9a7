/* What the story and the program in the pod have to agree about. */

/** The pod and its Service. */
export const outsideName = 'outside';
export const outsidePorts = { panel: 2053, telegram: 8081 } as const;
/** As in the address of examples/panel.yaml. */
export const panelPath = '/secret-path/';
/** The inbound that examples/panel.yaml sells, and the name that customers reach it by. */
export const panelRemark = 'reality-443';
export const soldAddress = 'nl.example.com';
