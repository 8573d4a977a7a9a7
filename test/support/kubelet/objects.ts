import type { KubeObject } from '../../../src/kube/index.ts';

/* The parts of pods and of what they refer to that the kubelet reads. */

export interface EnvSource {
  readonly secretKeyRef?: KeyReference;
  readonly configMapKeyRef?: KeyReference;
  readonly fieldRef?: { readonly fieldPath: string };
}

export interface KeyReference {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

export interface EnvVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: EnvSource;
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string | number };
  readonly exec?: { readonly command: readonly string[] };
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly failureThreshold?: number;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvVariable[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
}

interface Items {
  readonly items?: readonly { readonly key: string; readonly path: string }[];
}

export interface Projection {
  readonly serviceAccountToken?: { readonly path: string; readonly expirationSeconds?: number };
  readonly configMap?: Items & { readonly name: string };
  readonly downwardAPI?: {
    readonly items: readonly { readonly path: string; readonly fieldRef: { readonly fieldPath: string } }[];
  };
}

export interface Volume {
  readonly name: string;
  readonly emptyDir?: object;
  readonly secret?: Items & { readonly secretName: string };
  readonly configMap?: Items & { readonly name: string };
  readonly projected?: { readonly sources: readonly Projection[] };
  readonly persistentVolumeClaim?: { readonly claimName: string };
}

export interface Pod extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { uid: string; namespace: string; deletionGracePeriodSeconds?: number };
  readonly spec: {
    readonly nodeName?: string;
    readonly serviceAccountName?: string;
    readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never';
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
    readonly volumes?: readonly Volume[];
  };
  readonly status?: { readonly podIP?: string; readonly conditions?: readonly { type: string; status: string }[] };
}

export interface ServiceObject extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { namespace: string };
  readonly spec: { readonly selector?: Readonly<Record<string, string>> };
}
